"""Sell at the door: to who comes without a ticket, for money that is in a drawer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from boxoffice.db import WriteSession
from boxoffice.errors import BadValue
from boxoffice.orders.models import Channel
from boxoffice.orders.place import Placed, Request, Wanted, place
from boxoffice.payments.collect import AT_THE_COUNTER
from boxoffice.payments.provider import Method
from boxoffice.payments.start import take
from boxoffice.people import Person, parse_name
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.code import TicketKey


@dataclass(frozen=True, slots=True)
class WalkIn:
    """What a guest at the door buys: so many of each tier, for which kind of money.

    The same `key` with the same wish is one sale, however often it is sent.
    """

    event: str
    wanted: tuple[tuple[str, int], ...]
    name: str
    method: Method
    key: str


def sell_walk_in(
    session: WriteSession, actor: Actor, wish: WalkIn, ticket_key: TicketKey, *, now: datetime
) -> Placed:
    """Sell, and take the money into the actor's open till.

    Raises:
        Forbidden: the actor may not sell.
        BadValue: the name holds what no name holds, or a drawer does not take such money.
        Refused: it is sold out, or the clerk has no open till.
    """
    actor.must(Permission.SELL)
    if wish.method not in AT_THE_COUNTER:
        raise BadValue("the method", "must be cash or external.")
    request = Request(
        event=wish.event,
        lines=_lines(wish.wanted),
        channel=Channel.COUNTER,
        method=wish.method,
        buyer=Person(name=parse_name(wish.name, name="name") if wish.name else ""),
    )
    placed = place(session, actor, request, now=now, holds=False, key=wish.key)
    take(session, actor, placed.id, wish.method, ticket_key, now=now)
    return placed


def _lines(wanted: Sequence[tuple[str, int]]) -> tuple[Wanted, ...]:
    return tuple(Wanted(tier, quantity) for tier, quantity in wanted)
