"""Keys while a dialog lies over the desk: a scan is kept for later, and presses nothing."""

from typing import Any

from textual import events

from tui.dialogs.over import Over
from tui.dwell import LOOK_SECONDS
from tui.reading import Order, code_at_end, order_of
from tui.scanner import ENDS

_STEPS = {"up": -1, "down": 1}
_TURNS = {"left": -1, "right": 1}


class KeptScans:
    """What was scanned while a dialog lay over the desk, in its order."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def key(self, over: Over[Any], event: events.Key, at: float) -> None:
        """Give a dialog its key. Only `ctrl+o` makes it act, once it can have been read.

        A code may hold `ctrl+o` and all that comes before it: whoever prints one must not act.
        """
        if event.is_printable and event.character is not None:
            over.put(event.character)
        elif event.key in ENDS:
            self._end(over, at)
        elif event.key == "backspace":
            over.back()
        elif event.key in _STEPS:
            over.move(_STEPS[event.key])
        elif event.key in _TURNS:
            over.turn(_TURNS[event.key])
        elif event.key == "ctrl+o":
            _act(over, at)
        elif event.key == "escape":
            over.dismiss(None)

    def keep(self, over: Over[Any], typed: str, text: str) -> None:
        """Keep a scan, and say so; `typed` is what a person has typed before it."""
        self._texts.append(text)
        over.put_aside(typed, len(self._texts))

    def let_go(self) -> list[str]:
        """Return what was kept, once no dialog is there."""
        texts, self._texts = self._texts, []
        return texts

    def _end(self, over: Over[Any], at: float) -> None:
        typed, code = code_at_end(over.text)
        if code:
            self.keep(over, typed, code)
        elif order_of(over.text) is Order.CONFIRM:
            over.put_aside("", len(self._texts))
            _act(over, at)
        else:
            over.enter()


def _act(over: Over[Any], at: float) -> None:
    if at - over.shown_at >= LOOK_SECONDS:
        over.act()
