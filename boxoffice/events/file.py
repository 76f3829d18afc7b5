"""The event as a file: `event.toml`, read and checked before anything is touched."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from boxoffice.errors import BadFile, BadValue
from boxoffice.events.models import Category, CodeScheme, FeePer, LatePayment
from boxoffice.events.reading import Reader, only, table_of, tables_of
from boxoffice.money import Money
from boxoffice.text import clean_in
from boxoffice.times import parse_zone
from boxoffice.wording.languages import Language

TIERS_MAX = 200
DAYS_MAX = 60  # bank days
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_EVENT_KEYS = frozenset(
    "slug title venue address timezone language starts_at ends_at doors_at capacity late_payment "
    "fee_fixed fee_percent fee_per fee_refundable code_scheme hold_minutes boleto_days "
    "boleto_cutoff_days half_cap_percent".split()
)
_TIER_KEYS = frozenset("name price quota category opens_at closes_at after".split())
_LIST_KEYS = frozenset("name tiers policy opens_at closes_at room takes_payment".split())
_POLICIES = ("once", "daily", "after_exit", "unlimited")


@dataclass(frozen=True, slots=True)
class TierPlan:
    """A tier as the organizer wants it."""

    name: str
    price: Money
    quota: int
    category: Category
    opens_at: datetime | None
    closes_at: datetime | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ListPlan:
    """A door list as the organizer wants it. `policy` is one of the door's words."""

    name: str
    tiers: tuple[str, ...]
    policy: str
    opens_at: datetime | None
    closes_at: datetime | None
    room: int | None = None
    takes_payment: bool = False


@dataclass(frozen=True, slots=True)
class EventPlan:
    """An event as the organizer wants it."""

    slug: str
    title: str
    venue: str
    address: str
    timezone: str
    language: Language
    starts_at: datetime
    ends_at: datetime | None
    doors_at: datetime | None
    capacity: int | None
    fee_fixed_minor: int
    fee_basis_points: int
    fee_per: FeePer
    fee_refundable: bool
    late_payment: LatePayment
    code_scheme: CodeScheme
    hold_minutes: int
    boleto_days: int
    boleto_cutoff_days: int
    half_cap_percent: int | None
    tiers: tuple[TierPlan, ...]
    lists: tuple[ListPlan, ...]


def read_event_file(path: Path, *, now: datetime) -> EventPlan:
    """Read and check an event file.

    Raises:
        BadFile: it cannot be read, or is not TOML.
        BadValue: a name is unknown or missing, or a value makes no sense.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadFile(f"{path} is not UTF-8 text.") from error
    except (ValueError, RecursionError) as error:  # also numbers of thousands of digits
        raise BadFile(f"{path} is not TOML: {str(error)[:200]}.") from error
    return event_plan(found, now=now)


def event_plan(found: Mapping[str, Any], *, now: datetime) -> EventPlan:
    """Check what an event file, or the flags of a command, say.

    Raises:
        BadValue: a name is unknown or missing, or a value makes no sense.
    """
    only(found, frozenset({"event", "tier", "list"}), "the file")
    event = Reader(table_of(found, "event"), "event", _EVENT_KEYS, now)
    zone = parse_zone(event.text("timezone", default="America/Sao_Paulo"))
    event.zone = zone
    slug = event.text("slug")
    if not _SLUG.fullmatch(slug):
        raise BadValue(
            "event.slug", f"{slug[:64]!r} is not a slug.", hint="use a-z, 0-9 and -: noite-2026"
        )
    plan = EventPlan(
        slug=slug,
        title=event.text("title"),
        venue=event.text("venue", default=""),
        address=event.text("address", default=""),
        timezone=zone.key,
        language=event.word("language", Language, Language.PT_BR),
        starts_at=event.needed_moment("starts_at"),
        ends_at=event.moment("ends_at"),
        doors_at=event.moment("doors_at"),
        capacity=event.whole("capacity", lowest=1) if "capacity" in event.table else None,
        fee_fixed_minor=event.money("fee_fixed", default="0").minor,
        fee_basis_points=event.percent("fee_percent"),
        fee_per=event.word("fee_per", FeePer, FeePer.TICKET),
        fee_refundable=event.flag("fee_refundable", default=True),
        late_payment=event.word("late_payment", LatePayment, LatePayment.ACCEPT_IF_SEAT),
        code_scheme=event.word("code_scheme", CodeScheme, CodeScheme.SHORT),
        hold_minutes=event.whole("hold_minutes", lowest=1, default=30),
        boleto_days=event.whole("boleto_days", lowest=0, highest=DAYS_MAX, default=2),
        boleto_cutoff_days=event.whole("boleto_cutoff_days", lowest=0, highest=DAYS_MAX, default=5),
        half_cap_percent=event.whole("half_cap_percent", lowest=1, highest=100)
        if "half_cap_percent" in event.table
        else None,
        tiers=tuple(
            _tier(Reader(table, f"tier {n}", _TIER_KEYS, now, zone))
            for n, table in enumerate(tables_of(found, "tier"), start=1)
        ),
        lists=tuple(
            _list(Reader(table, f"list {n}", _LIST_KEYS, now, zone))
            for n, table in enumerate(tables_of(found, "list"), start=1)
        ),
    )
    return checked(plan)


def tier_plan(table: Mapping[str, Any], timezone: str, *, now: datetime) -> TierPlan:
    """Check what a command's flags say of one tier.

    Raises:
        BadValue: a name is unknown or missing, or a value makes no sense.
    """
    return _tier(Reader(table, "tier", _TIER_KEYS, now, ZoneInfo(timezone)))


def _tier(read: Reader) -> TierPlan:
    return TierPlan(
        name=clean_in(read.text("name"), name=f"{read.where}.name", length_max=80),
        price=read.money("price"),
        quota=read.whole("quota", lowest=1),
        category=read.word("category", Category, Category.FULL),
        opens_at=read.moment("opens_at"),
        closes_at=read.moment("closes_at"),
        after=read.text("after") if "after" in read.table else None,
    )


def _list(read: Reader) -> ListPlan:
    tiers = read.table.get("tiers", [])
    if not isinstance(tiers, list) or not all(isinstance(name, str) for name in tiers):
        raise BadValue(f"{read.where}.tiers", "must be a list of names.", hint='tiers = ["Lote 1"]')
    policy = read.text("policy", default="once")
    if policy not in _POLICIES:
        raise BadValue(
            f"{read.where}.policy",
            f"{policy[:40]!r} is not known.",
            hint="write one of: " + ", ".join(_POLICIES),
        )
    return ListPlan(
        name=clean_in(read.text("name"), name=f"{read.where}.name", length_max=80),
        tiers=tuple(tiers),
        policy=policy,
        opens_at=read.moment("opens_at"),
        closes_at=read.moment("closes_at"),
        room=read.whole("room", lowest=1) if "room" in read.table else None,
        takes_payment=read.flag("takes_payment", default=False),
    )


def list_plan(table: Mapping[str, Any], timezone: str, *, now: datetime) -> ListPlan:
    """Check what a command's flags say of one door list.

    Raises:
        BadValue: a name is unknown or missing, or a value makes no sense.
    """
    plan = _list(Reader(table, "list", _LIST_KEYS, now, ZoneInfo(timezone)))
    _window(f"list {plan.name!r}", plan.opens_at, plan.closes_at)
    return plan


def checked(plan: EventPlan) -> EventPlan:
    """Return the plan, unless something is wrong with it that no single value shows.

    Raises:
        BadValue: a name stands twice, names nothing or goes in a circle; a window is turned round.
    """
    if len(plan.tiers) > TIERS_MAX or len(plan.lists) > TIERS_MAX:
        raise BadValue("the file", f"has more than {TIERS_MAX} tiers or lists.")
    _no_double([tier.name for tier in plan.tiers], "tier")
    _no_double([door.name for door in plan.lists], "list")
    names = {tier.name: tier for tier in plan.tiers}
    for tier in plan.tiers:
        _window(f"tier {tier.name!r}", tier.opens_at, tier.closes_at)
        seen = {tier.name}
        before = tier.after
        while before is not None:
            if before not in names:
                raise BadValue(f"tier {tier.name!r}.after", f"names no tier: {before[:80]!r}.")
            if before in seen:
                raise BadValue(f"tier {tier.name!r}.after", "goes round in a circle.")
            seen.add(before)
            before = names[before].after
    for door in plan.lists:
        _window(f"list {door.name!r}", door.opens_at, door.closes_at)
        for name in door.tiers:
            if name not in names:
                raise BadValue(f"list {door.name!r}.tiers", f"names no tier: {name[:80]!r}.")
            if door.tiers.count(name) > 1:
                raise BadValue(f"list {door.name!r}.tiers", f"names {name!r} twice.")
    _window("event", plan.starts_at, plan.ends_at, first="starts_at", last="ends_at")
    return plan


def _window(
    where: str,
    opens_at: datetime | None,
    closes_at: datetime | None,
    *,
    first: str = "opens_at",
    last: str = "closes_at",
) -> None:
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        raise BadValue(f"{where}.{last}", f"is not after {first}.")


def _no_double(names: list[str], where: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise BadValue(f"{where}.name", f"{name!r} stands there twice.")
