"""Sales of a desk on a line: the server makes them, into the till of the clerk who approves."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from boxoffice.adapters.desk_line import DeskLine
from boxoffice.door.offers import Offer
from boxoffice.errors import NotFound
from boxoffice.money import Money
from boxoffice.payments.provider import Method
from boxoffice.payments.walk_in import WalkIn
from boxoffice.tickets.code import TicketName, read_code
from tui.counter import Sold, Wish
from tui.desk import Approval
from tui.remote import RemoteDesk
from tui.walk_in import printed


class RemoteCounter:
    """The counter of a desk on a line. Its token tells the server the event and the list."""

    def __init__(self, desk: RemoteDesk, line: DeskLine) -> None:
        """`line` is asked by the desk's own worker, one question after the other."""
        self._desk, self._line = desk, line

    def offers(self) -> Sequence[Offer]:
        """List what is for sale at this door.

        Raises:
            LineSilent: there is no line.
        """
        return self._desk.line.at_the_office(self._line.offers)

    def sell(self, wish: Wish, *, key: str, approval: Approval | None = None) -> Sold:
        """Sell, and name the tickets.

        Raises:
            Forbidden: nobody has lent this desk the permission to sell.
            Refused: it is sold out, or the clerk has no open till.
            LineSilent: there is no line; the same key finds a sale that was made.
        """
        asked = WalkIn("", wish.wanted, wish.name, wish.method, key)
        sold = self._desk.line.at_the_office(partial(self._line.sell, asked, _lent(approval)))
        return Sold(sold.order, sold.total, sold.tickets)

    def owed(self, ticket: str) -> Money:
        """Say what the order of a ticket still owes.

        Raises:
            NotFound: this door has no such ticket.
            LineSilent: there is no line.
        """
        return self._desk.line.at_the_office(partial(self._line.owed, ticket))

    def collect(
        self, ticket: str, owed: Money, method: Method, approval: Approval | None = None
    ) -> None:
        """Take what the order of a ticket owes; twice is once.

        Raises:
            Forbidden: nobody has lent this desk the permission to sell.
            Refused: it owes another sum by now, it has ended, or the clerk has no open till.
            LineSilent: there is no line; what was taken is not taken again.
        """
        ask = partial(self._line.collect, ticket, owed, method, _lent(approval))
        self._desk.line.at_the_office(ask)

    def print(self, ticket: str, approval: Approval | None = None) -> Path:
        """Print a ticket once more, in this desk's own folder.

        Raises:
            Forbidden: nobody has lent this desk the permission.
            NotFound: this door has no such ticket.
            LineSilent: there is no line.
        """
        if not isinstance(read_code(ticket), TicketName):  # it becomes the name of a file
            raise NotFound("ticket", ticket[:20])
        ask = partial(self._line.print, ticket, _lent(approval))
        return printed(self._desk.print_folder, ticket, self._desk.line.at_the_office(ask))

    def move(self, list_name: str) -> None:
        """Stay: the server knows the door by the token."""
        del list_name


def _lent(approval: Approval | None) -> tuple[str, str]:
    return ("", "") if approval is None else (approval.supervisor, approval.pin)
