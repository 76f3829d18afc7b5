"""What becomes of a line that was read: a command, the same once more, or a code to judge."""

from collections import deque
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from boxoffice.door.look_up import order_code_of
from boxoffice.door.models import Source
from boxoffice.door.rules import Asked, Direction, Verdict, VerdictClass
from boxoffice.door.scan import new_nonce
from boxoffice.door.words import Admission
from boxoffice.errors import BoxOfficeError
from boxoffice.tickets.code import TicketName, read_code
from tui.desk import Approval
from tui.desk_view import HOLD_SECONDS_MAX, Judged, Shot
from tui.one_by_one import OneByOne
from tui.reading import Order, Repeats, code_at_end, order_of, same_code, tidy
from tui.screens.desk_parts import Held
from tui.words import Words

if TYPE_CHECKING:
    from tui.screens.desk import DeskScreen

_AGAIN = Words("   lido de novo: mesma leitura", "   read again: the same reading")
_NOTHING = Words("nada a confirmar", "nothing to confirm")
_LOOK = Words("olhe primeiro, depois confirme", "look first, then confirm")
_LEFT = Words("{count} do grupo ainda fora: ctrl+g", "{count} of the group still outside: ctrl+g")


def _is_name(text: str) -> bool:
    """Say whether a text names a ticket or an order, as people type it."""
    return isinstance(read_code(text), TicketName) or order_code_of(text) is not None


class Reader:
    """Reads lines in the order they come. One worker judges them, in the same order."""

    def __init__(self, screen: "DeskScreen", judging: OneByOne) -> None:
        self._screen, self._judging = screen, judging
        self._repeats = Repeats()
        self._untold: Shot | None = None  # sent without an answer: sent again with its own nonce
        self.direction = Direction.IN
        self.held: Held | None = None
        self._group: deque[Judged] = deque()  # held back as well, each in its turn
        self.note = ""
        self.judging_count = 0

    def read(self, line: str) -> None:
        """Read one line of a scanner: a command, the same once more, or a code to be judged."""
        text = tidy(line, self._screen.parts.prefix)
        if not text:
            return
        text = code_at_end(text)[1] or text  # what lay before a whole code was left there by hand
        order = order_of(text)
        if self._screen.kiosk.is_locked and (order is not None or _is_name(text)):
            self._screen.kiosk.say()  # nobody looks: a code is shown, or nobody comes in
            return
        if order is not None:
            self._obey(order)
            return
        at = self._screen.parts.tick()
        if self._repeats.is_repeat(text, at):
            self.note = self._screen.parts.tell.say(_AGAIN)
            self._screen.paint()
            return
        held = self.held
        if held is not None and same_code(held.judged.shot.text) == same_code(text):
            is_soon = at - held.at <= HOLD_SECONDS_MAX
            if is_soon and held.judged.verdict is not Verdict.MUST_PAY:
                self.confirm()
                return
        typed = isinstance(read_code(text), TicketName)
        self.judge(text, Source.TYPED if typed else Source.SCANNER, Asked(self.direction))

    def _obey(self, order: Order) -> None:
        if order is Order.WAY_IN or order is Order.WAY_OUT:
            self.direction = Direction.IN if order is Order.WAY_IN else Direction.OUT
            self._screen.paint()
            return
        # After the scans before it: CONFIRMA may come in one burst with what it confirms.
        done = partial(self._screen.acts.do, str(order))
        self._judging.ask(lambda: None, lambda _: done(), self._screen.failed)

    def confirm(self) -> None:
        """Let in who is held: the proof or the note was seen. Money is asked for first."""
        held = self.held
        if held is None or held.judged is not self._screen.shown:  # nobody goes in unseen
            self._screen.say(_NOTHING)
            return
        if self._screen.kiosk.is_locked:
            self._screen.kiosk.say()
            return
        if not self._screen.is_read:
            self._screen.say(_LOOK)
            return
        if held.judged.verdict is Verdict.MUST_PAY:
            self._screen.acts.sales.collect(held.judged)
            return
        asked, shot = held.asked_again(), held.judged.shot
        if asked is not None:  # an order with several tickets waits for one of them, or the group
            self.held = None
            self._screen.seen()
            self.judge(shot.text, shot.source, asked)

    def judge(self, text: str, source: Source, asked: Asked) -> None:
        """Have a code judged after all that came before it."""
        shot = Shot(text, new_nonce(), asked, source)
        if self._untold is not None and self._untold.text == text and self._untold.asked == asked:
            shot = self._untold
        self.judging_count += 1
        question = partial(
            self._screen.parts.desk.scan, shot.text, nonce=shot.nonce, asked=asked, source=source
        )
        self._judging.ask(question, partial(self._judged, shot), partial(self._untellable, shot))
        self._screen.paint()

    def override(self, shot: Shot, reason: str, approval: Approval | None) -> None:
        """Have a ticket let in against the rules, beside the scans: it may take its time."""
        asked = Asked(Direction.IN, override=reason)
        mine = self._untold
        if mine is None or (mine.text, mine.asked) != (shot.text, asked):
            mine = Shot(shot.text, new_nonce(), asked, shot.source)
        desk = self._screen.parts.desk
        question = partial(
            desk.scan, mine.text, nonce=mine.nonce, asked=asked, source=mine.source,
            approval=approval,
        )  # fmt: skip
        self.judging_count += 1
        self._screen.look(question, partial(self._judged, mine), partial(self._refused, mine))

    def _refused(self, shot: Shot, error: BoxOfficeError) -> None:
        self.judging_count -= 1
        self._untold = shot
        self._screen.failed(error)

    def _judged(self, shot: Shot, admission: Admission) -> None:
        self.judging_count -= 1
        self._untold = None
        self._screen.show(Judged(shot, self._screen.parts.now(), admission))
        if shot.source is Source.GROUP and self.held is None:
            self.next_of_group()

    def _untellable(self, shot: Shot, error: BoxOfficeError) -> None:
        self.judging_count -= 1
        self._untold = shot
        self._screen.show(Judged(shot, self._screen.parts.now(), trouble=error))

    def hold(self, judged: Judged) -> None:
        """Remember who waits for a person to look; whoever else waited does no longer."""
        family = judged.verdict.family
        if family is VerdictClass.FAULT:
            self.forget()
        is_held = family is VerdictClass.HOLD
        self.held = Held(judged, self._screen.parts.tick()) if is_held else None
        if self._group and judged.shot.source is not Source.GROUP:
            self._screen.say(_LEFT, count=len(self._group))
            self._group.clear()

    def hold_group(self, held: Iterable[Judged]) -> None:
        """Hold several of one order back: each is shown, and confirmed, after the one before."""
        self._group = deque(held)
        self.next_of_group(is_first=True)

    def next_of_group(self, *, is_first: bool = False) -> None:
        """Show who is held back next. What the one before paid for may be paid by now."""
        if not self._group:
            return
        judged = self._group.popleft()
        if judged.verdict is Verdict.MUST_PAY and not is_first:
            self.judge(judged.shot.text, Source.GROUP, judged.shot.asked)
        else:
            self._screen.present(judged)

    @property
    def group_count(self) -> int:
        """How many of a group wait behind the one who is shown."""
        return len(self._group)

    def forget(self) -> None:
        """Take the next reading for a new one."""
        self._repeats.forget()

    def turn(self) -> None:
        """Change between the way in and the way out."""
        self.direction = Direction.IN if self.direction is Direction.OUT else Direction.OUT
