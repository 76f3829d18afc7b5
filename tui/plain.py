"""The desk as sentences: one a scan, the word of the verdict first. For screen readers and braille.

A line is a code, or a command that begins with `/`.
"""

from collections import deque
from collections.abc import Callable

from boxoffice.door.models import Source
from boxoffice.door.rules import Asked, Direction, Verdict
from boxoffice.door.scan import new_nonce
from boxoffice.errors import BoxOfficeError
from boxoffice.tickets.code import TicketName, read_code
from tui.desk_view import HOLD_SECONDS_MAX, Judged, Shot
from tui.reading import Order, Repeats, order_of, same_code, tidy
from tui.screens.desk_parts import DeskParts, Held
from tui.text import safe
from tui.troubles import trouble_in
from tui.words import Words

_HELP = Words(
    "/ok confirma, /busca NOME, /grupo, /desfaz MOTIVO, /saida, /entrada, /conta, /sair.",
    "/ok confirms, /search NAME, /group, /undo WHY, /out, /in, /count, /quit.",
)
_AGAIN = Words("lido de novo: mesma leitura.", "read again: the same reading.")
_MONEY = Words("receba no balcão e leia de novo.", "take the money at the counter, scan again.")


class PlainDesk:
    """One desk in sentences."""

    def __init__(self, parts: DeskParts, say: Callable[[str], object]) -> None:
        self._parts, self._say = parts, say
        self._direction = Direction.IN
        self._held: Held | None = None
        self._group: deque[Judged] = deque()  # held back as well, each in its turn
        self._order = ""
        self._repeats = Repeats()

    def hear(self, line: str) -> bool:
        """Take one line and answer it; `False` when it was the last."""
        text = tidy(line, self._parts.prefix)
        word, _, rest = text.partition(" ")
        try:
            if word.casefold() in {"/quit", "/sair"}:
                return False
            if text.startswith("/"):
                self._command(word.casefold(), rest.strip())
            elif text:
                self._read(text)
        except BoxOfficeError as error:
            self._say(trouble_in(error, self._parts.tell.language))
        return True

    def _command(self, word: str, rest: str) -> None:
        say, tell = self._say, self._parts.tell
        if word == "/ok":
            self._confirm()
        elif word in {"/search", "/busca"}:
            for hit in self._parts.desk.search(rest):
                name, state = tell.name(hit.holder_name), "in" if hit.is_in else str(hit.state)
                say(f"{name}. {safe(hit.tier)}. {hit.short_code}. {state}.")
        elif word in {"/group", "/grupo"}:
            self._let_in_group(rest or self._order)
        elif word in {"/undo", "/desfaz"}:
            undone = tell.say(Words("desfeito", "undone"))
            say(f"{undone}: {safe(self._parts.desk.undo(reason=rest))}.")
            self._repeats.forget()
        elif word in {"/in", "/entrada", "/out", "/saida"}:
            is_out = word in {"/out", "/saida"}
            self._turn(Direction.OUT if is_out else Direction.IN)
        elif word in {"/count", "/conta"}:
            stats = self._parts.desk.stats()
            say(
                tell.say(
                    Words("dentro {i} de {e}.", "in {i} of {e}."), i=stats.inside, e=stats.expected
                )
            )
        else:
            say(tell.say(_HELP))

    def _let_in_group(self, order: str) -> None:
        asked, tell = Asked(self._direction), self._parts.tell
        self._group.clear()
        for admission in self._parts.desk.group(order, asked):
            name = admission.ticket.short_code if admission.ticket else ""
            judged = Judged(Shot(name, "", asked, Source.GROUP), self._parts.now(), admission)
            if judged.look.name == "hold":
                self._group.append(judged)
            else:
                self._say(tell.sentence(judged))
        self._next_of_group()

    def _next_of_group(self) -> None:
        if self._group:
            judged = self._group.popleft()
            self._held = Held(judged, self._parts.tick())
            self._say(self._parts.tell.sentence(judged))

    def _read(self, text: str) -> None:
        order = order_of(text)
        if order is Order.CONFIRM:
            self._confirm()
            return
        if order is Order.WAY_IN or order is Order.WAY_OUT:
            self._turn(Direction.IN if order is Order.WAY_IN else Direction.OUT)
            return
        at = self._parts.tick()
        if self._repeats.is_repeat(text, at):
            self._say(self._parts.tell.say(_AGAIN))
            return
        held = self._held
        if (
            held is not None
            and same_code(held.judged.shot.text) == same_code(text)
            and at - held.at <= HOLD_SECONDS_MAX
        ):
            self._confirm()
            return
        self._group.clear()
        typed = isinstance(read_code(text), TicketName)
        self._judge(text, Asked(self._direction), Source.TYPED if typed else Source.SCANNER)

    def _judge(self, text: str, asked: Asked, source: Source) -> None:
        shot = Shot(text, new_nonce(), asked, source)
        try:
            admission = self._parts.desk.scan(
                text, nonce=shot.nonce, asked=asked, source=shot.source
            )
        except BoxOfficeError as error:
            judged = Judged(shot, self._parts.now(), trouble=error)
            self._repeats.forget()
        else:
            judged = Judged(shot, self._parts.now(), admission)
        self._held = Held(judged, self._parts.tick()) if judged.look.name == "hold" else None
        if judged.ticket is not None:
            self._order = judged.ticket.short_code.partition("-")[0]
        self._say(self._parts.tell.sentence(judged))

    def _confirm(self) -> None:
        held, tell = self._held, self._parts.tell
        asked = held.asked_again() if held is not None else None
        if held is None:
            self._say(tell.say(Words("nada a confirmar.", "nothing to confirm.")))
        elif held.judged.verdict is Verdict.MUST_PAY:
            self._say(tell.say(_MONEY))
        elif asked is not None:
            self._judge(held.judged.shot.text, asked, held.judged.shot.source)
            if self._held is None:
                self._next_of_group()

    def _turn(self, direction: Direction) -> None:
        self._direction = direction
        words = (
            Words("ENTRADA.", "ENTRY.") if direction is Direction.IN else Words("SAÍDA.", "EXIT.")
        )
        self._say(self._parts.tell.say(words))
