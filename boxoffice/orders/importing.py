"""Bring in orders that were sold and paid elsewhere: each once, however often it is asked for."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from boxoffice.audit.record import record_all
from boxoffice.db import ReadSession, WriteSession
from boxoffice.errors import EventNotOnSale
from boxoffice.events.models import Event, EventState, Tier
from boxoffice.events.take import take_places
from boxoffice.ids import new_code
from boxoffice.inserts import insert_all_once, insert_rows
from boxoffice.money import Money
from boxoffice.orders.lines import order_row, rows_of
from boxoffice.orders.models import Channel, Order, OrderLine, OrderState, SearchTerm
from boxoffice.orders.place import Wanted
from boxoffice.orders.pricing import Priced, PricedLine
from boxoffice.orders.search import terms_of
from boxoffice.outbox.jobs import DeliverTickets
from boxoffice.outbox.promise import promise_all
from boxoffice.people import Person
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.code import TicketKey
from boxoffice.tickets.issue import issued, know_key
from boxoffice.tickets.models import Ticket

EXTERNAL_ID_MAX = 120  # characters

Book = Callable[[Sequence["BroughtIn"]], None]

_NOBODY = Person(name="")


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
    orders: Sequence[ImportedOrder],
    sale: Sale,
    *,
    now: datetime,
    book: Book = lambda _made: None,
) -> list[BroughtIn]:
    """Make a paid order of each of `orders`, with valid tickets and without a fee, or of none.

    They were sold elsewhere, so it does not matter whether their tiers are on sale here now; their
    places must be free all the same. The money is the caller's to write down: `book` is called with
    what is made, before the places are taken, whose rows every sale waits for. Return what became
    of each, in their order.

    Raises:
        Forbidden: the actor may not import.
        EventNotOnSale: the event is cancelled.
        SoldOut, EventFull, HalfCapReached: fewer places are left than they need together.
    """
    actor.must(Permission.IMPORT)
    event = session.get_one(Event, sale.event_id)
    if event.state is EventState.CANCELLED:
        raise EventNotOnSale(f"{event.slug} is cancelled: nothing is brought in any more.")
    drafts = [_draft(event, each, sale, now=now) for each in orders]
    before = _insert(session, event, [draft.order for draft in drafts])
    made = [draft for draft in drafts if draft.order["id"] not in before]
    if made:
        _write(session, actor, made, sale, now=now)
        book([draft.brought_in for draft in made])
        counts = Counter[UUID](row["tier_id"] for draft in made for row in draft.tickets)
        take_places(session, event, counts, on_sale=False)
    return [before.get(draft.order["id"]) or draft.brought_in for draft in drafts]


def known_external_ids(session: ReadSession, event_id: UUID) -> dict[str, str]:
    """Return the external ids that are in an event already, each with its order's code."""
    rows = session.exec(
        select(Order.external_id, Order.code).where(
            Order.event_id == event_id, col(Order.external_id).is_not(None)
        )
    )
    return {external_id: code for external_id, code in rows if external_id is not None}


@dataclass(frozen=True, slots=True)
class _Draft:
    """An order to be, as the rows of it. Its code may still be drawn anew."""

    imported: ImportedOrder
    order: dict[str, Any]
    lines: list[dict[str, Any]]
    tickets: list[dict[str, Any]]

    @property
    def brought_in(self) -> BroughtIn:
        """What became of it, once it is in."""
        row = self.order
        total = Money(row["total_minor"], row["currency"])
        return BroughtIn(row["id"], row["code"], total, is_new=True)


def _draft(event: Event, imported: ImportedOrder, sale: Sale, *, now: datetime) -> _Draft:
    """Draw up one order: at its tiers' prices, without a fee, nameless where it is unnamed."""
    nothing = Money(0, event.currency)
    lines, holders, subtotal = [], [], nothing
    for wanted in imported.lines:
        tier = sale.tiers[wanted.tier]
        price = tier.price
        subtotal += price * wanted.quantity
        lines.append(PricedLine(tier.id, wanted.quantity, price, nothing, nothing))
        unnamed = wanted.quantity - len(wanted.holders)
        holders += [*wanted.holders[: wanted.quantity], *[_NOBODY] * unnamed]
    order = order_row(
        event,
        imported.buyer,
        Priced(tuple(lines), subtotal, nothing, nothing),
        now=now,
        channel=Channel.IMPORT,
        state=OrderState.PAID,
        paid_at=now,
        external_id=imported.external_id,
        note=imported.note,
    )
    line_rows, tickets = rows_of(event.id, order["id"], lines, holders)
    for ticket in tickets:
        ticket.update(issued(ticket["id"], ticket["generation"], event.code_scheme, sale.key))
    return _Draft(imported, order, line_rows, tickets)


def _insert(
    session: WriteSession, event: Event, orders: Sequence[dict[str, Any]]
) -> dict[UUID, BroughtIn]:
    """Insert those orders that are new. Return those that were in before, by the id of the draft.

    A code that another order has is drawn anew.
    """
    before: dict[UUID, BroughtIn] = {}
    # Race: one file applied twice at once, or two orders that draw one code. The first is kept.
    # Both meet their rows in one order, so that neither waits for what the other has.
    waiting = sorted(orders, key=itemgetter("external_id"))
    while waiting and insert_all_once(session, Order, waiting) < len(waiting):
        ids = [row["id"] for row in waiting]
        went_in = set(session.exec(select(Order.id).where(col(Order.id).in_(ids))))
        waiting = [row for row in waiting if row["id"] not in went_in]
        names = [row["external_id"] for row in waiting]
        known = {
            order.external_id: BroughtIn(order.id, order.code, order.total, is_new=False)
            for order in session.exec(
                select(Order).where(Order.event_id == event.id, col(Order.external_id).in_(names))
            )
        }
        before |= {r["id"]: known[r["external_id"]] for r in waiting if r["external_id"] in known}
        waiting = [row for row in waiting if row["id"] not in before]
        for row in waiting:
            row["code"] = new_code()
    return before


def _write(
    session: WriteSession,
    actor: Actor,
    drafts: Sequence[_Draft],
    sale: Sale,
    *,
    now: datetime,
) -> None:
    """Write what belongs to orders that are in, table by table."""
    know_key(session, sale.key, now=now)
    insert_rows(session, OrderLine, [row for draft in drafts for row in draft.lines])
    insert_rows(session, Ticket, [row for draft in drafts for row in draft.tickets])
    terms: list[dict[str, Any]] = []
    for draft in drafts:
        people = [draft.imported.buyer, *(h for w in draft.imported.lines for h in w.holders)]
        terms += terms_of(draft.order["id"], draft.order["code"], people)
    insert_rows(session, SearchTerm, terms)
    facts = (
        (
            draft.order["id"],
            {"total_minor": draft.order["total_minor"], "quantity": len(draft.tickets)},
        )
        for draft in drafts
    )
    record_all(session, actor, "order.import", "order", facts, now=now)
    if sale.mails:
        mailed = [draft.order["id"] for draft in drafts if draft.imported.buyer.email]
        promise_all(session, [DeliverTickets(order_id) for order_id in mailed], now=now)
