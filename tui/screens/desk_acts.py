"""What the desk's keys set off: a question first, then the act, then what came of it."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from boxoffice.door.models import Source
from boxoffice.door.rules import Asked, Direction, Verdict, VerdictClass
from boxoffice.door.scan import new_nonce
from boxoffice.door.search import Hit
from boxoffice.door.words import Admission
from boxoffice.money import Money
from tui.desk_paint import key_name
from tui.desk_view import Judged, Shot
from tui.dialogs.over import Ask, Listing, Over
from tui.dialogs.sale import METHOD_WORDS, METHODS, Sale, Wish
from tui.dialogs.search import Search
from tui.text import safe
from tui.walk_in import Counter, Offer, Sold
from tui.words import Words

if TYPE_CHECKING:
    from tui.screens.desk import DeskScreen

R = TypeVar("R")

_NO_COUNTER = Words(
    "esta portaria não vende: mande ao balcão", "this desk does not sell: send to the counter"
)
_NOTHING = Words("nada lido ainda", "nothing was scanned yet")
_SOLD = Words("pedido {order}: {total}", "order {order}: {total}")


class Acts:
    """The acts of one desk."""

    def __init__(self, screen: "DeskScreen") -> None:
        self._screen = screen

    def do(self, action: str) -> None:
        """Do one of the desk's own commands, by its name in `tui/commands.py`."""
        screen = self._screen
        acts: dict[str, Callable[[], object]] = {
            "confirm": screen.reader.confirm,
            "search": self.search,
            "undo": self.undo,
            "group": self.group,
            "sell": self.sell,
            "turn": screen.reader.turn,
            "sound": screen.bells.toggle,
            "reprint": self.reprint,
        }
        acts[action]()
        screen.paint()

    def commands(self) -> None:
        """List every key that works here; a chosen one is done. Help and palette in one."""
        screen = self._screen
        language = screen.parts.tell.language
        rows = [
            (key_name(one.key), one.words.say(language), one.action)
            for one in screen.commands
            if one.action not in {"app.help", "app.command_palette", "app.back"}
        ]
        title = Words("TECLAS E COMANDOS", "KEYS AND COMMANDS")
        self._over(Listing(language, title, rows), self._chosen)

    def leave(self) -> None:
        """End the program, when that is meant."""
        title = Words("Sair da portaria?", "Leave the desk?")
        self._ask(title, [], lambda _: self._screen.window.exit())

    def search(self, text: str = "") -> None:
        """Find a guest, and let in whoever was picked."""
        screen = self._screen

        def look(wanted: str) -> None:
            screen.look(
                partial(screen.parts.desk.search, wanted),
                partial(dialog.found, wanted),
                lambda error: dialog.failed(error.message),
            )

        dialog = Search(screen.parts.tell, look, text)
        self._over(dialog, partial(self._picked, dialog))

    def undo(self) -> None:
        """Take this desk's last admission back."""
        screen = self._screen
        title = Words("Desfazer a última entrada?", "Undo the last admission?")
        last = next((row for row in screen.scans.rows if row.look == "admit"), None)
        told = [] if last is None else [f"{last.code}  {last.name}"]
        self._ask(title, told, lambda _: screen.ask(screen.parts.desk.undo, screen.undone))

    def group(self) -> None:
        """Let in the rest of the order of who came last."""
        screen = self._screen
        order = self._last_order()
        if not order:
            screen.say(_NOTHING)
            return
        asked = Asked(screen.reader.direction)
        title = Words("Admitir o grupo do pedido {order}?", "Let in the group of order {order}?")
        question = partial(screen.parts.desk.group, order, asked)
        answered = partial(self._grouped, asked)
        self._ask(title, [], lambda _: screen.ask(question, answered), order=order)

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
        self._screen.look(partial(counter.print, ticket), self._printed, self._screen.failed)

    def _chosen(self, action: str) -> None:
        if action == "app.leave":
            self.leave()
        elif action.startswith("app."):
            self._screen.run_worker(self._screen.window.run_action(action), exit_on_error=False)
        else:
            self.do(action)

    def _picked(self, dialog: Search, hit: Hit) -> None:
        screen = self._screen
        title = Words("Admitir {name}?", "Let {name} in?")
        told = [f"{safe(hit.tier)} · {hit.short_code} · {hit.document} · {dialog.state(hit)}"]
        asked = Asked(screen.reader.direction)
        name = screen.parts.tell.name(hit.holder_name)
        self._ask(
            title,
            told,
            lambda _: screen.reader.judge(hit.short_code, Source.SEARCH, asked),
            name=name,
        )

    def _grouped(self, asked: Asked, admissions: Sequence[Admission]) -> None:
        screen = self._screen
        coming = {VerdictClass.ADMIT, VerdictClass.HOLD}
        is_coming = any(admission.verdict.family in coming for admission in admissions)
        held: list[Judged] = []
        for admission in sorted(admissions, key=lambda one: not one.verdict.admits):
            name = admission.ticket.short_code if admission.ticket else ""
            shot = Shot(name, new_nonce(), asked, Source.GROUP)
            judged = Judged(shot, screen.parts.now(), admission)
            if is_coming and admission.verdict is Verdict.ALREADY_IN:
                screen.scans.add(judged, screen.parts.tell)  # who came first is no surprise
            elif admission.verdict.family is VerdictClass.HOLD:
                screen.scans.add(judged, screen.parts.tell)
                held.append(judged)
            else:
                screen.show(judged)
        screen.reader.hold_group(held)
        count = sum(admission.verdict.admits for admission in admissions)
        told = Words("{count} de {all} entraram", "{count} of {all} let in")
        screen.say(told, count=count, all=len(admissions))

    def _offered(self, offers: Sequence[Offer]) -> None:
        language = self._screen.parts.tell.language
        self._over(Sale(language, offers), self._wished)

    def _wished(self, wish: Wish) -> None:
        counter, key = self._counter(), new_nonce()
        assert counter is not None, "it has offered something"
        question = partial(counter.sell, wish.wanted, wish.name, wish.method, key=key)
        self._screen.ask(question, self._sold)

    def _sold(self, sold: Sold) -> None:
        screen = self._screen
        screen.say(_SOLD, order=sold.order, total=sold.total)
        for ticket in sold.tickets:
            screen.reader.judge(ticket, Source.TYPED, Asked(Direction.IN))

    def _owed(self, judged: Judged, owed: Money) -> None:
        language = self._screen.parts.tell.language
        assert judged.ticket is not None, "its ticket owes something"
        ways = [METHOD_WORDS[method].say(language) for method in METHODS]
        title = Words("Receber {owed} e admitir?", "Take {owed} and let in?")
        told = [self._screen.parts.tell.name(judged.ticket.holder_name)]
        self._ask(title, told, partial(self._taken, judged), ways, owed=owed)

    def _taken(self, judged: Judged, way: int) -> None:
        screen, counter, ticket = self._screen, self._counter(), judged.ticket
        assert counter is not None, "it knew what is owed"
        assert ticket is not None, "its ticket owed something"
        shot = judged.shot
        screen.ask(
            partial(counter.collect, ticket.short_code, METHODS[way]),
            lambda _: screen.reader.judge(shot.text, shot.source, shot.asked),
        )

    def _printed(self, path: Path) -> None:
        self._screen.say(Words("impresso: {path}", "printed: {path}"), path=path)

    def _last_order(self) -> str:
        """Name the order that was shown last: that of a ticket, or one with several."""
        shown = self._screen.shown
        if shown is not None and shown.admission is not None and shown.admission.choices:
            return shown.admission.choices[0].short_code.partition("-")[0]
        return self._screen.scans.last_ticket.partition("-")[0]

    def _counter(self) -> Counter | None:
        counter = self._screen.parts.counter
        if counter is None:
            self._screen.say(_NO_COUNTER)
        return counter

    def _ask(
        self,
        title: Words,
        told: list[str],
        then: Callable[[int], object],
        ways: list[str] | None = None,
        **facts: object,
    ) -> None:
        language = self._screen.parts.tell.language
        self._over(Ask(language, title.say(language, **facts), told, ways), then)

    def _over(self, dialog: Over[R], then: Callable[[R], object]) -> None:
        def closed(answer: R | None) -> None:
            if answer is not None:
                then(answer)
            self._screen.closed()

        dialog.shown_at = self._screen.parts.tick()
        self._screen.window.push_screen(dialog, closed)
