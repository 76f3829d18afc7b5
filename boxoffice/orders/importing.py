"""Bring in an order that was sold and paid elsewhere: once, however often it is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import ReadSession, WriteSession
from boxoffice.errors import EventNotOnSale
from boxoffice.events.models import Event, EventState, Tier
from boxoffice.events.take import take_places
from boxoffice.ids import new_code, new_id
from boxoffice.inserts import insert_once
from boxoffice.money import Money
from boxoffice.orders.lines import write_lines
from boxoffice.orders.models import Channel, Order, OrderState
from boxoffice.orders.place import Wanted
from boxoffice.orders.pricing import PricedLine
from boxoffice.orders.search import index_order
from boxoffice.outbox.jobs import DeliverTickets
from boxoffice.outbox.promise import promise
from boxoffice.people import Person
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.code import TicketKey
from boxoffice.tickets.issue import issue

EXTERNAL_ID_MAX = 120  # characters


@dataclass(frozen=True, slots=True)
class ImportedOrder:
    """An order as a file has it. `rows` are the lines of the file that it was read from."""

    external_id: str  # unique in its event: the same id is the same order, for ever
    buyer: Person
    lines: tuple[Wanted, ...]
    note: str = ""
    rows: tuple[int, ...] = ()

    @property
    def places(self) -> dict[str, int]:
        """How many places it needs of each tier, by the tier's name."""
        needed: dict[str, int] = {}
        for line in self.lines:
            needed[line.tier] = needed.get(line.tier, 0) + line.quantity
        return needed


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """The order that was made, or that this external id had made before."""

    id: UUID
    code: str
    total: Money
    is_new: bool


@dataclass(frozen=True, slots=True)
class Sale:
    """What orders are brought in to: an event, its tiers by name, the key to its codes."""

    event_id: UUID
    tiers: Mapping[str, Tier]
    key: TicketKey
    mails: bool = False  # whether the tickets are promised to their buyers


def bring_in(
    session: WriteSession,
    actor: Actor,
    imported: ImportedOrder,
    sale: Sale,
    *,
    now: datetime,
) -> BroughtIn:
    """Make a paid order of `imported`, with valid tickets and without a fee.

    It was sold elsewhere, so it does not matter whether its tier is on sale here now; its places
    must be free all the same. The money is the caller's to write down.

    Raises:
        Forbidden: the actor may not import.
        EventNotOnSale: the event is cancelled.
        SoldOut, EventFull: fewer places are left than it needs.
    """
    actor.must(Permission.IMPORT)
    event = session.get_one(Event, sale.event_id)
    if event.state is EventState.CANCELLED:
        raise EventNotOnSale(f"{event.slug} is cancelled: nothing is brought in any more.")
    order = _order(event, imported, sale.tiers, now=now)
    # Race: one file applied twice at once, or two orders that draw one code. The first is kept.
    while not insert_once(session, order):
        before = session.exec(
            select(Order).where(
                Order.event_id == event.id, Order.external_id == imported.external_id
            )
        ).first()
        if before is not None:
            return BroughtIn(before.id, before.code, before.total, is_new=False)
        order.code = new_code()
    _write_lines(session, order, imported, sale.tiers)
    index_order(session, order, [h for line in imported.lines for h in line.holders])
    issue(session, order.id, event.code_scheme, sale.key, now=now)
    record(
        session,
        actor,
        "order.import",
        "order",
        order.id,
        now=now,
        total_minor=order.total_minor,
        quantity=sum(line.quantity for line in imported.lines),
    )
    if sale.mails and order.buyer_email:
        promise(session, DeliverTickets(order.id), now=now)
    session.flush()
    counts = {sale.tiers[name].id: count for name, count in imported.places.items()}
    take_places(session, event, counts, on_sale=False)
    return BroughtIn(order.id, order.code, order.total, is_new=True)


def known_external_ids(session: ReadSession, event_id: UUID) -> dict[str, str]:
    """Return the external ids that are in an event already, each with its order's code."""
    rows = session.exec(
        select(Order.external_id, Order.code).where(
            Order.event_id == event_id, col(Order.external_id).is_not(None)
        )
    )
    return {external_id: code for external_id, code in rows if external_id is not None}


def _order(
    event: Event, imported: ImportedOrder, tiers: Mapping[str, Tier], *, now: datetime
) -> Order:
    total = sum(tiers[line.tier].price_minor * line.quantity for line in imported.lines)
    return Order(
        id=new_id(),
        code=new_code(),
        event_id=event.id,
        channel=Channel.IMPORT,
        state=OrderState.PAID,
        buyer_name=imported.buyer.name,
        buyer_email=imported.buyer.email,
        buyer_document=imported.buyer.document,
        buyer_phone=imported.buyer.phone,
        buyer_company=imported.buyer.company,
        currency=event.currency,
        subtotal_minor=total,
        total_minor=total,
        placed_at=now,
        paid_at=now,
        external_id=imported.external_id,
        note=imported.note,
    )


def _write_lines(
    session: WriteSession, order: Order, imported: ImportedOrder, tiers: Mapping[str, Tier]
) -> None:
    """Write what was sold elsewhere: at the tier's price, without a fee, nameless where unnamed."""
    nothing = Money(0, order.currency)
    lines, holders = [], []
    for wanted in imported.lines:
        tier = tiers[wanted.tier]
        lines.append(PricedLine(tier.id, wanted.quantity, tier.price, nothing, nothing))
        unnamed = wanted.quantity - len(wanted.holders)
        holders += [*wanted.holders[: wanted.quantity], *[Person(name="")] * unnamed]
    write_lines(session, order.event_id, order.id, lines, holders)
