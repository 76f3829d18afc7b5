"""Change an order that stands: another holder, a new code, the tickets mailed again, a note."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, func, select

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import WrongState
from boxoffice.events.models import Event
from boxoffice.orders.models import Order, OrderState, SearchTerm
from boxoffice.orders.search import index_order
from boxoffice.orders.tickets import holder_of
from boxoffice.outbox.jobs import DeliverTickets
from boxoffice.outbox.models import Job
from boxoffice.outbox.promise import promise
from boxoffice.people import Person
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.code import TicketKey
from boxoffice.tickets.issue import code_of
from boxoffice.tickets.models import Ticket, TicketState
from boxoffice.tickets.reissue import reissue

PAID_FOR = frozenset({OrderState.PAID, OrderState.PARTLY_REFUNDED})  # its tickets are good


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change of one ticket came to."""

    generation: int
    mail: DeliverTickets | None  # what was promised; none without an address


@dataclass(frozen=True, slots=True)
class Resent:
    """Where the tickets of an order go once more."""

    to: str
    mail: DeliverTickets


def locked_order(session: WriteSession, order_id: UUID) -> Order:
    """Return the row of an order as it is now, and keep others from moving it until we are done.

    Call it before the order's tickets are touched: everybody meets the order first.
    """
    return session.get_one(Order, order_id, populate_existing=True, with_for_update=True)


def transfer(
    session: WriteSession,
    actor: Actor,
    ticket_id: UUID,
    holder: Person,
    key: TicketKey,
    *,
    now: datetime,
) -> Changed:
    """Make `holder` the one a ticket lets in. A ticket that was issued gets a new code.

    Nothing of the holder before stays but the company. A held ticket has no code yet, and is only
    renamed.

    Raises:
        Forbidden: the actor may not sell.
        WrongState: the ticket is void or blocked, or its order is neither paid nor waiting.
    """
    actor.must(Permission.SELL)
    order, ticket = _changeable(session, ticket_id)
    ticket.holder_name = holder.name
    ticket.holder_email = holder.email
    ticket.holder_document = holder.document
    ticket.holder_company = holder.company or ticket.holder_company
    ticket.holder_title = holder.title
    record(session, actor, "order.transfer", "order", order.id, now=now, ticket=ticket.number)
    session.flush()
    index_again(session, order)
    if ticket.state is TicketState.HELD:
        return Changed(ticket.generation, mail=None)
    return _reissue(session, actor, order, ticket, key, reason="transfer", now=now)


def reissue_ticket(
    session: WriteSession,
    actor: Actor,
    ticket_id: UUID,
    key: TicketKey,
    *,
    reason: str,
    now: datetime,
) -> Changed:
    """Give a ticket a new code, because the old one was lost or went to the wrong hands.

    Raises:
        Forbidden: the actor may not sell.
        WrongState: the ticket is not valid, or its order is not paid.
    """
    actor.must(Permission.SELL)
    order, ticket = _changeable(session, ticket_id)
    return _reissue(session, actor, order, ticket, key, reason=reason, now=now)


def resend(
    session: WriteSession, actor: Actor, order_id: UUID, *, to: str | None, now: datetime
) -> Resent:
    """Promise the tickets of a paid order by mail once more.

    `to` corrects the buyer's address for good, and that of holders who had the same one.

    Raises:
        Forbidden: the actor may not sell.
        WrongState: the order is not paid, or nobody knows where to send them.
    """
    actor.must(Permission.SELL)
    order = locked_order(session, order_id)
    if order.state not in PAID_FOR:
        raise WrongState(
            f"order {order.code} is {order.state}: there are no tickets to send.",
            hint=f"see it: boxoffice order show {order.code}",
        )
    is_corrected = correct_email(session, order, to)
    mail = _mail_again(session, order, now=now)
    facts = {"copy": mail.copy, "is_corrected": is_corrected}
    record(session, actor, "order.resend", "order", order.id, now=now, **facts)
    session.flush()
    return Resent(order.buyer_email, mail)


def note(
    session: WriteSession, actor: Actor, order_id: UUID, text: str, *, at_door: bool, now: datetime
) -> int:
    """Write a note on an order for us, or for the door on its tickets; the last one stands.

    An empty text takes the note away. The door asks to confirm a note before it admits. Return how
    many tickets carry it.

    Raises:
        Forbidden: the actor may not sell.
    """
    actor.must(Permission.SELL)
    order = locked_order(session, order_id)
    count = 0
    if at_door:
        for ticket in _tickets(session, order.id):
            ticket.attention = text
            count += 1
    else:
        order.note = text
    # The text may name people, and the audit must not.
    facts = {"at_door": at_door, "is_empty": not text}
    record(session, actor, "order.note", "order", order.id, now=now, **facts)
    session.flush()
    return count


def _changeable(session: WriteSession, ticket_id: UUID) -> tuple[Order, Ticket]:
    order = locked_order(session, session.get_one(Ticket, ticket_id).order_id)
    ticket = session.get_one(Ticket, ticket_id, populate_existing=True, with_for_update=True)
    name = f"{order.code}-{ticket.number}"
    if ticket.state in {TicketState.VOID, TicketState.BLOCKED}:
        hint = (
            f"boxoffice ticket unblock {name} --reason …"
            if ticket.state is TicketState.BLOCKED
            else ""
        )
        raise WrongState(f"ticket {name} is {ticket.state}; it cannot be changed.", hint=hint)
    if ticket.state is TicketState.HELD and ticket.code_digest is not None:
        # The code that it had comes back with its money: nobody else may hold the ticket then.
        raise WrongState(
            f"ticket {name} waits for the money of its tier; it cannot be changed.",
            hint=f"pay it first: boxoffice order pay {order.code} --method cash",
        )
    if ticket.state is TicketState.VALID and order.state not in PAID_FOR:
        raise WrongState(f"order {order.code} is {order.state}; its tickets cannot be changed.")
    return order, ticket


def _reissue(
    session: WriteSession,
    actor: Actor,
    order: Order,
    ticket: Ticket,
    key: TicketKey,
    *,
    reason: str,
    now: datetime,
) -> Changed:
    event = session.get_one(Event, order.event_id)
    # Another machine's key could not print this order's other tickets: say so before anything.
    code_of(ticket, event.code_scheme, key)
    generation = reissue(session, actor, ticket.id, event.code_scheme, key, reason=reason, now=now)
    mail = _mail_again(session, order, now=now) if order.buyer_email else None
    return Changed(generation, mail)


def _mail_again(session: WriteSession, order: Order, *, now: datetime) -> DeliverTickets:
    """Promise one more mail with the tickets, and return the promise."""
    sent_before = col(Job.dedupe_key).startswith(f"{DeliverTickets.kind}:{order.id}:")
    copy = max(1, session.exec(select(func.count()).select_from(Job).where(sent_before)).one())
    mail = DeliverTickets(order.id, copy)
    while not promise(session, mail, now=now):  # older jobs may have been cleared away
        mail = DeliverTickets(order.id, mail.copy + 1)
    return mail


def correct_email(session: WriteSession, order: Order, to: str | None) -> bool:
    """Correct the buyer's address for good, and that of holders who had the same one.

    Returns whether anything changed; `to` may be None, where the order has an address.

    Raises:
        WrongState: there would be no address at all.
    """
    if not (to or order.buyer_email):
        raise WrongState(
            f"order {order.code} has no e-mail address.",
            hint=f"say where: boxoffice order resend {order.code} --to ADDRESS",
        )
    if to is None or to == order.buyer_email:
        return False
    before, order.buyer_email = order.buyer_email, to
    for ticket in _tickets(session, order.id):
        if before and ticket.holder_email == before:
            ticket.holder_email = to
    session.flush()
    index_again(session, order)
    return True


def index_again(session: WriteSession, order: Order) -> None:
    """Let the order be found by its people of now, and no longer by those of before."""
    session.connection().execute(delete(SearchTerm).where(col(SearchTerm.order_id) == order.id))
    index_order(session, order, [holder_of(ticket) for ticket in _tickets(session, order.id)])


def _tickets(session: WriteSession, order_id: UUID) -> list[Ticket]:
    return list(
        session.exec(
            select(Ticket).where(Ticket.order_id == order_id).order_by(col(Ticket.number))
        ).all()
    )
