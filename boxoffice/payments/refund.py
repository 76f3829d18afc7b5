"""Refund an order: money goes back, and the tickets it paid for die with their places."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from boxoffice.audit.models import AuditEntry
from boxoffice.audit.record import record
from boxoffice.db import WriteSession, changed
from boxoffice.errors import BadValue, KeyReused, NotFound, Refused, WrongState
from boxoffice.events.models import Event
from boxoffice.events.take import give_back
from boxoffice.money import Money
from boxoffice.orders.change import locked_order
from boxoffice.orders.due import end_tickets, forgive
from boxoffice.orders.models import Order, OrderState
from boxoffice.orders.rules import STEPS
from boxoffice.orders.tickets import standing
from boxoffice.payments.collect import locked_payments, stop_asking
from boxoffice.payments.give import give, id_under
from boxoffice.payments.models import Refund
from boxoffice.payments.refund_limit import must_be_approved
from boxoffice.promos.redeem import give_back_uses
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.issue import void_some
from boxoffice.tickets.models import Ticket
from boxoffice.till.record import record_refund

KEY_MAX = 200  # characters of an idempotency key
_NOT_NOW = {
    OrderState.PLACED: "it is not paid; cancel it first",
    OrderState.EXPIRING: "it is not paid; wait until it has expired",
    OrderState.DISPUTED: "the buyer's bank decides about its money",
    OrderState.CHARGED_BACK: "the buyer's bank took its money",
}


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """What is to go back: some tickets, an amount, both, or (without either) all that is left."""

    ticket_ids: tuple[UUID, ...] = ()
    amount: Money | None = None  # instead of what the tickets cost
    keeps_fee: bool = False
    reason: str = ""
    proof: str = ""  # how money was given back by hand
    ends_tickets: bool = True  # not when a ticket only became cheaper

    def command(self, order_code: str) -> str:
        """Return the command that asks for this: a swap gives back what its ticket costs less."""
        return f"order refund {order_code}" if self.ends_tickets else "order swap TICKET --tier T"

    @property
    def digest(self) -> str:
        """SHA-256 of what the request gives back, to tell an idempotency key of another one.

        What somebody typed is left out: it may name a person, and the audit cannot forget.
        """
        told = {k: v for k, v in asdict(self).items() if k not in {"reason", "proof"}}
        text = json.dumps(told, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Refunded:
    """What was given back, or what this key had given back before."""

    amount: Money
    refund_ids: tuple[UUID, ...]  # one for each payment that it comes from
    is_new: bool


def refund(
    session: WriteSession,
    actor: Actor,
    order_id: UUID,
    request: RefundRequest,
    *,
    now: datetime,
    key: str | None = None,
    approved_by: Actor | None = None,
) -> Refunded:
    """Give money of an order back, and end the tickets that it paid for.

    Tickets that are named die; when none is, an amount that leaves nothing ends them all. The fee
    that is kept is that of the named tickets, or else the whole order's. What a till took goes back
    by hand, with a proof, and so does a boleto that comes with one; the rest is kept as asked for.
    An event may say that its fee is never given back; an amount says otherwise. `approved_by` is a
    second person, for what the actor may not give back alone: see `staff/approve.py`.

    Raises:
        Forbidden: the actor may not give money back, or who approved it may not.
        BadValue: the key or the currency makes no sense, or a proof is missing.
        NotFound: a ticket is not one of this order.
        WrongState: the order's money is not ours to give, or a ticket has ended before.
        Refused: nothing is left to give back (`refund.nothing`), or not so much
            (`refund.too_much`), or a second person must approve it (`refund.over_limit`,
            `refund.not_of_drawer`), or the clerk's till is not open or too empty (`till.…`).
        KeyReused: the key came with another request.
    """
    actor.must(Permission.REFUND)
    if key is not None and not (1 <= len(key) <= KEY_MAX and key.isprintable()):
        raise BadValue("the idempotency key", f"must be 1 to {KEY_MAX} printable characters.")
    # Race: two refunds, a letter and a cancel meet here. Payments come first, as letters take them.
    payments = locked_payments(session, order_id)
    order = locked_order(session, order_id)
    if key is not None and (before := session.get(Refund, id_under(key, 0))) is not None:
        return _same(session, before, order, request)

    if order.state in _NOT_NOW:
        raise WrongState(
            f"order {order.code} is {order.state}: {_NOT_NOW[order.state]}.",
            hint=f"see it: boxoffice order show {order.code}",
        )
    tickets = _named(session, order, request)
    left = sum(payment.paid_minor - payment.refunded_minor for payment in payments)
    keeps_fee = request.keeps_fee or not session.get_one(Event, order.event_id).fee_refundable
    amount = _amount(order, request, tickets, left, keeps_fee=keeps_fee)
    gone = sum(payment.refunded_minor for payment in payments)
    parts = give(
        session,
        payments,
        amount,
        reason=request.reason,
        proof=request.proof,
        key=key,
        now=now,
    )
    must_be_approved(
        session,
        actor,
        order.code,
        request.command(order.code),
        Money(gone + amount.minor, order.currency),
        is_of_drawer=all(part.is_of_till for part in parts),
        approved_by=approved_by,
    )
    refund_ids = tuple(part.id for part in parts)

    is_all = not tickets and (request.amount is None or amount.minor == left)
    is_all = is_all and request.ends_tickets
    released = _ended(session, order, request.ticket_ids, is_all=is_all)
    is_over = is_all or (_ends_it(order, request) and standing(session, order.id) == 0)
    _move(session, order, is_over=is_over)
    if is_over:
        stop_asking(session, actor, order.id, now=now)
    record(
        session,
        actor,
        "order.refund",
        "order",
        order.id,
        now=now,
        amount_minor=amount.minor,
        tickets=[ticket.number for ticket in tickets],
        keeps_fee=keeps_fee,
        reason=request.reason,
        refunds=[str(refund_id) for refund_id in refund_ids],
        request=request.digest,
        **({} if approved_by is None else {"approved_by": approved_by.name}),
    )
    session.flush()
    give_back_uses(session, order.id, None if is_all else request.ticket_ids)
    give_back(session, order.event_id, released)
    for part in parts:  # the drawer after the places, as a sale meets them
        if part.is_of_till:
            record_refund(session, actor, order.id, part.method, part.amount, now=now)
    session.flush()
    session.expire_all()
    return Refunded(amount, refund_ids, is_new=True)


def _ended(
    session: WriteSession, order: Order, ticket_ids: Sequence[UUID], *, is_all: bool
) -> Counter[UUID]:
    """End the tickets that are refunded; what they still waited for is not asked for any more."""
    if is_all:
        return end_tickets(session, order.id)
    forgive(session, order.id, ticket_ids)
    return void_some(session, ticket_ids)


def _ends_it(order: Order, request: RefundRequest) -> bool:
    """Say whether an order without a ticket left is over: under review, money is what counts."""
    return bool(request.ticket_ids) or order.state is not OrderState.NEEDS_REVIEW


def _named(session: WriteSession, order: Order, request: RefundRequest) -> list[Ticket]:
    """Return the rows of the tickets that are named, which must all be alive."""
    found = {
        ticket.id: ticket
        for ticket in session.exec(
            select(Ticket)
            .where(Ticket.order_id == order.id)
            .execution_options(populate_existing=True)
        )
    }
    named = []
    for ticket_id in dict.fromkeys(request.ticket_ids):
        ticket = found.get(ticket_id)
        if ticket is None:
            raise NotFound("ticket", f"of order {order.code} with the id {ticket_id}")
        if not ticket.holds_place:
            raise WrongState(
                f"ticket {order.code}-{ticket.number} is void: it was refunded or cancelled.",
                hint="if money is still to go back, say how much with --amount alone",
            )
        named.append(ticket)
    return named


def _amount(
    order: Order,
    request: RefundRequest,
    tickets: Sequence[Ticket],
    left: int,
    *,
    keeps_fee: bool,
) -> Money:
    """Return what goes back, of the `left` minor units that can."""
    if request.amount is not None:
        if request.amount.currency != order.currency:
            raise BadValue("the amount", f"is not in {order.currency}.")
        minor = request.amount.minor
    elif tickets:
        minor = sum(
            ticket.price_minor
            - ticket.discount_minor
            + (0 if keeps_fee else ticket.fee_minor)
            - ticket.due_minor
            for ticket in tickets
        )
    else:
        minor = left - order.fee_minor if keeps_fee else left
    if left == 0 or minor <= 0:
        raise Refused(
            f"order {order.code} has no money to give back for this.",
            hint=f"to end a ticket without money: boxoffice order cancel-ticket {order.code}-1",
            code="refund.nothing",
            left_minor=left,
        )
    if minor > left:
        raise Refused(
            f"order {order.code} has {Money(left, order.currency)} left to give back.",
            hint="give back less: --amount",
            code="refund.too_much",
            left_minor=left,
        )
    return Money(minor, order.currency)


def _move(session: WriteSession, order: Order, *, is_over: bool) -> None:
    """Bring the order to the state that its money and tickets are in, where a step leads there."""
    to = OrderState.REFUNDED if is_over else OrderState.PARTLY_REFUNDED
    if to not in STEPS[order.state]:
        return  # a cancelled order stays so; one under review waits for its person
    moved = changed(
        session,
        update(Order)
        .where(col(Order.id) == order.id, col(Order.state) == order.state)
        .values(state=to),
    )
    assert moved == 1, "nobody else moves an order that we hold"


def _same(session: WriteSession, before: Refund, order: Order, request: RefundRequest) -> Refunded:
    entries = session.exec(
        select(AuditEntry).where(
            AuditEntry.subject == f"order:{before.order_id}", AuditEntry.verb == "order.refund"
        )
    )
    facts = next(entry.facts for entry in entries if str(before.id) in entry.facts["refunds"])
    if before.order_id != order.id or facts["request"] != request.digest:
        raise KeyReused(
            "this idempotency key has made another refund.", hint="use a new key for a new refund"
        )
    amount = Money(facts["amount_minor"], before.currency)
    return Refunded(amount, tuple(map(UUID, facts["refunds"])), is_new=False)
