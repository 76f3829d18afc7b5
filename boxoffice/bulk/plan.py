"""Plan an import: check every row of a file against an event. Nothing is written."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from boxoffice.bulk.many import making_many
from boxoffice.db import ReadSession
from boxoffice.errors import BadValue, EventNotOnSale
from boxoffice.events.models import EventState
from boxoffice.events.queries import EventView, event_view
from boxoffice.orders.importing import EXTERNAL_ID_MAX, ImportedOrder, known_external_ids
from boxoffice.orders.place import Wanted
from boxoffice.orders.rules import QUANTITY_MAX
from boxoffice.people import Person, parse_document, parse_email, parse_name, parse_phone
from boxoffice.sheets import Column, Parse, Problem, Row, Sheet, one_line, parse_sheet
from boxoffice.staff.rules import Actor, Permission
from boxoffice.text import clean_in, folded

ROWS_MAX = 100_000  # of one plan
KEYS = "external_id name email document phone company job_title tier quantity note".split()

_QUANTITY = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do, and what is wrong with the rows that it leaves out."""

    event: EventView
    sheet: Sheet
    orders: tuple[ImportedOrder, ...]
    problems: tuple[Problem, ...]
    bad_rows: int
    already: int  # orders that are in from an earlier time

    @property
    def places(self) -> dict[str, int]:
        """How many places of each tier it needs."""
        needed: dict[str, int] = {}
        for order in self.orders:
            for tier, count in order.places.items():
                needed[tier] = needed.get(tier, 0) + count
        return needed

    @property
    def total_minor(self) -> int:
        """What the orders cost, at the prices of now."""
        prices = {tier.name: tier.price.minor for tier in self.event.tiers}
        return sum(prices[tier] * count for tier, count in self.places.items())


def plan_import(
    session: ReadSession,
    actor: Actor,
    raw: bytes,
    event: str,
    *,
    headings: Mapping[str, str],
    now: datetime,
) -> ImportPlan:
    """Check every row in `raw`, the bytes of a file, as orders of `event`. Nothing is written.

    `headings` names the heading of a column of ours (`KEYS`) where it is not a common one.

    Raises:
        Forbidden: the actor may not import.
        NotFound: there is no such event.
        EventNotOnSale: it is cancelled.
        BadValue: a key of `headings` is not one of ours, or the file has more than `ROWS_MAX` rows.
        BadFile: the file cannot be understood as a whole.
    """
    actor.must(Permission.IMPORT)
    for key in headings:
        if key not in KEYS:
            hint = "there are: " + ", ".join(KEYS)
            raise BadValue("--map", f"{key[:40]!r} is no column of ours.", hint=hint)
    view = event_view(session, event, now=now)
    if view.state is EventState.CANCELLED:
        raise EventNotOnSale(f"{view.slug} is cancelled: nothing is brought in any more.")
    with making_many():
        sheet = parse_sheet(raw, columns=_columns(view, headings))
    for key, heading in headings.items():
        if key not in sheet.columns:
            found = ", ".join([*sheet.columns.values(), *sheet.ignored])
            raise BadValue("--map", f"{heading[:60]!r} is no column of the file.", hint=found)
    must_fit(sheet, hint="split it: orders that are in already are left alone")
    known = known_external_ids(session, view.id)
    with making_many():
        return _checked(view, sheet, known)


def must_fit(sheet: Sheet, *, hint: str) -> None:
    """Check that a file has not more rows than one plan may have.

    Raises:
        BadValue: it has; `hint` says how to split it.
    """
    count = len(sheet.rows) + len(sheet.spoilt)
    if count > ROWS_MAX:
        problem = f"has {count:,} rows; the limit of one plan is {ROWS_MAX:,}."
        raise BadValue("the file", problem, hint=hint)


def _columns(event: EventView, headings: Mapping[str, str]) -> dict[str, Column]:
    parsers: dict[str, Parse] = {
        "external_id": _parse_external_id,
        "name": parse_name,
        "email": parse_email,
        "document": parse_document,
        "phone": parse_phone,
        "tier": _tier_parser([tier.name for tier in event.tiers]),
        "quantity": parse_quantity,
    }
    required = {"name"} | ({"tier"} if len(event.tiers) > 1 else set())
    return {
        key: Column(
            required=key in required,
            parse=parsers.get(key, one_line),
            names=(headings[key],) if key in headings else (),
        )
        for key in KEYS
    }


def _parse_external_id(text: str, *, name: str) -> str:
    return clean_in(text, name=name, length_max=EXTERNAL_ID_MAX)


def parse_quantity(text: str, *, name: str) -> str:
    """Read how many places one row asks for.

    Raises:
        BadValue: it is no whole number, or more than an order may have.
    """
    bare = text.strip()
    if not _QUANTITY.fullmatch(bare) or not 1 <= int(bare) <= QUANTITY_MAX:
        raise BadValue(name, f"is not a whole number from 1 to {QUANTITY_MAX}.")
    return str(int(bare))


def _tier_parser(names: Sequence[str]) -> Parse:
    """Return a reader of tiers: accents and case do not matter, unless two names differ by them."""
    plain: dict[str, str] = {}
    for name in names:
        plain[folded(name)] = name if folded(name) not in plain else ""

    def parse(text: str, /, *, name: str) -> str:
        said = one_line(text, name=name)
        found = said if said in names else plain.get(folded(said), "")
        if not found:
            hint = "there are: " + ", ".join(names)
            raise BadValue(name, f"{said[:60]!r} is no tier of this event.", hint=hint)
        return found

    return parse


def _checked(event: EventView, sheet: Sheet, known: Mapping[str, str]) -> ImportPlan:
    problems = list(sheet.problems)
    only_tier = event.tiers[0].name if len(event.tiers) == 1 else ""
    groups: dict[str, list[Row]] = {}
    for found in sheet.rows:
        said = found.values
        filled = {"quantity": said["quantity"] or "1", "tier": said["tier"] or only_tier}
        row = Row(found.line, said | filled)
        name = row.values["external_id"] or _digest(row)
        if name in groups and not row.values["external_id"]:
            what = f"is the same as line {groups[name][0].line}."
            hint = "give each an external id, if both are meant"
            problems.append(Problem(row.line, "", what, hint))
        else:
            groups.setdefault(name, []).append(row)

    spoilt = _spoilt_ids(sheet)
    room = _Room(event)
    orders: list[ImportedOrder] = []
    already = 0
    for name, rows in groups.items():
        order = _order(name, rows)
        fault = f"order {name} has another row, and that one is wrong." if name in spoilt else ""
        if name in known:
            already += 1
            continue
        fault = fault or room.take(order)
        if fault:
            problems.extend(Problem(row.line, "", fault) for row in rows)
        else:
            orders.append(order)
    problems.sort(key=lambda problem: problem.line)
    bad_rows = len({problem.line for problem in problems})
    return ImportPlan(event, sheet, tuple(orders), tuple(problems), bad_rows, already)


def _digest(row: Row) -> str:
    """Name a row that brings no id of its own by what it says, in whatever columns."""
    said = json.dumps({key: value for key, value in row.values.items() if value}, sort_keys=True)
    return "row-" + hashlib.sha256(said.encode()).hexdigest()[:32]


def _spoilt_ids(sheet: Sheet) -> set[str]:
    """Return the ids on the bad rows: no order is brought in without one of its rows.

    Which column a cell of a ragged row belongs to, nobody knows; so all of its cells count.
    """
    if "external_id" not in sheet.columns:
        return set()
    cells = (
        cell
        for row in sheet.spoilt
        for cell in ([row.said["external_id"]] if row.said else row.cells)
    )
    return {" ".join(unicodedata.normalize("NFC", cell).split()) for cell in cells}


def _order(name: str, rows: Sequence[Row]) -> ImportedOrder:
    lines = tuple(
        Wanted(row.values["tier"], int(row.values["quantity"]), (_person(row),)) for row in rows
    )
    notes = dict.fromkeys(row.values["note"] for row in rows if row.values["note"])
    return ImportedOrder(
        external_id=name,
        buyer=_person(rows[0]),
        lines=lines,
        note="; ".join(notes),
        rows=tuple(row.line for row in rows),
    )


def _person(row: Row) -> Person:
    said = row.values
    return Person(
        name=said["name"],
        email=said["email"],
        document=said["document"],
        phone=said["phone"],
        company=said["company"],
        title=said["job_title"],
    )


class _Room:
    """The places that are left for the rows still to come, in the order of the file."""

    def __init__(self, event: EventView) -> None:
        self._slug = event.slug
        self._tiers = {tier.name: tier.places_left for tier in event.tiers}
        self._event = event.places_left

    def take(self, order: ImportedOrder) -> str:
        """Keep the places of `order`; or keep none, and say why."""
        needed = order.places
        total = sum(needed.values())
        if total > QUANTITY_MAX:
            return f"order {order.external_id} has {total} places; the limit is {QUANTITY_MAX}."
        for tier, count in needed.items():
            if count > self._tiers[tier]:
                return f"{tier} has {self._tiers[tier]} places left for this row; {count} needed."
        if total > self._event:
            return f"{self._slug} has {self._event} places left for this row; {total} needed."
        for tier, count in needed.items():
            self._tiers[tier] -= count
        self._event -= total
        return ""
