"""Plan the end of a whole event: what becomes of every order. Nothing is written."""

import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlmodel import col, func, select

from boxoffice.db import ReadSession
from boxoffice.errors import WrongState
from boxoffice.events.models import Event, EventState
from boxoffice.events.queries import event_by_slug
from boxoffice.events.rules import STEPS
from boxoffice.orders.due import unpaid_fees
from boxoffice.orders.models import Order, OrderState
from boxoffice.payments.ending import OVER, Ending, due_of, kept_fee
from boxoffice.payments.give import goes_by_hand
from boxoffice.payments.models import Payment, PaymentState
from boxoffice.promos.models import Campaign, CampaignRow, CampaignRowState
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.models import Ticket

_OPEN = (PaymentState.OPENING, PaymentState.WAITING)


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """One order, and what becomes of it. Money is in minor units."""

    order: str  # its code
    buyer_name: str
    state: OrderState
    tickets: int  # that hold a place
    ending: Ending
    asked_minor: int  # asked of the gateway
    by_hand_minor: int
    methods: dict[str, int]  # the money that is left, by how it came in
    charges: int  # that somebody could still pay
    mail: bool


@dataclass(frozen=True, slots=True)
class HeldCodes:
    """Codes of guests that still hold places."""

    codes: int
    places: int
    mails: int  # guests who were sent theirs, and are to be told


@dataclass(frozen=True)
class CancelPlan:
    """What the end of an event would do."""

    event_id: UUID
    slug: str
    state: EventState
    currency: str
    fee_refundable: bool
    orders: tuple[PlannedOrder, ...]
    held: HeldCodes

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the world that the plan is made for: every order's money, and codes."""
        world: list[Any] = [str(self.event_id), self.currency, self.fee_refundable]
        world += [[o.order, o.state, o.ending, o.asked_minor, o.by_hand_minor] for o in self.orders]
        world += [[self.held.codes, self.held.places]]
        return hashlib.sha256(json.dumps(world).encode()).hexdigest()

    @property
    def endings(self) -> dict[str, int]:
        """How many orders end in which way."""
        found = Counter(order.ending for order in self.orders)
        return {ending: found[ending] for ending in Ending if ending is not Ending.OVER}

    @property
    def methods(self) -> dict[str, int]:
        """The money that is left in all orders, by how it came in, in minor units."""
        found = Counter[str]()
        for order in self.orders:
            found.update(order.methods)
        return dict(sorted(found.items()))


def plan_cancel(session: ReadSession, actor: Actor, slug: str) -> CancelPlan:
    """Say what becomes of every order of an event that has not ended yet. Nothing is written.

    An event that is cancelled already is planned again for what came in since: late money.

    Raises:
        Forbidden: the actor may not cancel events.
        NotFound: there is no such event.
        WrongState: the event cannot be cancelled from where it is.
    """
    actor.must(Permission.CANCEL_EVENT)
    event = event_by_slug(session, slug)
    must_be_endable(event)
    rows = session.exec(
        select(Order)
        .where(Order.event_id == event.id, col(Order.state).not_in(OVER))
        .order_by(col(Order.placed_at), col(Order.id))
    ).all()
    tickets = _tickets(session, event.id)
    payments = _payments(session, event.id)
    unpaid = unpaid_fees(session, col(Ticket.event_id) == event.id)
    return CancelPlan(
        event_id=event.id,
        slug=event.slug,
        state=event.state,
        currency=event.currency,
        fee_refundable=event.fee_refundable,
        orders=tuple(
            _planned(
                event,
                order,
                tickets.get(order.id, 0),
                payments.get(order.id, []),
                order.fee_minor - unpaid.get(order.id, 0),
            )
            for order in rows
        ),
        held=_held_codes(session, event.id),
    )


def must_be_endable(event: Event) -> None:
    """Stop unless an event is cancelled, or may be.

    Raises:
        WrongState: there is no step to it.
    """
    to = EventState.CANCELLED
    if event.state is not to and to not in STEPS[event.state]:
        raise WrongState(
            f"{event.slug} is {event.state}; it cannot be cancelled.",
            hint=f"see it: boxoffice event show {event.slug}",
        )


def told_of(plan: CancelPlan) -> dict[str, Any]:
    """Return a plan as programs see it, with its first orders."""
    return {
        "event": plan.slug,
        "state": plan.state,
        "counts": {
            "orders": len(plan.orders),
            "tickets": sum(order.tickets for order in plan.orders),
            "mails": sum(order.mail for order in plan.orders) + plan.held.mails,
            "charges": sum(order.charges for order in plan.orders),
            "codes": plan.held.codes,
            "code_places": plan.held.places,
            "endings": plan.endings,
        },
        "money": {
            "currency": plan.currency,
            "asked_minor": sum(order.asked_minor for order in plan.orders),
            "by_hand_minor": sum(order.by_hand_minor for order in plan.orders),
            "methods": plan.methods,
            "fee_refundable": plan.fee_refundable,
        },
        "first": [asdict(order) for order in plan.orders[:5]],
    }


def held_campaigns(session: ReadSession, event_id: UUID) -> list[tuple[UUID, str, int]]:
    """Return the campaigns of an event whose codes hold places: id, name, how many codes."""
    return list(
        session.exec(
            select(Campaign.id, Campaign.name, func.count())
            .join(CampaignRow, col(CampaignRow.campaign_id) == Campaign.id)
            .where(Campaign.event_id == event_id, col(CampaignRow.held) > 0)
            .group_by(col(Campaign.id), col(Campaign.name), col(Campaign.created_at))
            .order_by(col(Campaign.created_at), col(Campaign.id))
        )
    )


def _held_codes(session: ReadSession, event_id: UUID) -> HeldCodes:
    rows = session.exec(
        select(CampaignRow.state, func.count(), func.sum(col(CampaignRow.held)))
        .join(Campaign, col(Campaign.id) == CampaignRow.campaign_id)
        .where(Campaign.event_id == event_id, col(CampaignRow.held) > 0)
        .group_by(col(CampaignRow.state))
    ).all()
    return HeldCodes(
        codes=sum(count for _, count, _ in rows),
        places=sum(places for _, _, places in rows),
        mails=sum(count for state, count, _ in rows if state == CampaignRowState.SENT),
    )


def _tickets(session: ReadSession, event_id: UUID) -> dict[UUID, int]:
    rows = session.exec(
        select(Ticket.order_id, func.count())
        .where(Ticket.event_id == event_id, col(Ticket.holds_place).is_(True))
        .group_by(col(Ticket.order_id))
    )
    return dict(rows.all())


def _payments(session: ReadSession, event_id: UUID) -> dict[UUID, list[Payment]]:
    found: dict[UUID, list[Payment]] = defaultdict(list)
    for payment in session.exec(
        select(Payment)
        .join(Order, col(Order.id) == Payment.order_id)
        .where(Order.event_id == event_id, col(Order.state).not_in(OVER))
    ):
        found[payment.order_id].append(payment)
    return found


def _planned(
    event: Event, order: Order, tickets: int, payments: list[Payment], fee_minor: int
) -> PlannedOrder:
    gateway, hand, methods = 0, 0, Counter[str]()
    for payment in payments:
        left = payment.paid_minor - payment.refunded_minor
        methods[payment.method] += left
        gateway, hand = (gateway, hand + left) if goes_by_hand(payment) else (gateway + left, hand)
    kept = kept_fee(
        fee_minor, fee_refundable=event.fee_refundable, was_paid=order.paid_at is not None
    )
    due = due_of(order.state, gateway_minor=gateway, hand_minor=hand, kept_minor=kept)
    return PlannedOrder(
        order=order.code,
        buyer_name=order.buyer_name,
        state=order.state,
        tickets=tickets,
        ending=due.ending,
        asked_minor=due.asked_minor,
        by_hand_minor=due.by_hand_minor,
        methods={method: left for method, left in sorted(methods.items()) if left},
        charges=sum(payment.state in _OPEN for payment in payments),
        mail=bool(order.buyer_email) and due.ending is not Ending.BANK,
    )
