"""What the desk's keys set off about money: a sale, a debt that is paid, a ticket printed again."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from boxoffice.door.models import Source
from boxoffice.door.offers import Offer
from boxoffice.door.rules import Asked, Direction
from boxoffice.door.scan import new_nonce
from boxoffice.money import Money
from boxoffice.staff.rules import Permission
from tui.counter import Counter, Sold, Wish
from tui.desk import Approval
from tui.desk_view import Judged
from tui.dialogs.sale import METHOD_WORDS, METHODS, Sale
from tui.words import Words

if TYPE_CHECKING:
    from tui.screens.desk import DeskScreen
    from tui.screens.desk_acts import Acts

_NO_COUNTER = Words(
    "esta portaria não vende: mande ao balcão", "this desk does not sell: send to the counter"
)
_NOTHING = Words("nada lido ainda", "nothing was scanned yet")
_SOLD = Words("pedido {order}: {total}", "order {order}: {total}")
_CLERK = Words(
    "Esta portaria não vende sozinha: nome e PIN de quem tem caixa aberto",
    "This desk may not sell: name and PIN of a clerk with an open till",
)
_PRINTER = Words(
    "Esta portaria não reimprime sozinha: nome e PIN de quem vende",
    "This desk may not print alone: name and PIN of a clerk",
)


class Sales:
    """The sales of one desk."""

    def __init__(self, screen: "DeskScreen", acts: "Acts") -> None:
        self._screen, self._acts = screen, acts
        self._counter_made: Counter | None = None
        self._unsold: tuple[Wish, str] | None = None  # asked for, and no answer came

    def sell(self) -> None:
        """Sell to who comes without a ticket, into the open till, and let them in."""
        counter = self._counter()
        if counter is not None:
            self._screen.look(counter.offers, self._offered, self._screen.failed)

    def collect(self, judged: Judged) -> None:
        """Take what the order of a held ticket owes, and let its guest in."""
        counter, ticket = self._counter(), judged.ticket
        if counter is not None and ticket is not None:
            self._screen.look(
                partial(counter.owed, ticket.short_code),
                partial(self._owed, judged),
                self._screen.failed,
            )

    def reprint(self) -> None:
        """Print the last ticket that was read once more."""
        counter, ticket = self._counter(), self._screen.scans.last_ticket
        if counter is None:
            return
        if not ticket:
            self._screen.say(_NOTHING)
            return

        def print_it(approval: Approval | None) -> None:
            question = partial(counter.print, ticket, approval)
            self._screen.look(question, self._printed, self._screen.failed)

        self._acts.with_permission(Permission.SELL, _PRINTER, print_it)

    def _offered(self, offers: Sequence[Offer]) -> None:
        language = self._screen.parts.tell.language
        self._acts.over(Sale(language, offers), self._wished)

    def _wished(self, wish: Wish) -> None:
        # Race: a sale whose answer was lost. The same wish is sent with its own key.
        key = self._unsold[1] if self._unsold and self._unsold[0] == wish else new_nonce()
        self._unsold = wish, key
        self._acts.with_permission(Permission.SELL, _CLERK, partial(self._sell, wish, key))

    def _sell(self, wish: Wish, key: str, approval: Approval | None) -> None:
        counter = self._counter()
        assert counter is not None, "it has offered something"
        question = partial(counter.sell, wish, key=key, approval=approval)
        self._screen.look(question, self._sold, self._screen.failed)

    def _sold(self, sold: Sold) -> None:
        screen = self._screen
        self._unsold = None
        if sold.promised is not None:
            screen.later(sold.promised)
        screen.say(_SOLD, order=sold.order, total=sold.total)
        for ticket in sold.tickets:
            screen.reader.judge(ticket, Source.TYPED, Asked(Direction.IN))

    def _owed(self, judged: Judged, owed: Money) -> None:
        language = self._screen.parts.tell.language
        assert judged.ticket is not None, "its ticket owes something"
        ways = [METHOD_WORDS[method].say(language) for method in METHODS]
        title = Words("Receber {owed} e admitir?", "Take {owed} and let in?")
        told = [self._screen.parts.tell.name(judged.ticket.holder_name)]
        self._acts.ask(title, told, partial(self._taken, judged, owed), ways, owed=owed)

    def _taken(self, judged: Judged, owed: Money, way: int) -> None:
        take = partial(self._take, judged, owed, way)
        self._acts.with_permission(Permission.SELL, _CLERK, take)

    def _take(self, judged: Judged, owed: Money, way: int, approval: Approval | None) -> None:
        screen, counter, ticket = self._screen, self._counter(), judged.ticket
        assert counter is not None, "it knew what is owed"
        assert ticket is not None, "its ticket owed something"
        shot = judged.shot
        screen.look(
            partial(counter.collect, ticket.short_code, owed, METHODS[way], approval),
            lambda _: screen.reader.judge(shot.text, shot.source, shot.asked),
            screen.failed,
        )

    def _printed(self, path: Path) -> None:
        self._screen.say(Words("impresso: {path}", "printed: {path}"), path=path)

    def move(self, list_name: str) -> None:
        """Sell at another door from now on."""
        if self._counter_made is not None:
            self._counter_made.move(list_name)

    def _counter(self) -> Counter | None:
        """Return the counter, which is made when it is first wanted: it loads half the house."""
        make = self._screen.parts.counter
        if make is None:
            self._screen.say(_NO_COUNTER)
        elif self._counter_made is None:
            self._counter_made = make(self._screen.status.list)
        return self._counter_made
