"""The books of one event, compared with themselves and with the model."""

from collections import Counter
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlmodel import col

from boxoffice.audit.models import AuditEntry
from boxoffice.db import ReadSession
from boxoffice.events.models import Event, Tier
from boxoffice.orders.models import Order, OrderState
from boxoffice.payments.models import Payment
from boxoffice.tickets.models import Ticket, TicketState
from tests.orders.model import QUOTAS, Model, taken

# Made once: each is asked after every step.
_TIERS = (
    select(col(Tier.name), col(Tier.quota), col(Tier.places_left), col(Event.places_taken))
    .join(Event, col(Event.id) == Tier.event_id)
    .where(col(Event.slug) == bindparam("slug"))
)
_TICKETS = (
    select(
        col(Order.id),
        col(Order.state),
        col(Ticket.state),
        col(Ticket.holds_place),
        col(Tier.name),
    )
    .join(Ticket, col(Ticket.order_id) == Order.id)
    .join(Tier, col(Tier.id) == Ticket.tier_id)
    .join(Event, col(Event.id) == Order.event_id)
    .where(col(Event.slug) == bindparam("slug"))
)
_PAYMENTS = select(col(Payment.id), col(Payment.paid_minor)).where(
    col(Payment.order_id).in_(bindparam("orders", expanding=True))
)
_CONFIRMED = select(col(AuditEntry.subject)).where(
    col(AuditEntry.subject).in_(bindparam("subjects", expanding=True)),
    col(AuditEntry.verb) == "order.confirm",
)


def check_places(
    session: ReadSession, slug: str, models: Collection[Model]
) -> dict[UUID, OrderState]:
    """Check that each place is free or held by one ticket, in every tier and in the event.

    Tickets are valid when their order is paid, and then alone. Return the states of the orders.
    """
    held = Counter[str]()
    states: dict[UUID, OrderState] = {}
    found = session.connection().execute(_TICKETS, {"slug": slug})
    for order_id, state, ticket, holds_place, tier in found:
        held[tier] += holds_place
        states[order_id] = state
        assert (ticket is TicketState.VALID) is (state is OrderState.PAID)
    for tier, quota, left, places_taken in session.connection().execute(_TIERS, {"slug": slug}):
        assert held[tier] + left == quota == QUOTAS[tier]
        assert places_taken == held.total()
    assert held == taken(models)
    assert states == {model.id: model.state for model in models}
    return states


def check_money(session: ReadSession, models: Collection[Model]) -> None:
    """Check that money is counted once, and confirms its order once each time it has to."""
    orders = [model.id for model in models]
    subjects = [f"order:{order_id}" for order_id in orders]
    paid = session.connection().execute(_PAYMENTS, {"orders": orders})
    told = session.connection().execute(_CONFIRMED, {"subjects": subjects})
    assert {row.id: row.paid_minor for row in paid} == {
        paying.id: paying.paid for model in models for paying in model.payments
    }
    assert Counter(told.scalars()) == Counter(
        {f"order:{model.id}": model.confirmed for model in models if model.confirmed}
    )
