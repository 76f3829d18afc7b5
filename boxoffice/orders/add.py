"""Add places to an order that stands: they are held until their money is in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, func, select

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import BadValue, WrongState
from boxoffice.events.models import Event, FeePer
from boxoffice.events.take import take_places
from boxoffice.money import Money
from boxoffice.orders.change import locked_order
from boxoffice.orders.lines import write_lines
from boxoffice.orders.models import Channel, Order, OrderState
from boxoffice.orders.on_sale import tiers_on_sale
from boxoffice.orders.place import Wanted
from boxoffice.orders.pricing import Priced, fee_rule, priced
from boxoffice.orders.rules import QUANTITY_MAX
from boxoffice.orders.swap import CHANGEABLE
from boxoffice.orders.tickets import standing
from boxoffice.people import Person
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Added:
    """The tickets that were added, and what they come to."""

    numbers: tuple[int, ...]
    cost: Money


def add(
    session: WriteSession,
    actor: Actor,
    order_id: UUID,
    wanted: Wanted,
    *,
    even_if_closed: bool,
    now: datetime,
) -> Added:
    """Add so many places of a tier to an order, at the price of now, without a promo.

    In a paid order the new tickets are due. No money moves here: `payments/extend.py` sees to it.

    Raises:
        Forbidden: the actor may not sell, or (with `even_if_closed`) not edit events.
        WrongState: the order is neither waiting nor paid.
        BadValue: the order would have too many places.
        NotFound, EventNotOnSale, TierNotOnSale, SoldOut, EventFull: as in a sale.
    """
    actor.must(Permission.SELL)
    if even_if_closed:
        actor.must(Permission.EDIT_EVENT)
    # Race: money, a cancel or another addition may come at this moment. All meet the order first.
    order = locked_order(session, order_id)
    if order.state not in CHANGEABLE:
        raise WrongState(
            f"order {order.code} is {order.state}; nothing can be added to it.",
            hint="make a new order: boxoffice order sell",
        )
    event = session.get_one(Event, order.event_id, populate_existing=True)
    asked = [(wanted.tier, wanted.quantity)]
    tiers = tiers_on_sale(session, event, asked, now=now, even_if_closed=even_if_closed)
    tier, quantity = tiers[wanted.tier], wanted.quantity
    if standing(session, order.id) + quantity > QUANTITY_MAX:
        raise BadValue("quantity", f"is too much: an order has {QUANTITY_MAX} places at most.")

    is_given = order.channel is Channel.COURTESY
    cost = priced(event, [(tier, quantity)], is_given=is_given)
    added = _book(order, event, cost)
    last = session.exec(select(func.max(col(Ticket.number))).where(Ticket.order_id == order.id))
    after = last.one() or 0
    write_lines(
        session,
        event.id,
        order.id,
        cost.lines,
        [*wanted.holders, *[Person(name="")] * quantity][:quantity],
        after=after,
        is_due=order.state is not OrderState.PLACED,
    )
    facts = {"tier": tier.name, "quantity": quantity, "cost_minor": added}
    record(session, actor, "order.add", "order", order.id, now=now, **facts)
    session.flush()
    take_places(session, event, {tier.id: quantity}, on_sale=not even_if_closed)
    numbers = tuple(range(after + 1, after + quantity + 1))
    return Added(numbers, Money(added, order.currency))


def _book(order: Order, event: Event, cost: Priced) -> int:
    """Write what is added on the order, and return it in minor units.

    A fixed fee per order is asked for once: with the first place that costs something.
    """
    (line,) = cost.lines
    fee = line.fee.minor * line.quantity
    was_free = order.subtotal_minor == order.discount_minor
    rule = fee_rule(event)
    is_first = order.state is OrderState.PLACED and was_free
    if is_first and rule.per is FeePer.ORDER and cost.subtotal != cost.discount:
        fee += rule.fixed.minor
    added = cost.subtotal.minor - cost.discount.minor + fee
    order.subtotal_minor += cost.subtotal.minor
    order.discount_minor += cost.discount.minor
    order.fee_minor += fee
    order.total_minor += added
    return added
