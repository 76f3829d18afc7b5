"""What the desk's keys set off: a question first, then the act, then what came of it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from boxoffice.door.models import Source
from boxoffice.door.rules import Asked, Verdict, VerdictClass
from boxoffice.door.scan import new_nonce
from boxoffice.door.search import Hit
from boxoffice.door.words import Admission
from boxoffice.staff.rules import Permission
from tui.commands import Place
from tui.desk import Approval
from tui.desk_paint import key_name
from tui.desk_view import Judged, Shot
from tui.dialogs.because import Because
from tui.dialogs.over import Ask, Listing, Over
from tui.dialogs.place import WhichPlace
from tui.dialogs.search import Search
from tui.dialogs.secret import Lend
from tui.screens.desk_sales import Sales
from tui.text import safe
from tui.words import Words

if TYPE_CHECKING:
    from tui.screens.desk import DeskScreen

R = TypeVar("R")

_NOTHING = Words("nada lido ainda", "nothing was scanned yet")
_NO_OVERRIDE = Words("ninguém foi barrado agora", "nobody was stopped just now")
_LEND = Words("Quem autoriza? Nome e PIN", "Who approves? Name and PIN")
_UNDONE = (
    Words("leitura errada", "read by mistake"),
    Words("a pessoa desistiu", "the guest did not go in"),
    Words("ingresso de outra pessoa", "somebody else's ticket"),
)
_OVERRIDDEN = (
    Words("o documento foi conferido", "the document was checked"),
    Words("convidado da produção", "a guest of the house"),
    Words("erro nosso no ingresso", "a mistake of ours"),
)


class Acts:
    """The acts of one desk."""

    def __init__(self, screen: "DeskScreen") -> None:
        self._screen = screen
        self.sales = Sales(screen, self)

    def do(self, action: str) -> None:
        """Do one of the desk's own commands, by its name in `tui/commands.py`."""
        screen = self._screen
        acts: dict[str, Callable[[], object]] = {
            "confirm": screen.reader.confirm,
            "search": self.search,
            "undo": self.undo,
            "group": self.group,
            "sell": self.sales.sell,
            "turn": screen.reader.turn,
            "sound": screen.bells.toggle,
            "reprint": self.sales.reprint,
            "override": self.override,
            "place": self.place,
            "lock": screen.kiosk.turn,
        }
        acts[action]()
        screen.paint()

    def commands(self) -> None:
        """List every key that works here; a chosen one is done. Help and palette in one."""
        screen = self._screen
        language = screen.parts.tell.language
        mine = {one.key for one in screen.commands if one.place is Place.DESK}
        rows = [
            (
                "" if one.key in mine and one.place is not Place.DESK else key_name(one.key),
                one.words.say(language),
                one.action,
            )
            for one in screen.commands
            if one.action not in {"app.help", "app.command_palette", "app.back"}
        ]
        title = Words("TECLAS E COMANDOS", "KEYS AND COMMANDS")
        self.over(Listing(language, title, rows), self._chosen)

    def leave(self) -> None:
        """End the program, when that is meant."""
        title = Words("Sair da portaria?", "Leave the desk?")
        self.ask(title, [], lambda _: self._screen.window.exit())

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
        self.over(dialog, partial(self._picked, dialog))

    def undo(self) -> None:
        """Take this desk's last admission back, and keep why."""
        screen = self._screen
        desk = screen.parts.desk
        title = Words("Desfazer a última entrada?", "Undo the last admission?")
        last = screen.scans.last_entry
        told = [] if last is None else [f"{last.code}  {last.name}"]
        ticket = "" if last is None else last.code  # what was read is undone, and nothing else

        def undo(reason: str, approval: Approval | None) -> None:
            screen.ask(partial(desk.undo, ticket, reason, approval), screen.undone)

        self._because(title, told, _UNDONE, Permission.UNDO_SCAN, undo)

    def override(self) -> None:
        """Let the ticket that was stopped in against the rules: a supervisor says so, and why."""
        screen = self._screen
        shown = screen.shown
        ticket = None if shown is None else shown.ticket
        if shown is None or ticket is None or shown.verdict.admits:
            screen.say(_NO_OVERRIDE)
            return
        title = Words("Admitir contra as regras?", "Let in against the rules?")
        told = [f"{ticket.short_code}  {screen.parts.tell.name(ticket.holder_name)}"]
        told.append(screen.parts.tell.so(shown))

        def override(reason: str, approval: Approval | None) -> None:
            screen.reader.override(shown.shot, reason, approval)

        self._because(title, told, _OVERRIDDEN, Permission.OVERRIDE_DOOR, override)

    def place(self) -> None:
        """Choose another door of the event, or another name for this gate."""
        screen, status = self._screen, self._screen.status

        def asked(doors: Sequence[str]) -> None:
            language = screen.parts.tell.language
            self.over(WhichPlace(language, doors, status.list, status.gate), self._placed)

        screen.look(screen.parts.desk.doors, asked, screen.failed)

    def with_permission(
        self, permission: Permission, title: Words, then: Callable[[Approval | None], object]
    ) -> None:
        """Go on at once where the operator may, else once a supervisor has lent the permission."""
        if self._screen.parts.desk.may(permission):
            then(None)
        else:
            language = self._screen.parts.tell.language
            self.over(Lend(language, title.say(language)), then)

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
        self.ask(title, [], lambda _: screen.ask(question, answered), order=order)

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
        self.ask(
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

    def _because(
        self,
        title: Words,
        told: list[str],
        reasons: Sequence[Words],
        permission: Permission,
        then: Callable[[str, Approval | None], object],
    ) -> None:
        language = self._screen.parts.tell.language

        def chosen(reason: str) -> None:
            self.with_permission(permission, _LEND, partial(then, reason))

        self.over(Because(language, title.say(language), told, reasons), chosen)

    def _placed(self, place: tuple[str, str]) -> None:
        screen, (door, gate) = self._screen, place

        def moved(_: None) -> None:
            self.sales.move(door)
            screen.moved()

        screen.ask(partial(screen.parts.desk.move, door, gate), moved)

    def _last_order(self) -> str:
        """Name the order that was shown last: that of a ticket, or one with several."""
        shown = self._screen.shown
        if shown is not None and shown.admission is not None and shown.admission.choices:
            return shown.admission.choices[0].short_code.partition("-")[0]
        return self._screen.scans.last_ticket.partition("-")[0]

    def ask(
        self,
        title: Words,
        told: list[str],
        then: Callable[[int], object],
        ways: list[str] | None = None,
        **facts: object,
    ) -> None:
        """Ask a question before something is done."""
        language = self._screen.parts.tell.language
        self.over(Ask(language, title.say(language, **facts), told, ways), then)

    def over(self, dialog: Over[R], then: Callable[[R], object]) -> None:
        """Lay a dialog over the desk; what it answers is told, unless it is no."""

        def closed(answer: R | None) -> None:
            if answer is not None:
                then(answer)
            self._screen.keys.closed()

        dialog.shown_at = self._screen.parts.tick()
        self._screen.window.push_screen(dialog, closed)
