"""What is copied into the scratch database: the event, its tiers, lists and promos. No person."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlmodel import col, select

from boxoffice.db import ReadSession, WriteSession
from boxoffice.door.lists import apply_lists, lists_of, tiers_admitted
from boxoffice.errors import Refused
from boxoffice.events.apply import apply_event
from boxoffice.events.current import plan_of
from boxoffice.events.file import EventPlan, ListPlan, read_event_file
from boxoffice.events.publish import publish
from boxoffice.events.queries import event_by_slug, tiers_of
from boxoffice.promos.create import create
from boxoffice.promos.models import Promo, PromoState, PromoTier
from boxoffice.promos.rules import Terms
from boxoffice.rehearsal.drill import chains_of
from boxoffice.staff.rules import Actor, Permission

_PROMOS_MAX = 200  # a series may have ten thousand, all alike
_SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Setup:
    """What an organizer has set up. Promos have names of their own: theirs may name a person."""

    plan: EventPlan
    promos: Mapping[str, Terms]


def setup_of(session: ReadSession, actor: Actor, slug: str, *, now: datetime) -> Setup:
    """Return what is rehearsed of an event: neither buyers nor anything that is sold.

    Raises:
        Forbidden: the actor may not edit events.
        NotFound: there is no such event.
        Refused: it has no tier that the public buys (`rehearsal.nothing_to_sell`).
    """
    actor.must(Permission.EDIT_EVENT)
    event = event_by_slug(session, slug)
    names = {tier.id: tier.name for tier in tiers_of(session, event.id)}
    lists = tuple(
        ListPlan(
            name=row.name,
            tiers=tuple(sorted(names[tier_id] for tier_id in tiers_admitted(session, row.id))),
            policy=row.policy,
            opens_at=None,
            closes_at=None,
            room=row.room,
            takes_payment=row.takes_payment,
        )
        for row in lists_of(session, event.id)
    )
    plan = replace(plan_of(session, event), lists=lists)
    return _checked(Setup(_at_once(plan, now), _promos(session, event.id, names)))


def setup_of_file(path: Path, *, now: datetime) -> Setup:
    """Return what is rehearsed of an event file.

    Raises:
        BadFile, BadValue: it cannot be read, or makes no sense.
        Refused: it has no tier that the public buys (`rehearsal.nothing_to_sell`).
    """
    return _checked(Setup(_at_once(read_event_file(path, now=now), now), {}))


def put_up(session: WriteSession, actor: Actor, setup: Setup, *, now: datetime) -> None:
    """Make the event as its organizer would, and put it on sale."""
    event, _ = apply_event(session, actor, setup.plan, now=now)
    session.flush()
    apply_lists(session, actor, event, setup.plan, now=now)
    for code, terms in setup.promos.items():
        create(session, actor, setup.plan.slug, code, terms, now=now)
    publish(session, actor, setup.plan.slug, now=now)


def _at_once(plan: EventPlan, now: datetime) -> EventPlan:
    """Return the plan with every window open: a rehearsal does not wait for next Friday."""
    is_over = plan.starts_at <= now
    return replace(
        plan,
        starts_at=now + _SOON if is_over else plan.starts_at,
        ends_at=None,
        doors_at=None,
        tiers=tuple(replace(tier, opens_at=None, closes_at=None) for tier in plan.tiers),
        lists=tuple(replace(door, opens_at=None, closes_at=None) for door in plan.lists),
    )


def _promos(session: ReadSession, event_id: UUID, names: Mapping[UUID, str]) -> dict[str, Terms]:
    rows = session.exec(
        select(Promo)
        .where(
            Promo.event_id == event_id,
            Promo.state != PromoState.REVOKED,
            col(Promo.is_reserved).is_(False),
        )
        .order_by(col(Promo.created_at), col(Promo.id))
        .limit(_PROMOS_MAX)
    ).all()
    promos = {}
    for number, row in enumerate(rows, start=1):
        limits = session.exec(select(PromoTier.tier_id).where(PromoTier.promo_id == row.id)).all()
        promos[f"REHEARSAL-{number}"] = Terms(
            kind=row.kind,
            value=row.value,
            tiers=tuple(sorted(names[tier_id] for tier_id in limits)),
            uses_max=row.uses_max,
            per_person_max=row.per_person_max,
        )
    return promos


def _checked(setup: Setup) -> Setup:
    if not chains_of(setup.plan):
        raise Refused(
            f"{setup.plan.slug} has no tier that the public buys.",
            hint="add one: boxoffice tier add SLUG NAME --price P --quota N",
            code="rehearsal.nothing_to_sell",
        )
    return setup
