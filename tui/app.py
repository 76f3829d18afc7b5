"""The application: one window with several homes, where a scanner can press nothing by itself."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.filter import LineFilter
from textual.message import Message
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input

from tui.commands import COMMANDS, Command, Place, commands_at
from tui.dialogs.help import Help
from tui.guard import HOLD_SECONDS, Guard
from tui.reading import scan_at_end
from tui.scanner import ENDS
from tui.text import Ascii, ControlStrip, safe
from tui.themes import THEMES
from tui.widgets.field import Field
from tui.words import Language, Words, language_of

_LOOKS = ("boxoffice.tcss", "desk.tcss")
_SETTLE_SECONDS = 2.0  # from a screen's first look to its last new part: its answer is drawn
_SCANNED = Words("ingresso lido: F2 abre a portaria", "ticket read: F2 opens the desk")


class Home(Screen[None]):
    """A screen with a function key of its own. `place` says which commands it has."""

    PLACE: ClassVar[Place]
    # Whether every key of a line goes to `on_line_key` of this screen before any widget sees it.
    TAKES_ALL_KEYS: ClassVar[bool] = False

    def take_key(self, event: events.Key) -> bool:
        """Take a key before anybody else, and say whether it was taken."""
        del event
        return False

    def take_paste(self, text: str) -> bool:
        """Take pasted text before anybody else, and say whether it was taken."""
        del text
        return False


class BoxOfficeApp(App[None]):
    """One window. `homes` are made when they are first shown; `start` is the first of them.

    `settled` is called a moment after each of them was shown for the first time.
    """

    # All of them, though a window may have no desk: what comes later has everything read anew.
    CSS_PATH = [Path(__file__).with_name(name) for name in _LOOKS]  # noqa: RUF012  (the same)
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  (as Textual declares it)
        (0, "-narrow"),
        (80, "-normal"),
        (110, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012  (the same)
        (0, "-low"),
        (24, "-usual"),
        (36, "-high"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = []

    class Scanned(Message):
        """A code was scanned on a screen that is not the desk."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(
        self,
        homes: Mapping[Place, Callable[[], Home]],
        *,
        start: Place,
        language: Language | None = None,
        theme: str = "boxoffice-dark",
        is_ascii: bool = False,
        settled: Callable[[], None] | None = None,
    ) -> None:
        self._is_ascii = is_ascii
        self._settled = settled
        self._shown: set[str] = set()
        self.language = language or language_of()
        self._homes = homes
        # Without a screen of Textual's own before it, which is laid out and never seen.
        self.DEFAULT_MODE = start  # type: ignore[misc]  # declared for the class, asked of this app
        self._guard: Guard[events.Key, Input] = Guard(scan_at_end)
        self._let_go: Timer | None = None
        super().__init__()
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme
        for place, home in homes.items():
            self.add_mode(place, home)
        for command in COMMANDS:
            if command.place is Place.ANY:
                made = command.binding(self.language)
                self._bindings.bind(
                    made.key, made.action, made.description, show=made.show, priority=True
                )

    def on_mount(self) -> None:
        """Know that the first home is shown."""
        self._was_shown(self.DEFAULT_MODE)

    async def on_event(self, event: events.Event) -> None:
        """Let the scan line see keys first; elsewhere, let no scan press anything."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self._on_raw_key(event)
            return
        if isinstance(event, events.Paste) and not event.is_forwarded:
            home = self.home
            if home is not None and home.take_paste(event.text):
                return
        await super().on_event(event)

    @property
    def home(self) -> Home | None:
        """The home that is shown, below whatever lies over it."""
        stack = self.screen_stack
        return stack[0] if stack and isinstance(stack[0], Home) else None

    async def _on_raw_key(self, event: events.Key) -> None:
        home = self.home
        if home is not None and home.TAKES_ALL_KEYS:
            if not home.take_key(event):
                await super().on_event(event)
            return
        if event.is_printable and event.character is not None:
            field = self.focused if isinstance(self.focused, Input) else None
            await self._forward(self._guard.key(event, event.character, event.time, field))
            self._hold()
            return
        if event.key in ENDS:
            ended = self._guard.end(event, event.time)
            for field, text in ended.taken_back:
                field.call_later(_take_back, field, text)  # it has still to read the last letters
            if ended.scan:
                self.post_message(self.Scanned(ended.scan))
            await self._forward(ended.keys)
            return
        await self._forward([*self._guard.release(), event])

    def _hold(self) -> None:
        if self._let_go is not None:
            self._let_go.stop()
        self._let_go = self.set_timer(HOLD_SECONDS, self._release)

    async def _release(self) -> None:
        await self._forward(self._guard.release())

    async def _forward(self, keys: Sequence[events.Key]) -> None:
        for key in keys:
            if key.key == "enter" and isinstance(self.focused, Field):
                self.focused.on_enter(self.focused)
            else:
                await super().on_event(key)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Add the last line of defence against what outsiders wrote."""
        told = [Ascii()] if self._is_ascii else []
        return [*super().get_line_filters(), ControlStrip(), *told]

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Draw the palette from the one list of commands."""
        del screen
        for command in self.commands:
            yield SystemCommand(
                command.words.say(self.language), command.key, self._runner(command.action)
            )

    @property
    def commands(self) -> list[Command]:
        """What can be done on the home that is shown."""
        home = self.home
        return commands_at(Place.ANY if home is None else home.PLACE)

    def has_home(self, action: str) -> bool:
        """Say whether the action that shows a home shows one of this window's."""
        return any(action == f"app.go('{place}')" for place in self._homes)

    def _runner(self, action: str) -> Callable[[], None]:
        def run() -> None:
            where = self if self.home is None else self.home  # the palette is no screen of ours
            self.run_worker(self.run_action(action, where), exit_on_error=False)

        return run

    def on_box_office_app_scanned(self, message: Scanned) -> None:
        """Say that a ticket was read where nobody is let in."""
        del message
        self.tell(_SCANNED.say(self.language))

    def tell(self, text: str, *, is_trouble: bool = False) -> None:
        """Show a toast. It is never markup, and it never ends the program."""
        severity: SeverityLevel = "error" if is_trouble else "information"
        self.notify(safe(text, length_max=400), severity=severity, markup=False)

    async def action_go(self, place: str) -> None:
        """Show another home, when it is one of this window's."""
        if Place(place) in self._homes:
            await self.switch_mode(place)
            self._was_shown(place)

    def _was_shown(self, place: str) -> None:
        if place not in self._shown and self._settled is not None:
            self.set_timer(_SETTLE_SECONDS, self._settled)
        self._shown.add(place)

    def action_help(self) -> None:
        """Show every key that works here."""
        self.push_screen(Help(self.commands, self.language))

    async def action_back(self) -> None:
        """Close what lies over the home. It never quits."""
        if len(self.screen_stack) > 1:
            self.pop_screen()

    def action_leave(self) -> None:
        """End the program."""
        self.exit()


def _take_back(field: Input, text: str) -> None:
    """Take what a scanner typed out of a field, and leave what was there before."""
    at = field.cursor_position
    if field.value[:at].endswith(text):
        field.delete(at - len(text), at)
