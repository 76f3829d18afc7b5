"""Write an order that is given away: paid for by nobody, its tickets valid at once."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select

from boxoffice.db import ReadSession, WriteSession
from boxoffice.errors import BadValue, EventNotOnSale, KeyReused
from boxoffice.events.models import Event, EventState, Tier
from boxoffice.ids import new_code, new_id
from boxoffice.inserts import insert_once
from boxoffice.orders.lines import write_lines
from boxoffice.orders.models import Channel, Order, OrderState
from boxoffice.orders.place import KEY_MAX
from boxoffice.orders.pricing import Priced, priced
from boxoffice.orders.search import index_order
from boxoffice.people import Person
from boxoffice.tickets.code import TicketKey
from boxoffice.tickets.issue import issue


@dataclass(frozen=True, slots=True)
class Given:
    """An order that was given away: its row, its tickets, and what each of them is worth."""

    order: Order
    cost: Priced
    is_new: bool = True


def check_can_give(event: Event) -> None:
    """Check that places of an event may be given away, whether or not it sells now.

    Raises:
        EventNotOnSale: it is cancelled.
    """
    if event.state is EventState.CANCELLED:
        raise EventNotOnSale(f"{event.slug} is cancelled: nothing is given away any more.")


def order_under(session: ReadSession, key: str, digest: str) -> Order | None:
    """Return the order that an idempotency key has made before, if there is one.

    Raises:
        BadValue: the key is empty, too long or not printable.
        KeyReused: it came with another request.
    """
    if not 1 <= len(key) <= KEY_MAX or not key.isprintable():
        raise BadValue("the idempotency key", f"must be 1 to {KEY_MAX} printable characters.")
    before = session.exec(select(Order).where(Order.idempotency_key == key)).first()
    if before is not None and before.request_digest != digest:
        raise KeyReused(
            f"this idempotency key has made order {before.code}, from another request.",
            hint="use a new key for a new order",
            order=before.code,
        )
    return before


def give_away(
    session: WriteSession,
    event: Event,
    tier: Tier,
    key: TicketKey,
    *,
    guest: Person,
    quantity: int,
    now: datetime,
    under: str | None = None,
    digest: str = "",
) -> Given:
    """Write a paid order of free tickets; the first is the guest's own, the others are nameless.

    The same key `under` which an order was made before answers with that one. The places are the
    caller's to take: they are its own, or those that a code has held.

    Raises:
        EventNotOnSale: the event is cancelled.
        KeyReused: the key came with another request.
    """
    check_can_give(event)
    cost = priced(event, [(tier, quantity)], is_given=True)
    order = Order(
        id=new_id(),
        code=new_code(),
        event_id=event.id,
        channel=Channel.COURTESY,
        state=OrderState.PAID,
        buyer_name=guest.name,
        buyer_email=guest.email,
        buyer_document=guest.document,
        buyer_company=guest.company,
        currency=event.currency,
        subtotal_minor=cost.subtotal.minor,
        discount_minor=cost.discount.minor,
        fee_minor=cost.fee.minor,
        total_minor=cost.total.minor,
        placed_at=now,
        paid_at=now,
        idempotency_key=under,
        request_digest=digest,
    )
    assert order.total_minor == 0, "what is given away costs nothing"
    # Race: two orders draw one code, or one key comes twice at once. The database keeps the first.
    while not insert_once(session, order):
        before = order_under(session, under, digest) if under is not None else None
        if before is not None:
            return Given(before, cost, is_new=False)
        order.code = new_code()
    holders = [guest, *[Person(name="")] * (quantity - 1)]
    write_lines(session, event.id, order.id, cost.lines, holders)
    index_order(session, order, [guest])
    issue(session, order.id, event.code_scheme, key, now=now)
    return Given(order, cost)
