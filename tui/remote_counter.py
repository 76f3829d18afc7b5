"""Sales of a desk on a line: the server makes them, into the till of the clerk who approves."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from boxoffice.adapters.desk_line import DeskLine
from boxoffice.door.offers import Offer
from boxoffice.errors import Refused
from boxoffice.money import Money
from boxoffice.payments.provider import Method
from boxoffice.payments.walk_in import WalkIn
from tui.counter import Sold, Wish
from tui.desk import Approval
from tui.remote import RemoteDesk


class RemoteCounter:
    """The counter of a desk on a line. It sells; orders of before are the counter's."""

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
        lent = ("", "") if approval is None else (approval.supervisor, approval.pin)
        sold = self._desk.line.at_the_office(partial(self._line.sell, asked, lent))
        return Sold(sold.order, sold.total, sold.tickets)

    def owed(self, ticket: str) -> Money:
        """Take nothing for an order of before.

        Raises:
            Refused: always.
        """
        raise _at_the_counter(ticket)

    def collect(self, ticket: str, method: Method, approval: Approval | None = None) -> None:
        """Take nothing for an order of before.

        Raises:
            Refused: always.
        """
        del method, approval
        raise _at_the_counter(ticket)

    def print(self, ticket: str) -> Path:
        """Print nothing: the tickets' codes stay at the box office.

        Raises:
            Refused: always.
        """
        raise Refused(
            f"a desk on a line has no code of {ticket} to print.",
            hint="at the box office: boxoffice ticket pdf",
            code="desk.no_codes",
        )

    def move(self, list_name: str) -> None:
        """Stay: the server knows the door by the token."""
        del list_name


def _at_the_counter(ticket: str) -> Refused:
    return Refused(
        f"the order of {ticket} is paid for at the counter.",
        hint="send the guest there, then scan again",
        code="desk.takes_no_money",
    )
