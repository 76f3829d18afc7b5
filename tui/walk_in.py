"""Sales at the door: to who comes without a ticket, and to who has not paid for one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from boxoffice.db import WriteSession
from boxoffice.door.queries import gate_at
from boxoffice.errors import DatabaseSilent
from boxoffice.events.queries import event_view
from boxoffice.files import publish
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Channel
from boxoffice.orders.paper import order_pdf
from boxoffice.orders.place import Placed, Request, Wanted, place
from boxoffice.orders.queries import order_by_code, order_view, tickets_named
from boxoffice.outbox.jobs import DeliverTickets
from boxoffice.payments.collect import Till, pay
from boxoffice.payments.covered import balance_of
from boxoffice.payments.provider import Method
from boxoffice.payments.start import take
from boxoffice.people import Person, parse_name
from boxoffice.tickets.paper import Paper


@dataclass(frozen=True, slots=True)
class Offer:
    """A tier that can be sold at this door now."""

    tier: str
    price: Money
    left_count: int


@dataclass(frozen=True, slots=True)
class Sold:
    """What was sold: the order, its total with the fee, and the names of its tickets."""

    order: str
    total: Money
    tickets: tuple[str, ...]


class Counter(Protocol):
    """What a desk on the database may do beside scanning. A desk on a line has none."""

    def offers(self) -> Sequence[Offer]:
        """List what can be sold now."""

    def sell(
        self, wanted: Sequence[tuple[str, int]], name: str, method: Method, *, key: str
    ) -> Sold:
        """Sell for money that is in the drawer. The same key answers with the same order."""

    def owed(self, ticket: str) -> Money:
        """Say what the order of a ticket still owes."""

    def collect(self, ticket: str, method: Method) -> None:
        """Take what the order of a ticket owes into the open till."""

    def print(self, ticket: str) -> Path:
        """Print a ticket once more, for a roll of 80 mm, and say where it lies."""


class LocalCounter:
    """The counter on the database itself."""

    def __init__(
        self,
        office: BoxOffice,
        event: str,
        list_name: str,
        *,
        after: Callable[[DeliverTickets], None] = lambda _: None,
    ) -> None:
        """`after` is given what a sale has promised, once it is kept."""
        self._office, self._event, self._list, self._after = office, event, list_name, after

    def offers(self) -> Sequence[Offer]:
        """List what is on sale and let in at this door."""
        with self._office.reading() as session:
            gate = gate_at(session, self._event, self._list)
            event = event_view(session, self._event, now=self._office.now())
        return [
            Offer(tier.name, tier.price, tier.places_left)
            for tier in event.tiers
            if tier.on_sale and (not gate.tier_ids or tier.id in gate.tier_ids)
        ]

    def sell(
        self, wanted: Sequence[tuple[str, int]], name: str, method: Method, *, key: str
    ) -> Sold:
        """Sell over the counter.

        Raises:
            BadValue: the name holds what no name holds.
            Refused: it is sold out, or the clerk has no open till.
        """
        office = self._office
        request = Request(
            event=self._event,
            lines=tuple(Wanted(tier, quantity) for tier, quantity in wanted),
            channel=Channel.COUNTER,
            method=method,
            buyer=Person(name=parse_name(name, name="name") if name else ""),
        )

        def sold(session: WriteSession) -> Placed:
            now = office.now()
            placed = place(session, office.actor, request, now=now, holds=False, key=key)
            take(session, office.actor, placed.id, method, office.ticket_key, now=now)
            return placed

        try:
            with office.writing() as session:
                placed = sold(session)
        except DatabaseSilent:
            with office.writing() as session:
                placed = sold(session)  # it may have been kept: the key then finds it
        with office.reading() as reading:
            order = order_view(reading, placed.code, office.ticket_key)
        self._after(DeliverTickets(placed.id))
        return Sold(order.code, order.total, tuple(one.short_code for one in order.tickets))

    def owed(self, ticket: str) -> Money:
        """Say what the order of a ticket still owes."""
        with self._office.reading() as session:
            return balance_of(session, order_by_code(session, _order_of(ticket)))

    def collect(self, ticket: str, method: Method) -> None:
        """Take what the order of a ticket owes; twice is once.

        Raises:
            Refused: the clerk has no open till, or the order has ended.
        """
        office = self._office
        with office.writing() as session:
            order = order_by_code(session, _order_of(ticket))
            how = Till(office.ticket_key, method)
            pay(session, office.actor, order.id, how, now=office.now())

    def print(self, ticket: str) -> Path:
        """Print a ticket once more.

        Raises:
            NotFound: there is no such ticket.
        """
        office = self._office
        with office.reading() as session:
            key = office.ticket_key
            order, wanted = tickets_named(session, ticket, key)
            only = {one.id for one in wanted}
            printed = order_pdf(session, order.id, key, Paper.RECEIPT, only=only)
        path = office.settings.home / "print" / f"{ticket}.pdf"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        publish(path, [printed.content])
        return path


def _order_of(ticket: str) -> str:
    return ticket.partition("-")[0]
