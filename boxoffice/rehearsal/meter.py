"""Which statements the time goes into: counted where they are sent."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event

_TEXT_MAX = 160  # characters of a statement that are told


@dataclass(slots=True)
class Spent:
    """How often one statement was sent, and the seconds until its answer."""

    count: int = 0
    seconds: float = 0.0


class Meter:
    """Counts the statements of an engine, and the seconds they took. Not for several threads."""

    def __init__(self, *engines: Engine) -> None:
        """Listen from now on."""
        self.by_text: dict[str, Spent] = {}
        self._began = 0.0
        for engine in engines:
            event.listen(engine, "before_cursor_execute", self._begin)
            event.listen(engine, "after_cursor_execute", self._end)

    def told(self) -> list[tuple[str, int, float]]:
        """Return what was counted so far, and count anew."""
        rows = [(text, spent.count, spent.seconds) for text, spent in self.by_text.items()]
        self.by_text = {}
        return rows

    def _begin(self, *_: Any) -> None:
        self._began = time.perf_counter()

    def _end(self, _line: Any, _cursor: Any, statement: str, *_: Any) -> None:
        spent = self.by_text.setdefault(statement, Spent())
        spent.count += 1
        spent.seconds += time.perf_counter() - self._began


def added(told: list[list[tuple[str, int, float]]]) -> Mapping[str, Spent]:
    """Add up what several processes counted, the most expensive statement first."""
    total: dict[str, Spent] = {}
    for rows in told:
        for text, count, seconds in rows:
            spent = total.setdefault(in_short(text), Spent())
            spent.count += count
            spent.seconds += seconds
    return dict(sorted(total.items(), key=lambda item: -item[1].seconds))


def in_short(statement: str) -> str:
    """Return a statement on one line, its list of columns left out."""
    words = " ".join(statement.split())
    if words.startswith("SELECT ") and " FROM " in words:
        words = f"SELECT … FROM {words.partition(' FROM ')[2]}"  # noqa: S608  (told, never run)
    if words.startswith("INSERT INTO "):
        words = words.partition(" (")[0]
    return words if len(words) <= _TEXT_MAX else words[: _TEXT_MAX - 1] + "…"
