"""Issue the tickets of an order: held ones become valid, and get the digest of their code."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlmodel import col, select

from boxoffice.db import WriteSession
from boxoffice.errors import Misconfigured
from boxoffice.events.models import CodeScheme
from boxoffice.inserts import insert_once
from boxoffice.tickets.code import ShortCode, SignedCode, TicketKey, read_code
from boxoffice.tickets.models import PublicKey, RevokedCode, Ticket, TicketState


def issue(
    session: WriteSession,
    order_id: UUID,
    scheme: CodeScheme,
    key: TicketKey,
    *,
    now: datetime,
    only_free: bool = False,
) -> int:
    """Make the held tickets of an order valid, and return how many there were.

    `only_free` leaves those that wait for money. One that was valid before, and waited for the
    money of a dearer tier, gets the code it had.
    """
    know_key(session, key, now=now)
    which = select(Ticket).where(Ticket.order_id == order_id, Ticket.state == TicketState.HELD)
    if only_free:
        which = which.where(Ticket.due_minor == 0)
    held = session.exec(which).all()
    for ticket in held:
        for name, value in issued(ticket.id, ticket.generation, scheme, key).items():
            setattr(ticket, name, value)
    session.flush()
    return len(held)


def know_key(session: WriteSession, key: TicketKey, *, now: datetime) -> None:
    """Keep what verifies the codes of `key`, unless it is known."""
    insert_once(session, PublicKey(key_id=key.key_id, public_key=key.public_key, created_at=now))


def issued(ticket_id: UUID, generation: int, scheme: CodeScheme, key: TicketKey) -> dict[str, Any]:
    """Return the columns of a ticket that issuing it changes, and what they become."""
    if scheme is CodeScheme.SHORT:
        digest = key.short_digest(ticket_id, generation)
    else:
        digest = digest_of(key.signed(ticket_id, generation))
    return {
        "state": TicketState.VALID,
        "due_minor": 0,
        "key_id": key.key_id,
        "code_digest": digest,
    }


def code_text(ticket_id: UUID, generation: int, scheme: CodeScheme, key: TicketKey) -> str:
    """Return the text in a ticket's QR code."""
    if scheme is CodeScheme.SHORT:
        return key.short(ticket_id, generation)
    return key.signed(ticket_id, generation)


def digest_of(code: str) -> str:
    """Return what the database knows a code by."""
    read = read_code(code)
    assert isinstance(read, ShortCode | SignedCode), "we made this code"
    return read.digest


def code_of(ticket: Ticket, scheme: CodeScheme, key: TicketKey) -> str | None:
    """Return the code of an issued ticket, made again from the key; `None` before it is issued.

    Raises:
        Misconfigured: this machine's key is not the one the code was made with.
    """
    if ticket.code_digest is None or ticket.state is not TicketState.VALID:
        return None
    # The scheme of the event may have changed since: the digest tells which one this ticket has.
    for candidate in (scheme, *CodeScheme):
        code = code_text(ticket.id, ticket.generation, candidate, key)
        if digest_of(code) == ticket.code_digest:
            return code
    raise Misconfigured(
        "the secret key on this machine is not the one this ticket's code was made with.",
        hint="set BOXOFFICE_SECRET_KEY_FILE to the key of the machine that issued it",
        code="key.mismatch",
    )


def hold_again(session: WriteSession, order_id: UUID, *, now: datetime) -> Counter[UUID]:
    """Take the tickets that ended with their order back to held, each as a newer generation.

    One that was dropped or refunded before stays void. Codes they had are revoked. Return how many
    places of each tier they need; the caller takes them.
    """
    is_void = (
        col(Ticket.order_id) == order_id,
        col(Ticket.state) == TicketState.VOID,
        col(Ticket.ended_alone).is_(False),
    )
    had = session.exec(select(Ticket.id, Ticket.code_digest).where(*is_void)).all()
    session.add_all(
        RevokedCode(code_digest=digest, ticket_id=ticket_id, revoked_at=now)
        for ticket_id, digest in had
        if digest is not None
    )
    session.flush()
    revived = session.connection().execute(
        update(Ticket)
        .where(*is_void)
        .values(
            state=TicketState.HELD,
            holds_place=True,
            code_digest=None,
            generation=Ticket.generation + 1,
        )
        .returning(col(Ticket.tier_id))
    )
    return Counter(revived.scalars())


def void_all(session: WriteSession, order_id: UUID) -> Counter[UUID]:
    """Void every ticket of an order. Their digests stay: the door must say why it refuses.

    Return how many places of each tier were held by them; the caller gives those back.
    """
    return _void(session, col(Ticket.order_id) == order_id, alone=False)


def void_some(session: WriteSession, ticket_ids: Collection[UUID]) -> Counter[UUID]:
    """Void these tickets alone; else as `void_all`. Those that ended before are left as they are.

    Return how many places of each tier were held by them; the caller gives those back.
    """
    return _void(session, col(Ticket.id).in_(ticket_ids), alone=True)


def _void(session: WriteSession, which: ColumnElement[bool], *, alone: bool) -> Counter[UUID]:
    # Race: refund, cancel and chargeback may all end one ticket. Who clears `holds_place` is told
    # of its place, and nobody else is.
    released = session.connection().execute(
        update(Ticket)
        .where(which, col(Ticket.holds_place).is_(True))
        .values(state=TicketState.VOID, holds_place=False, ended_alone=alone, due_minor=0)
        .returning(col(Ticket.tier_id))
    )
    return Counter(released.scalars())
