"""Make an event what its file says: the same file twice changes nothing the second time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import BadValue, Refused
from boxoffice.events.file import EventPlan, TierPlan
from boxoffice.events.half_cap import hold_to_half_cap
from boxoffice.events.models import Event, Tier
from boxoffice.events.queries import tiers_of
from boxoffice.ids import new_id
from boxoffice.staff.rules import Actor, Permission
from boxoffice.times import iso

_EVENT_FIELDS = (
    "title venue address timezone language starts_at ends_at doors_at capacity fee_fixed_minor "
    "fee_basis_points fee_per fee_refundable late_payment code_scheme hold_minutes boleto_days "
    "boleto_cutoff_days half_cap_percent"
).split()
_TIER_FIELDS = "price_minor quota category opens_at closes_at after turn".split()


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between what is and what the file wants."""

    act: str  # "add" or "change"
    noun: str  # "event", "tier" or "list"
    name: str
    field: str = ""
    before: Any = None
    after: Any = None


def apply_event(
    session: WriteSession, actor: Actor, plan: EventPlan, *, now: datetime
) -> tuple[Event, list[Change]]:
    """Create or change the event of `plan` with its tiers, and return what changed.

    A tier that the file no longer names is left alone. Door lists follow in `door.apply_lists`.

    Raises:
        Forbidden: the actor may not edit events.
        BadValue: it would be over already.
        Refused: a tier would have fewer places than it has sold, or the event than it holds, or
            half price than it has taken.
    """
    actor.must(Permission.EDIT_EVENT)
    event = locked_event(session, plan.slug)
    changes: list[Change] = []
    _refuse_past(event, plan, now)
    if event is None:
        event = Event(
            id=new_id(),
            slug=plan.slug,
            created_at=now,
            **{name: getattr(plan, name) for name in _EVENT_FIELDS},
        )
        session.add(event)
        session.flush()
        changes.append(Change("add", "event", plan.slug))
    else:
        _change_event(event, plan, changes)
    _apply_tiers(session, event, plan, changes)
    hold_to_half_cap(session, event)
    if changes:
        record(
            session,
            actor,
            "event.apply",
            "event",
            event.id,
            now=now,
            changes=[f"{c.act} {c.noun} {c.field}".strip() for c in changes],
        )
    return event, changes


def locked_event(session: WriteSession, slug: str) -> Event | None:
    """Return an event to be changed, with its tiers, which stay as they are meanwhile."""
    # Race: a sale meets the same rows, tiers by id and then the event, and so do we. A sale also
    # shares the keys of both: the weaker lock lets it, or this would starve while tickets sell.
    session.exec(
        select(Tier)
        .join(Event, col(Event.id) == Tier.event_id)
        .where(Event.slug == slug)
        .order_by(col(Tier.id))
        .with_for_update(of=Tier, key_share=True)
    ).all()
    return session.exec(
        select(Event).where(Event.slug == slug).with_for_update(key_share=True)
    ).first()


def _refuse_past(event: Event | None, plan: EventPlan, now: datetime) -> None:
    """Stop at an event that is to be over already: its year or its month was typed wrong.

    One that was here before keeps its dates, whatever else is changed after the night.
    """
    is_same = event is not None and event.starts_at == plan.starts_at
    if not is_same and (plan.ends_at or plan.starts_at) <= now:
        raise BadValue(
            "event.starts_at",
            f"is in the past: {iso(plan.starts_at)}.",
            hint="write the day of the event, or an ends_at that is still to come",
        )


def _change_event(event: Event, plan: EventPlan, changes: list[Change]) -> None:
    if plan.capacity is not None and plan.capacity < event.places_taken:
        raise Refused(
            f"{event.slug} has {event.places_taken} places taken; "
            f"a capacity of {plan.capacity} is too small.",
            hint="cancel orders first, or keep a larger capacity",
            code="event.capacity_too_small",
        )
    for name in _EVENT_FIELDS:
        before, after = getattr(event, name), getattr(plan, name)
        if before != after:
            changes.append(
                Change("change", "event", plan.slug, name, _plain(before), _plain(after))
            )
            setattr(event, name, after)


def _apply_tiers(
    session: WriteSession, event: Event, plan: EventPlan, changes: list[Change]
) -> None:
    known = {tier.name: tier for tier in tiers_of(session, event.id)}
    ids = {name: tier.id for name, tier in known.items()}
    ids |= {tier.name: new_id() for tier in plan.tiers if tier.name not in ids}
    # A tier goes in after the one it follows: the database checks each reference at once.
    for tier in sorted(plan.tiers, key=lambda wanted: _depth(wanted, plan)):
        turn = plan.tiers.index(tier)
        after_id = ids[tier.after] if tier.after else None
        row = known.get(tier.name)
        if row is None:
            session.add(_new_tier(event, tier, ids[tier.name], after_id, turn))
            session.flush()
            changes.append(Change("add", "tier", tier.name))
        else:
            names = {other.id: other.name for other in known.values()}
            _change_tier(row, tier, after_id, turn, names=names, changes=changes)


def _new_tier(
    event: Event, tier: TierPlan, tier_id: UUID, after_id: UUID | None, turn: int
) -> Tier:
    return Tier(
        id=tier_id,
        event_id=event.id,
        name=tier.name,
        category=tier.category,
        price_minor=tier.price.minor,
        currency=event.currency,
        quota=tier.quota,
        places_left=tier.quota,
        opens_at=tier.opens_at,
        closes_at=tier.closes_at,
        after_id=after_id,
        turn=turn,
    )


def _change_tier(
    row: Tier,
    tier: TierPlan,
    after_id: UUID | None,
    turn: int,
    *,
    names: dict[UUID, str],
    changes: list[Change],
) -> None:
    sold = row.quota - row.places_left
    if tier.quota < sold:
        raise Refused(
            f"{row.name} has {sold} places taken; a quota of {tier.quota} is too small.",
            hint="cancel orders first, or keep a larger quota",
            code="tier.quota_too_small",
        )
    wanted = {
        "price_minor": tier.price.minor,
        "quota": tier.quota,
        "category": tier.category,
        "opens_at": tier.opens_at,
        "closes_at": tier.closes_at,
        "after": tier.after,
        "turn": turn,
    }
    for name in _TIER_FIELDS:
        before = names.get(row.after_id) if name == "after" and row.after_id else None
        before = before if name == "after" else getattr(row, name)
        if before == wanted[name]:
            continue
        changes.append(
            Change("change", "tier", row.name, name, _plain(before), _plain(wanted[name]))
        )
        if name == "quota":
            # Race: a sale takes places meanwhile. The difference is added, not the number set.
            row.places_left = Tier.places_left + (tier.quota - row.quota)
        if name == "after":
            row.after_id = after_id
        else:
            setattr(row, name, wanted[name])


def _depth(tier: TierPlan, plan: EventPlan) -> int:
    names = {other.name: other for other in plan.tiers}
    return 0 if tier.after is None else 1 + _depth(names[tier.after], plan)


def _plain(value: Any) -> Any:
    return iso(value) if isinstance(value, datetime) else value
