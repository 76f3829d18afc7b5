"""Re-issue a ticket: the same place under a new code. The old one is revoked; the door says so."""

from datetime import datetime
from uuid import UUID

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import WrongState
from boxoffice.events.models import CodeScheme
from boxoffice.inserts import insert_once
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.code import TicketKey
from boxoffice.tickets.issue import code_text, digest_of
from boxoffice.tickets.models import PublicKey, RevokedCode, Ticket, TicketState

GENERATION_MAX = 255  # one byte of a signed code


def reissue(
    session: WriteSession,
    actor: Actor,
    ticket_id: UUID,
    scheme: CodeScheme,
    key: TicketKey,
    *,
    reason: str,
    now: datetime,
) -> int:
    """Give a valid ticket a new code, revoke the one it had, and return the new generation.

    Raises:
        Forbidden: the actor may not sell.
        WrongState: the ticket is not valid, or was re-issued 255 times.
    """
    actor.must(Permission.SELL)
    # Race: two clerks re-issue one ticket. The second waits here, and revokes the first one's code.
    ticket = session.get_one(Ticket, ticket_id, populate_existing=True, with_for_update=True)
    if ticket.state is not TicketState.VALID or ticket.code_digest is None:
        raise WrongState(f"this ticket is {ticket.state}; only a valid one is re-issued.")
    if ticket.generation >= GENERATION_MAX:
        raise WrongState(
            f"this ticket was re-issued {GENERATION_MAX} times; there is no newer code.",
            hint="cancel it and sell the place again",
        )
    insert_once(session, PublicKey(key_id=key.key_id, public_key=key.public_key, created_at=now))
    session.add(RevokedCode(code_digest=ticket.code_digest, ticket_id=ticket.id, revoked_at=now))
    ticket.generation += 1
    ticket.key_id = key.key_id
    ticket.code_digest = digest_of(code_text(ticket.id, ticket.generation, scheme, key))
    record(
        session,
        actor,
        "ticket.reissue",
        "order",
        ticket.order_id,
        now=now,
        ticket=ticket.number,
        generation=ticket.generation,
        reason=reason,
    )
    session.flush()
    return ticket.generation
