"""The desk at the door: the scan line is always armed, whatever lies over it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult

from boxoffice.door.queries import DoorStats
from boxoffice.door.rules import VerdictClass
from boxoffice.errors import BoxOfficeError
from tui.app import BoxOfficeApp, Home
from tui.bells import Bells
from tui.commands import COMMANDS, Command, Place, commands_at
from tui.desk import DeskStatus
from tui.desk_paint import Now
from tui.desk_view import Judged, Log
from tui.dwell import LOOK_SECONDS, Dwell
from tui.one_by_one import Failed, OneByOne
from tui.screens.desk_acts import Acts
from tui.screens.desk_keys import Keys
from tui.screens.desk_lock import Lock
from tui.screens.desk_parts import DeskParts
from tui.screens.desk_reader import Reader
from tui.text import safe
from tui.troubles import trouble_in
from tui.widgets.desk_picture import DeskPicture, Seen
from tui.words import Words

R = TypeVar("R")

_STATS_SECONDS = 2.0
_WARM_SECONDS = 0.05  # then the first picture stands, and nobody waits
_COUNT_SECONDS = 1.0
_TICK_SECONDS = 0.25
_STOPS = frozenset({VerdictClass.HOLD, VerdictClass.WARN, VerdictClass.REFUSE})
_MOVED = Words("agora: {list} · {gate}", "now: {list} · {gate}")
_ONLY_LOCK = tuple(
    replace(one, words=Words("Destrava", "Unlock")) for one in COMMANDS if one.id == "lock"
)


class DeskScreen(Home):
    """The verdict, the scan line, the numbers and the last scans."""

    PLACE = Place.DESK
    TAKES_ALL_KEYS: ClassVar[bool] = True

    def __init__(self, parts: DeskParts) -> None:
        super().__init__()
        self.parts = parts
        self.scans = Log()
        self._dwell: Dwell[Judged] = Dwell()
        self._judging = OneByOne("desk")
        self._looking = OneByOne("desk-look")
        self._working = OneByOne("desk-jobs")
        self._will_paint, self._will_count, self._blurred = False, False, False
        self._counted_at = float("-inf")
        self.bells = Bells(self, is_muted=parts.is_muted)
        self._now = Now(parts.now(), parts.status)
        self.acts = Acts(self)
        self.kiosk = Lock(self, parts.keeper)
        self.reader = Reader(self, self._judging)
        self.keys = Keys(self)

    def compose(self) -> ComposeResult:
        """Lay the lines out. Nothing here can have the focus."""
        yield DeskPicture(self.parts.tell)

    def on_mount(self) -> None:
        """Start the workers, the clock and the scanners."""
        self.run_worker(self._judging.run(), exit_on_error=False)
        self.run_worker(self._looking.run(), exit_on_error=False)
        self.run_worker(self._working.run(), exit_on_error=False)
        self.set_interval(_TICK_SECONDS, self.tick)
        self.set_interval(_STATS_SECONDS, self.refresh_numbers)
        self.watch(self.app, "app_focus", self._focus, init=False)
        for source in self.parts.sources:
            source.start(
                partial(self.app.call_from_thread, self.keys.scanned),
                partial(self.app.call_from_thread, self.trouble),
            )
        self._will_count = True
        self.paint()
        self.set_timer(_WARM_SECONDS, self._warm)

    def on_unmount(self) -> None:
        """Let scanners and threads go."""
        for source in self.parts.sources:
            source.stop()
        self._judging.close()
        self._looking.close()
        self._working.close()

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.paint()

    def take_key(self, event: events.Key) -> bool:
        """Take every key, and say whether it was one of the desk's."""
        return self.keys.take(event)

    def take_paste(self, text: str) -> bool:
        """Take pasted lines for scanned ones."""
        for line in text.splitlines():
            self.keys.scanned(line)
        return True

    def show(self, judged: Judged) -> None:
        """Show what was judged, and write it down."""
        self.scans.add(judged, self.parts.tell)
        self.present(judged)
        at = self.parts.tick()
        if at - self._counted_at >= _COUNT_SECONDS:  # in a rush the numbers keep to their interval
            self._counted_at, self._will_count = at, True
            self.call_after_refresh(self.refresh_numbers)  # the verdict first, then the numbers

    def present(self, judged: Judged) -> None:
        """Ring the bell, and then draw the picture."""
        self.bells.ring(judged.look)
        self.reader.hold(judged)
        stops = judged.verdict.family in _STOPS
        self._dwell.come(judged, stops=stops, at=self.parts.tick())
        self.paint()

    def seen(self) -> bool:
        """What stands was seen: the next verdict need not wait. Say whether it shows now."""
        return self._dwell.key(self.parts.tick())

    def clear(self) -> None:
        """Show no verdict."""
        self._dwell.clear()

    def undone(self, name: str) -> None:
        """Show that an admission was taken back."""
        self.reader.forget()
        self._dwell.clear()
        note = self.parts.tell.say(Words("desfeito", "undone"))
        self.scans.take_back(name, self.parts.now(), note)
        self.window.tell(f"↶ {name}: {note}")
        self.paint()

    def ask(self, question: Callable[[], R], answered: Callable[[R], None]) -> None:
        """Ask something that changes the door, after the scans before it."""
        self._judging.ask(question, answered, self.failed)

    def look(
        self, question: Callable[[], R], answered: Callable[[R], None], failed: Failed
    ) -> None:
        """Ask something that changes nothing, beside the scans."""
        self._looking.ask(question, answered, failed)

    def later(self, job: Callable[[], object]) -> None:
        """Do what a sale has promised, beside everything else: no guest waits for a mail."""
        self._working.ask(job, lambda _: None, self.failed)

    def moved(self) -> None:
        """Stand at another door: what was read at the one before is over."""
        self.keys.let_be()
        self.reader.forget()
        self._now = replace(self._now, status=self.parts.desk.status(), stats=None)
        self.scans.move(self.parts.now(), f"{self.status.list} · {self.status.gate}")
        self.say(_MOVED, list=safe(self.status.list), gate=safe(self.status.gate) or "–")
        self.refresh_numbers()
        self.paint()

    def failed(self, error: BoxOfficeError) -> None:
        """Tell a refusal. The door goes on."""
        self.trouble(trouble_in(error, self.parts.tell.language))

    def trouble(self, text: str) -> None:
        """Tell what went wrong beside a scan."""
        self.window.tell(text, is_trouble=True)

    def _focus(self, has_focus: bool) -> None:  # noqa: FBT001  (as Textual calls it)
        self._blurred = not has_focus
        self.paint()

    def tick(self) -> None:
        """Look at the stop-watch: what is due is shown, and a line nothing ended is read."""
        at = self.parts.tick()
        self._dwell.tick(at)
        self.kiosk.tick(at)
        self.keys.tick(at)
        self._now = replace(self._now, at=self.parts.now())
        self.paint()

    def refresh_numbers(self) -> None:
        """Ask how the desk stands and who is in, unless that is being asked."""
        self._will_count = False
        if self._looking.is_idle and self._judging.is_idle:  # a guest waits for no number
            self._count()

    def _count(self) -> None:
        self._will_count = False
        self.look(self._numbers, self._looked, self._not_looked)

    def _numbers(self) -> tuple[DeskStatus, DoorStats]:
        stats = self.parts.desk.stats()  # first: only a line that was tried is known to be there
        return self.parts.desk.status(), stats

    def _warm(self) -> None:
        """Get ready for the first guest, who then waits no longer than the second."""
        loaded = self.parts.loaded
        self.look(self.parts.desk.warm, lambda _: loaded(), lambda _: loaded())
        self._count()

    def _looked(self, told: tuple[DeskStatus, DoorStats]) -> None:
        self._now = Now(self.parts.now(), *told)
        self.paint()

    def _not_looked(self, error: BoxOfficeError) -> None:
        self._now = replace(self._now, at=self.parts.now(), trouble=error.message)
        self.paint()

    def say(self, words: Words, **facts: object) -> None:
        """Tell something beside a scan."""
        self.window.tell(self.parts.tell.say(words, **facts))

    @property
    def status(self) -> DeskStatus:
        """How the desk stands, when it was asked last."""
        return self._now.status

    @property
    def shown(self) -> Judged | None:
        """The verdict that stands on the screen."""
        return self._dwell.shown

    @property
    def is_read(self) -> bool:
        """Whether a person can have read the verdict that stands."""
        return self.parts.tick() - self._dwell.shown_at >= LOOK_SECONDS

    @property
    def is_at_rest(self) -> bool:
        """Whether everything that was asked is answered and painted."""
        is_idle = self._judging.is_idle and self._looking.is_idle
        return is_idle and not self._will_paint and not self._will_count

    @property
    def window(self) -> BoxOfficeApp:
        """The window that this desk is a home of."""
        assert isinstance(self.app, BoxOfficeApp), "the desk is a home of our window"
        return self.app

    @property
    def commands(self) -> list[Command]:
        """What can be done here; homes that this window does not have are left out."""
        return [
            one
            for one in commands_at(Place.DESK)
            if not one.action.startswith("app.go(") or self.window.has_home(one.action)
        ]

    def paint(self) -> None:
        """Paint once, when all that has come in by now is taken."""
        if not self._will_paint and self.is_mounted:
            self._will_paint = True
            self.call_later(self._paint)

    def _paint(self) -> None:
        self._will_paint = False
        reader, shown = self.reader, self._dwell.shown
        held = reader.held if reader.held and reader.held.judged is shown else None
        self.query_one(DeskPicture).show(
            Seen(
                now=self._now,
                log=self.scans,
                direction=reader.direction,
                shown=shown,
                proof=held.proof if held else None,
                waiting_count=self._dwell.waiting_count + reader.group_count,
                line=self.keys.text,
                note=reader.note,
                judging_count=reader.judging_count,
                is_muted=self.bells.is_muted,
                is_blurred=self._blurred,
                is_locked=self.kiosk.is_locked,
                commands=_ONLY_LOCK if self.kiosk.is_locked else tuple(self.commands),
            )
        )
