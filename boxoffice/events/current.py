"""What an event's file would say, had it been written just now."""

from boxoffice.db import ReadSession
from boxoffice.events.file import EventPlan, TierPlan
from boxoffice.events.models import Event
from boxoffice.events.queries import tiers_of


def plan_of(session: ReadSession, event: Event) -> EventPlan:
    """Return the plan that changes nothing. Door lists are left out, and so left alone."""
    tiers = tiers_of(session, event.id)
    names = {tier.id: tier.name for tier in tiers}
    return EventPlan(
        slug=event.slug,
        title=event.title,
        venue=event.venue,
        address=event.address,
        timezone=event.timezone,
        language=event.language,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        doors_at=event.doors_at,
        capacity=event.capacity,
        fee_fixed_minor=event.fee_fixed_minor,
        fee_basis_points=event.fee_basis_points,
        fee_per=event.fee_per,
        fee_refundable=event.fee_refundable,
        late_payment=event.late_payment,
        code_scheme=event.code_scheme,
        hold_minutes=event.hold_minutes,
        boleto_days=event.boleto_days,
        boleto_cutoff_days=event.boleto_cutoff_days,
        half_cap_percent=event.half_cap_percent,
        tiers=tuple(
            TierPlan(
                name=tier.name,
                price=tier.price,
                quota=tier.quota,
                category=tier.category,
                opens_at=tier.opens_at,
                closes_at=tier.closes_at,
                after=names[tier.after_id] if tier.after_id else None,
            )
            for tier in tiers
        ),
        lists=(),
    )
