"""Ask for secrets: on the terminal, unseen; from stdin; from a file. Never from the arguments."""

import getpass
import os
import stat
import sys
from pathlib import Path
from typing import Annotated

import typer

from boxoffice.errors import BadValue

_SECRET_MAX = 1_024  # characters of a line

FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read secrets from stdin, one a line.")
]
FromFile = Annotated[
    Path | None,
    typer.Option("--password-file", help="Read the password from a file that is yours alone."),
]


def secret(what: str, *, stdin: bool, file: Path | None = None) -> str:
    """Return a secret that somebody knows.

    Raises:
        BadValue: nobody can be asked, or the file is not its owner's alone.
    """
    if file is not None:
        return _of_file(file)
    if stdin:
        return _line(what)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise BadValue(
            what, "cannot be asked for: there is no terminal.", hint="use --password-stdin"
        )
    return getpass.getpass(f"{what}: ", stream=sys.stderr)


def new_secret(what: str, *, stdin: bool, file: Path | None = None) -> str:
    """Return a secret that somebody makes up now: on a terminal it is asked for twice.

    Raises:
        BadValue: the two differ, or nobody can be asked.
    """
    first = secret(what, stdin=stdin, file=file)
    if not stdin and file is None and secret(f"{what}, once more", stdin=False) != first:
        raise BadValue(what, "was typed in two different ways.", hint="try again")
    return first


def _line(what: str) -> str:
    line = sys.stdin.readline(_SECRET_MAX)
    if not line:
        raise BadValue(what, "did not come on stdin.", hint="write one secret a line")
    return line.rstrip("\r\n")


def _of_file(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            about = os.fstat(file.fileno())
            text = file.readline(_SECRET_MAX)
    except (OSError, UnicodeDecodeError) as error:
        raise BadValue("--password-file", "cannot be read.") from error
    if stat.S_ISREG(about.st_mode) and about.st_mode & 0o077:
        raise BadValue("--password-file", "can be read by others.", hint=f"chmod 600 {path}")
    return text.rstrip("\r\n")
