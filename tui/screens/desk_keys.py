"""The keys of the desk: letters are the scanner's, and only what no scanner types acts."""

from typing import TYPE_CHECKING

from textual import events

from tui.commands import COMMANDS, Place
from tui.dialogs.over import Over
from tui.reading import code_at_end, tidy
from tui.scanner import ENDS, Line
from tui.screens.desk_kept import KeptScans

if TYPE_CHECKING:
    from tui.screens.desk import DeskScreen

_QUIET_SECONDS = 1.5  # a whole code that nothing ended is read after so long
_BY_KEY = {command.key: command for command in COMMANDS if command.place is Place.DESK}
_HOME_KEYS = frozenset(one.key for one in COMMANDS if one.action.startswith("app.go("))
_UNLOCK_KEYS = frozenset({"f12", "ctrl+q"})
_LIST_KEYS = frozenset({"f1", "ctrl+p"})


class Keys:
    """The scan line of one desk, and the keys of the person who sits there."""

    def __init__(self, screen: "DeskScreen") -> None:
        self._screen = screen
        self._line, self._typed_at = Line(), 0.0
        self._kept = KeptScans()

    @property
    def text(self) -> str:
        """What was scanned so far."""
        return self._line.text

    def tick(self, at: float) -> None:
        """Read a whole code that nothing has ended."""
        is_quiet = bool(self._line.text) and at - self._typed_at > _QUIET_SECONDS
        if is_quiet and code_at_end(self._line.text)[1]:
            self._screen.reader.read(self._line.end())

    def closed(self) -> None:
        """Judge what was scanned while dialogs lay over the desk, once none does."""
        if isinstance(self._screen.app.screen, Over):
            return
        for text in self._kept.let_go():
            self._screen.reader.read(text)

    def take(self, event: events.Key) -> bool:
        """Take every key: letters are the scanner's, and what is no key of ours does nothing."""
        over = self._screen.app.screen
        if isinstance(over, Over):
            self._kept.key(over, event, self._screen.parts.tick())
            return True
        if event.is_printable and event.character is not None:
            self._typed_at, self._screen.reader.note = self._screen.parts.tick(), ""
            self._line.put(event.character)
            self._screen.paint()
        elif event.key in ENDS:
            self._end()
        elif event.key == "backspace":
            self._line.back()
            self._screen.paint()
        else:
            return self._key_of_a_person(event.key)
        return True

    def scanned(self, text: str) -> None:
        """Take a whole line: judged now, or kept while a dialog lies over the desk."""
        over = self._screen.app.screen
        if not isinstance(over, Over):
            self._screen.reader.read(text)
        elif tidy(text, self._screen.parts.prefix):
            self._kept.keep(over, over.text, text)

    def _key_of_a_person(self, key: str) -> bool:
        if self._screen.seen():
            self._screen.paint()  # the next verdict is seen first: no key acts on it unseen
        elif self._screen.kiosk.is_locked:
            if key in _UNLOCK_KEYS:
                self._screen.kiosk.turn()
            else:
                self._screen.kiosk.say()
        elif key in _LIST_KEYS:
            self._screen.acts.commands()
        elif key == "ctrl+q":
            self._screen.acts.leave()
        elif key == "escape":
            self.let_be()
        elif key in {"left", "right"} and self._screen.reader.held is not None:
            self._screen.reader.held.turn(1 if key == "right" else -1)
        elif key in _BY_KEY:
            self._screen.acts.do(_BY_KEY[key].action)
        else:
            return key not in _HOME_KEYS
        self._screen.paint()
        return True

    def let_be(self) -> None:
        """Nobody goes in by what is held; a line that was begun is dropped."""
        self._screen.reader.held = None
        self._line.end()
        self._screen.clear()
        self._screen.reader.note = ""
        self._screen.reader.next_of_group()

    def _end(self) -> None:
        whole = self._line.end()
        if whole.startswith("/") and not self._screen.kiosk.is_locked:
            self._screen.acts.search(whole[1:])
        elif whole:
            self._screen.reader.read(whole)
        self._screen.paint()
