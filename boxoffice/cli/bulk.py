"""What the commands of bulk acts share: read the file, tell its problems, move the bar."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from boxoffice.sheets import Problem

_PROBLEMS_SHOWN = 20


def mapped(texts: Sequence[str]) -> dict[str, str]:
    """Read `--map KEY=HEADING`, which may be repeated.

    Raises:
        BadValue: one is not so, or a key is named twice.
    """
    from boxoffice.errors import BadValue

    mapped: dict[str, str] = {}
    for text in texts:
        key, equals, heading = text.partition("=")
        if not equals or not key.strip() or not heading.strip():
            raise BadValue("--map", f"{text[:60]!r} is not KEY=HEADING.", hint="--map tier=Setor")
        if key.strip() in mapped:
            raise BadValue("--map", f"names {key.strip()[:40]!r} twice.")
        mapped[key.strip()] = heading.strip()
    return mapped


def raw_of(file: Path) -> bytes:
    """Return the bytes of a file of rows; `-` is standard input.

    Raises:
        NotFound: it is not there.
        BadFile: it cannot be read.
    """
    from boxoffice.errors import BadFile, NotFound
    from boxoffice.sheets import SIZE_MAX
    from boxoffice.text import shown

    if str(file) == "-":
        return sys.stdin.buffer.read(SIZE_MAX + 1)
    try:
        with file.open("rb") as stream:
            return stream.read(SIZE_MAX + 1)  # one more than is read: the reader then says so
    except FileNotFoundError:
        hint = "check the name and the folder"
        raise NotFound("file", shown(str(file)), hint=hint) from None
    except OSError as error:
        raise BadFile(f"{shown(str(file))} cannot be read: {error.strerror}.") from error


def show_problems(problems: "Sequence[Problem]") -> None:
    """Tell people the first problems of a file, and how many there are more."""
    from boxoffice.cli import show

    for problem in problems[:_PROBLEMS_SHOWN]:
        show.talk(str(problem))
        if problem.hint:
            show.talk(f"  hint: {problem.hint}")
    if len(problems) > _PROBLEMS_SHOWN:
        show.talk(f"and {len(problems) - _PROBLEMS_SHOWN} problems more: --json tells them")


@contextmanager
def progress_of(act: str) -> Iterator[Callable[[int, int], None]]:
    """Yield what shows a bar on stderr: on a terminal, and only when it takes over a second.

    It is told how many rows are done, and how many there are.
    """
    if not sys.stderr.isatty():
        yield lambda _count, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bars

    started = time.monotonic()
    bars = Bars(console=Console(file=sys.stderr), transient=True)
    shown: list[Any] = []

    def progress(count: int, total: int) -> None:
        if not shown and time.monotonic() - started > 1:
            bars.start()
            shown.append(bars.add_task(act, total=total))
        if shown:
            bars.update(shown[0], completed=count)

    try:
        yield progress
    finally:
        bars.stop()
