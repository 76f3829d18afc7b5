"""Everything that is printed: answers on stdout, talk on stderr, outside text made inert."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from boxoffice.errors import BadValue, BoxOfficeError
from boxoffice.text import inert_json, shown

Json = Mapping[str, Any]


def line(text: str = "") -> None:
    """Print one line of an answer."""
    print(shown(text))  # noqa: T201  (this is the one place that prints answers)


def talk(text: str) -> None:
    """Say something beside the answer, on stderr."""
    print(shown(text), file=sys.stderr)  # noqa: T201  (and this the one that talks)


def as_json_line(value: Json, fields: str | None = None) -> None:
    """Print one object on one line, narrowed to `fields` (`a,b`) when they are named.

    Raises:
        BadValue: a field is not one of the object's.
    """
    print(inert_json(json.dumps(picked(value, fields), ensure_ascii=False)), flush=True)  # noqa: T201


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows: aligned under heads on a terminal, TAB-separated without heads in a pipe."""
    clean = [[shown(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in clean:
            print("\t".join(row))  # noqa: T201
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        grid.add_column(head)
    for row in clean:
        grid.add_row(*[Text(cell) for cell in row])
    Console(markup=False, highlight=False, emoji=False).print(grid)


def pairs(rows: Sequence[tuple[str, str]]) -> None:
    """Print what belongs to one thing, a name and a value a line; empty values are left out."""
    told = [(name, value) for name, value in rows if value]
    width = max((len(name) for name, _ in told), default=0)
    for name, value in told:
        line(f"{name.ljust(width)}  {value}")


def error(failure: BoxOfficeError, *, as_json: bool) -> None:
    """Say what is so and what to do next, on stderr, in lines or as one object."""
    if as_json:
        told = {
            "error": {
                "code": failure.case,
                "message": failure.message,
                "hint": failure.hint,
                "exit": failure.exit_code,
                "retryable": failure.retryable,
                "details": failure.details,
            }
        }
        print(inert_json(json.dumps(told, ensure_ascii=False, default=str)), file=sys.stderr)  # noqa: T201
        return
    talk(f"error: {failure.message}")
    if failure.hint:
        talk(f"hint: {failure.hint}")


def confirmed(question: str, *, yes: bool) -> bool:
    """Ask before what cannot be undone. Without a terminal nobody can answer.

    Raises:
        BadValue: there is no terminal to ask on, and `--yes` was not given.
    """
    if yes:
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise BadValue("the question", "has nobody to answer it here.", hint="repeat with --yes")
    sys.stderr.write(f"{shown(question)} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes", "s", "sim"}


def is_coloured() -> bool:
    """Whether colours may be used on stdout."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def picked(value: Json, fields: str | None) -> Json:
    """Return `value` narrowed to `fields`; what is below a null is null.

    Ask before what cannot be undone is kept: a wrong field must not look like a refused sale.

    Raises:
        BadValue: a field is not one of the object's.
    """
    if fields is None:
        return value
    found_by_name = {}
    for name in (field.strip() for field in fields.split(",")):
        found: Any = value
        for step in name.split("."):
            if found is None:
                break
            if not isinstance(found, Mapping) or step not in found:
                raise BadValue(
                    "--fields",
                    f"{name[:40]!r} is not there.",
                    hint="there are: " + ", ".join(value),
                )
            found = found[step]
        found_by_name[name] = found
    return found_by_name
