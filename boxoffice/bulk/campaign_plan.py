"""Plan a campaign: check every guest of a file, and count what would be given. Nothing is sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from boxoffice.bulk.plan import must_fit, parse_quantity
from boxoffice.db import ReadSession
from boxoffice.errors import BadValue, EventNotOnSale, NotFound, Refused
from boxoffice.events.models import Category, EventState
from boxoffice.events.queries import EventView, TierView, event_view
from boxoffice.money import Money
from boxoffice.people import Person, parse_document, parse_email, parse_name
from boxoffice.promos.campaign import (
    NAME_MAX,
    CampaignTerms,
    Guest,
    campaign_named,
    check_same,
    guests_of,
    is_over,
)
from boxoffice.promos.models import CampaignMode
from boxoffice.sheets import Column, Problem, Row, Sheet, one_line, parse_sheet
from boxoffice.staff.rules import Actor, Permission
from boxoffice.text import clean_in

KEYS = "name email document company job_title quantity".split()


@dataclass(frozen=True, slots=True)
class CampaignPlan:
    """What a campaign would send, and what is wrong with the rows that it leaves out."""

    event: EventView
    tier: TierView
    terms: CampaignTerms
    sheet: Sheet
    guests: tuple[Guest, ...]
    problems: tuple[Problem, ...]
    already: int  # guests who are in the campaign from an earlier time
    duplicates: int  # rows of a guest who stands further up

    @property
    def bad_rows(self) -> int:
        """How many rows are left out."""
        return len({problem.line for problem in self.problems})

    @property
    def places(self) -> int:
        """How many places it gives away."""
        return sum(guest.quantity for guest in self.guests)

    @property
    def worth(self) -> Money:
        """What those places would cost at the price of now."""
        return self.tier.price * self.places


def plan_campaign(
    session: ReadSession,
    actor: Actor,
    raw: bytes,
    event: str,
    tier: str,
    *,
    terms: CampaignTerms,
    headings: Mapping[str, str],
    now: datetime,
) -> CampaignPlan:
    """Check every row in `raw`, the bytes of a file, as a guest of `event`. Nothing is written.

    `headings` names the heading of a column of ours (`KEYS`) where it is not a common one.

    Raises:
        Forbidden: the actor may not invite.
        NotFound: there is no such event or tier.
        EventNotOnSale: the event is cancelled.
        Refused: the tier sells half price, or the campaign of this name is over or has other terms.
        BadValue: the name or the expiry makes no sense, or a key of `headings` is not ours.
        BadFile: the file cannot be understood as a whole.
    """
    actor.must(Permission.INVITE)
    for key in headings:
        if key not in KEYS:
            hint = "there are: " + ", ".join(KEYS)
            raise BadValue("--map", f"{key[:40]!r} is no column of ours.", hint=hint)
    check_terms(terms, now)
    view = event_view(session, event, now=now)
    given = tier_to_give(view, tier)
    sheet = parse_sheet(raw, columns=_columns(headings))
    for key, heading in headings.items():
        if key not in sheet.columns:
            found = ", ".join([*sheet.columns.values(), *sheet.ignored])
            raise BadValue("--map", f"{heading[:60]!r} is no column of the file.", hint=found)
    must_fit(sheet, hint="split it, under the same --name")
    campaign = campaign_named(session, view.id, terms.name)
    if campaign is not None:
        check_same(campaign, given.id, terms)
    known = guests_of(session, campaign.id) if campaign is not None else set[str]()
    return _checked(view, given, terms, sheet, known)


def check_terms(terms: CampaignTerms, now: datetime) -> None:
    """Check that terms make sense.

    Raises:
        BadValue: the name is none, or the expiry is over or of tickets, which have none.
    """
    clean_in(terms.name, name="--name", length_max=NAME_MAX)
    if terms.expires_at is None:
        return
    if terms.mode is CampaignMode.TICKETS:
        raise BadValue("--expires-at", "is for codes: tickets are given at once.")
    if is_over(terms.expires_at, now):
        raise BadValue("--expires-at", "is over already.", hint="name a moment to come")


def tier_to_give(event: EventView, name: str) -> TierView:
    """Return the tier whose places are given away.

    Raises:
        NotFound: there is no such tier.
        EventNotOnSale: the event is cancelled.
        Refused: the tier sells half price (`promo.not_with_half_price`).
    """
    if event.state is EventState.CANCELLED:
        raise EventNotOnSale(f"{event.slug} is cancelled: nothing is given away any more.")
    for tier in event.tiers:
        if tier.name == name:
            break
    else:
        known = ", ".join(tier.name for tier in event.tiers)
        raise NotFound("tier", name[:80], hint=f"there are: {known}")
    if tier.category == Category.HALF:
        # Lei 12.933/2013: half price is for those who have a right to it, and is counted.
        raise Refused(
            f"{tier.name} sells half price: its places are not given away.",
            hint="give places of another tier, or make one: boxoffice tier add",
            code="promo.not_with_half_price",
        )
    return tier


def _columns(headings: Mapping[str, str]) -> dict[str, Column]:
    parsers = {
        "name": parse_name,
        "email": parse_email,
        "document": parse_document,
        "quantity": parse_quantity,
    }
    return {
        key: Column(
            required=key in {"name", "email"},
            parse=parsers.get(key, one_line),
            names=(headings[key],) if key in headings else (),
        )
        for key in KEYS
    }


def _checked(
    event: EventView, tier: TierView, terms: CampaignTerms, sheet: Sheet, known: set[str]
) -> CampaignPlan:
    problems = list(sheet.problems)
    twice, first_of = list[Problem](), dict[str, int]()
    guests, already = list[Guest](), 0
    left = min(tier.places_left, event.places_left)
    for row in sheet.rows:
        guest = guest_of(row)
        before = next((mark for mark in _marks(guest) if mark in first_of), None)
        if before is not None:
            twice.append(_duplicate(row, before, first_of[before], sheet))
            continue
        first_of.update(dict.fromkeys(_marks(guest), row.line))
        if guest.key in known:
            already += 1
        elif guest.quantity > left:
            what = f"{tier.name} has {left} places left for this row; {guest.quantity} needed."
            problems.append(Problem(row.line, "", what, "raise its quota, or invite fewer"))
        else:
            left -= guest.quantity
            guests.append(guest)
    problems = sorted([*problems, *twice], key=lambda problem: problem.line)
    return CampaignPlan(
        event, tier, terms, sheet, tuple(guests), tuple(problems), already, len(twice)
    )


def _marks(guest: Guest) -> Iterable[str]:
    """Return what no other guest of one file may have: an address, a document."""
    yield f"email {guest.key}"
    if guest.person.document:
        yield f"document {guest.person.document}"


def _duplicate(row: Row, mark: str, line: int, sheet: Sheet) -> Problem:
    key = mark.partition(" ")[0]
    what = f"is the same as on line {line}: each guest is invited once."
    hint = "remove one; for more places, raise the quantity of the other"
    return Problem(row.line, sheet.columns[key], what, hint)


def guest_of(row: Row) -> Guest:
    """Return the guest that a good row names."""
    said = row.values
    person = Person(
        said["name"], said["email"], said["document"], "", said["company"], said["job_title"]
    )
    return Guest(row.line, person, int(said["quantity"] or "1"))
