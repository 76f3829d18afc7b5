"""The tickets of an order as a PDF."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from boxoffice.db import ReadSession
from boxoffice.errors import WrongState
from boxoffice.events.models import Event, Tier
from boxoffice.money import Money
from boxoffice.orders.models import Order, OrderLine
from boxoffice.tickets.code import TicketKey
from boxoffice.tickets.issue import code_of
from boxoffice.tickets.models import Ticket
from boxoffice.tickets.paper import Paper, TicketPaper, render
from boxoffice.times import local_text


@dataclass(frozen=True, slots=True)
class OrderPaper:
    """A PDF, and what the mail around it needs to say."""

    content: bytes
    count: int
    order_code: str
    buyer_name: str
    event_title: str
    venue: str
    starts_at: datetime
    zone: ZoneInfo


def order_pdf(
    session: ReadSession,
    order_id: UUID,
    key: TicketKey,
    paper: Paper,
    *,
    only: Collection[UUID] | None = None,
) -> OrderPaper:
    """Print the valid tickets of an order, or `only` some of them, one to a page.

    The same order gives the same bytes, whenever it is printed.

    Raises:
        WrongState: none of them is valid.
        Misconfigured: this machine's key is not the one their codes were made with.
    """
    order = session.get_one(Order, order_id)
    event = session.get_one(Event, order.event_id)
    rows = session.exec(
        select(Ticket, Tier, OrderLine)
        .join(Tier, col(Tier.id) == Ticket.tier_id)
        .join(OrderLine, col(OrderLine.id) == Ticket.line_id)
        .where(Ticket.order_id == order_id)
        .order_by(col(Ticket.number))
    ).all()
    pages = [
        _page(event, order, ticket, tier, price=Money(line.price_minor, order.currency), code=code)
        for ticket, tier, line in rows
        if (only is None or ticket.id in only)
        and (code := code_of(ticket, event.code_scheme, key)) is not None
    ]
    if not pages:
        raise WrongState(
            f"order {order.code} is {order.state}: it has no valid ticket to print.",
            hint=f"see it: boxoffice order show {order.code}",
        )
    return OrderPaper(
        content=render(
            pages,
            paper=paper,
            created_at=order.paid_at or order.placed_at,
            title=f"{event.title} - {order.code}",
        ),
        count=len(pages),
        order_code=order.code,
        buyer_name=order.buyer_name,
        event_title=event.title,
        venue=event.venue,
        starts_at=event.starts_at,
        zone=ZoneInfo(event.timezone),
    )


def _page(
    event: Event, order: Order, ticket: Ticket, tier: Tier, *, price: Money, code: str
) -> TicketPaper:
    zone = ZoneInfo(event.timezone)
    return TicketPaper(
        event_title=event.title,
        starts_at_text=local_text(event.starts_at, zone),
        doors_text=f"portas {local_text(event.doors_at, zone)}" if event.doors_at else "",
        venue=event.venue,
        address=event.address,
        holder_name=ticket.holder_name,
        company=ticket.holder_company,
        tier=tier.name,
        seat=ticket.seat,
        price_text=str(price),
        order_code=order.code,
        short_code=f"{order.code}-{ticket.number}",
        code=code,
        attention=ticket.attention,
    )
