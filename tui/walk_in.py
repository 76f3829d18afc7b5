"""Sales at the door: to who comes without a ticket, and to who has not paid for one."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from boxoffice.db import ReadSession, WriteSession
from boxoffice.door.offers import Offer, offers_at
from boxoffice.door.queries import gate_at
from boxoffice.errors import DatabaseSilent
from boxoffice.files import publish
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.paper import order_pdf
from boxoffice.orders.place import Placed
from boxoffice.orders.queries import order_view
from boxoffice.orders.reprint import reprint
from boxoffice.orders.within import Reach
from boxoffice.outbox.jobs import DeliverTickets
from boxoffice.payments.collect import Till
from boxoffice.payments.debt import Debt, collect_debt, debt_of
from boxoffice.payments.provider import Method
from boxoffice.payments.walk_in import WalkIn, sell_walk_in
from boxoffice.staff.rules import Permission
from boxoffice.tickets.paper import Paper
from tui.counter import Sold, Wish
from tui.desk import Approval, approved


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
        """`after` is given what a sale has promised, once its tickets are told."""
        self._office, self._event, self._list, self._after = office, event, list_name, after

    def offers(self) -> Sequence[Offer]:
        """List what is on sale and let in at this door."""
        with self._office.reading() as session:
            gate = gate_at(session, self._event, self._list)
            return offers_at(session, gate, now=self._office.now())

    def sell(self, wish: Wish, *, key: str, approval: Approval | None = None) -> Sold:
        """Sell over the counter.

        Raises:
            BadValue: the name holds what no name holds.
            Refused: it is sold out, or the clerk has no open till.
        """
        office = self._office
        seller = approved(office, approval, Permission.SELL) or office.actor
        asked = WalkIn(self._event, wish.wanted, wish.name, wish.method, key)

        def sold(session: WriteSession) -> Placed:
            return sell_walk_in(session, seller, asked, office.ticket_key, now=office.now())

        try:
            with office.writing() as session:
                placed = sold(session)
        except DatabaseSilent:
            with office.writing() as session:
                placed = sold(session)  # it may have been kept: the key then finds it
        with office.reading() as reading:
            order = order_view(reading, placed.code, office.ticket_key)
        names = tuple(one.short_code for one in order.tickets)
        promised = partial(self._after, DeliverTickets(placed.id))
        return Sold(order.code, order.total, names, promised)

    def owed(self, ticket: str) -> Money:
        """Say what the order of a ticket still owes."""
        with self._office.reading() as session:
            return debt_of(session, self._office.actor, self._reach(session), ticket)

    def collect(
        self, ticket: str, owed: Money, method: Method, approval: Approval | None = None
    ) -> None:
        """Take what the order of a ticket owes; twice is once.

        Raises:
            Refused: it owes another sum by now, it has ended, or the clerk has no open till.
        """
        office = self._office
        seller = approved(office, approval, Permission.SELL) or office.actor
        debt, how = Debt(ticket, owed), Till(office.ticket_key, method)
        with office.writing() as session:
            collect_debt(session, seller, self._reach(session), debt, how, now=office.now())

    def print(self, ticket: str, approval: Approval | None = None) -> Path:
        """Print a ticket once more.

        Raises:
            NotFound: this door has no such ticket.
            WrongState: it lets nobody in.
        """
        office = self._office
        clerk = approved(office, approval, Permission.SELL) or office.actor
        with office.writing() as session:
            order_id, ticket_id = reprint(
                session, clerk, self._reach(session), ticket, now=office.now()
            )
        with office.reading() as reading:
            paper = order_pdf(reading, order_id, office.ticket_key, Paper.RECEIPT, only={ticket_id})
        return printed(office.settings.home / "print", ticket, paper.content)

    def _reach(self, session: ReadSession) -> Reach:
        gate = gate_at(session, self._event, self._list)
        return Reach(gate.event_id, gate.tier_ids)

    def move(self, list_name: str) -> None:
        """Offer what is let in at another door from now on."""
        self._list = list_name


def printed(folder: Path, ticket: str, content: bytes) -> Path:
    """Lay a ticket that was printed down where its owner alone reads it, and say where."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{ticket}.pdf"
    publish(path, [content], mode=0o600)
    return path
