"""Swap a ticket to another tier of its event: the new place is taken and the old one given back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import WrongState
from boxoffice.events.models import Category, Event, FeePer, Tier
from boxoffice.events.take import swap_places
from boxoffice.ids import new_id
from boxoffice.money import Money
from boxoffice.orders.change import PAID_FOR, locked_order
from boxoffice.orders.models import Channel, Order, OrderLine, OrderState
from boxoffice.orders.on_sale import tiers_on_sale
from boxoffice.orders.pricing import fee_rule
from boxoffice.promos.carry import book_discount, carry_over
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.models import Ticket, TicketState

CHANGEABLE = frozenset({OrderState.PLACED, *PAID_FOR})


@dataclass(frozen=True, slots=True)
class Swapped:
    """A ticket that moved: what it came to before and comes to now, and what goes back."""

    order_id: UUID
    number: int
    before: str  # the name of the tier
    to: str
    cost_before: Money
    cost: Money
    back: Money  # was paid, and is too much now


@dataclass(frozen=True, slots=True)
class _Cost:
    """What one ticket comes to, in minor units."""

    price: int
    discount: int
    fee: int

    @property
    def sum(self) -> int:
        return self.price - self.discount + self.fee


def swap(
    session: WriteSession,
    actor: Actor,
    ticket_id: UUID,
    tier: str,
    *,
    keeps_price: bool,
    even_if_closed: bool,
    now: datetime,
) -> Swapped:
    """Move a ticket to another tier. It keeps its number, its holder and its code.

    An order that waits for its money is priced again. In one that is paid, a dearer tier leaves a
    due on the ticket, which is held until that came; a cheaper one leaves money to give back,
    unless `keeps_price`. No money moves here: `payments/exchange.py` sees to it.

    Raises:
        Forbidden: the actor may not sell, or (with `even_if_closed`) not edit events.
        WrongState: the ticket or its order is not one that can be changed, or it is there already.
        NotFound, EventNotOnSale, TierNotOnSale, SoldOut: as in a sale.
    """
    actor.must(Permission.SELL)
    if even_if_closed:
        actor.must(Permission.EDIT_EVENT)
    # Race: money, a refund or another swap may come at this moment. All meet the order first.
    order = locked_order(session, session.get_one(Ticket, ticket_id).order_id)
    ticket = session.get_one(Ticket, ticket_id, populate_existing=True, with_for_update=True)
    _must_be_changeable(order, ticket)
    event = session.get_one(Event, order.event_id, populate_existing=True)
    tiers = tiers_on_sale(session, event, [(tier, 1)], now=now, even_if_closed=even_if_closed)
    before, to = session.get_one(Tier, ticket.tier_id), tiers[tier]
    if before.id == to.id:
        raise WrongState(f"ticket {order.code}-{ticket.number} is {to.name} already.")

    had = _Cost(ticket.price_minor, ticket.discount_minor, ticket.fee_minor)
    cost = _cost(session, event, order, ticket, to)
    if keeps_price and cost.sum < had.sum:
        cost = had
    book_discount(session, ticket.id, cost.discount)
    was_free = order.subtotal_minor == order.discount_minor
    back = _book(order, ticket, had, cost)
    _book_fee(order, event, was_free=was_free)
    ticket.tier_id, ticket.line_id = to.id, _moved_line(session, order, ticket, to, cost)
    facts = {
        "ticket": ticket.number,
        "before": before.name,
        "to": to.name,
        "difference_minor": cost.sum - had.sum,
        "due_minor": ticket.due_minor,
    }
    record(session, actor, "order.swap", "order", order.id, now=now, **facts)
    session.flush()
    swap_places(session, event, given={before.id: 1}, taken={to.id: 1}, on_sale=not even_if_closed)
    money = (Money(minor, order.currency) for minor in (had.sum, cost.sum, back))
    return Swapped(order.id, ticket.number, before.name, to.name, *money)


def _must_be_changeable(order: Order, ticket: Ticket) -> None:
    name = f"{order.code}-{ticket.number}"
    if order.state not in CHANGEABLE:
        raise WrongState(
            f"order {order.code} is {order.state}; its tickets cannot be swapped.",
            hint=f"see it: boxoffice order show {order.code}",
        )
    if ticket.state in {TicketState.VOID, TicketState.BLOCKED}:
        hint = (
            f"boxoffice ticket unblock {name} --reason …"
            if ticket.state is TicketState.BLOCKED
            else ""
        )
        raise WrongState(f"ticket {name} is {ticket.state}; it cannot be swapped.", hint=hint)


def _cost(session: WriteSession, event: Event, order: Order, ticket: Ticket, to: Tier) -> _Cost:
    """Price one place of tier `to` for this ticket, with the promo it uses."""
    discount = carry_over(session, order.id, ticket.id, to)
    if order.channel is Channel.COURTESY or to.category is Category.COURTESY:
        discount = to.price
    fee = fee_rule(event).of_ticket(to.price - discount)
    return _Cost(to.price_minor, discount.minor, fee.minor)


def _book(order: Order, ticket: Ticket, had: _Cost, cost: _Cost) -> int:
    """Write the new cost on the ticket and its order; return the minor units to give back.

    The total of a paid order never falls below what was paid for it: what goes back is a refund.
    """
    change, back = cost.sum - had.sum, 0
    if order.state is not OrderState.PLACED:
        due = max(0, ticket.due_minor + change)
        back = max(0, -(ticket.due_minor + change))
        change = due - ticket.due_minor
        ticket.due_minor = due
        if due:
            ticket.state = TicketState.HELD
        elif ticket.code_digest is not None:
            ticket.state = TicketState.VALID
    order.total_minor += change
    order.discount_minor += cost.discount - had.discount
    order.fee_minor += cost.fee - had.fee
    order.subtotal_minor = order.total_minor + order.discount_minor - order.fee_minor
    ticket.price_minor, ticket.discount_minor = cost.price, cost.discount
    ticket.fee_minor = cost.fee
    return back


def _book_fee(order: Order, event: Event, *, was_free: bool) -> None:
    """Ask for a fixed fee per order while something of an order that waits costs something."""
    is_free = order.subtotal_minor == order.discount_minor
    if order.state is not OrderState.PLACED or is_free is was_free:
        return
    rule = fee_rule(event)
    fixed = rule.fixed.minor if rule.per is FeePer.ORDER else 0
    change = -order.fee_minor if is_free else fixed  # what is free carries no fee at all
    order.fee_minor += change
    order.total_minor += change


def _moved_line(session: WriteSession, order: Order, ticket: Ticket, to: Tier, cost: _Cost) -> UUID:
    """Put the ticket on a line of its own, and take it off the one it stood on."""
    line = OrderLine(
        id=new_id(), order_id=order.id, tier_id=to.id, quantity=1, price_minor=cost.price
    )
    session.add(line)
    session.flush()
    old = session.get_one(OrderLine, ticket.line_id)
    others = select(Ticket.id).where(Ticket.line_id == old.id, col(Ticket.id) != ticket.id)
    ticket.line_id = line.id
    session.flush()
    if session.exec(others.limit(1)).first() is None:
        session.delete(old)
    else:
        old.quantity -= 1
    return line.id
