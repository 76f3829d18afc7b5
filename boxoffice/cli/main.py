"""The command `boxoffice`: one place owns errors and exit codes."""

import io
import os
import re
import signal
import sys
from collections.abc import Sequence

import typer

from boxoffice.cli import show
from boxoffice.cli.exits import CLOSED_PIPE, FAILED, INTERRUPTED, TERMINATED
from boxoffice.cli.options import EXAMPLE
from boxoffice.errors import BoxOfficeError, Invalid

_UNTEXT = re.compile("[\ud800-\udfff]")  # how bytes that are no UTF-8 arrive in an argument


class Usage(Invalid):
    """The flags or arguments of a command make no sense."""

    code = "usage"


def run() -> None:
    """Be the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # names and ticks, whatever the locale
    # Whoever asks us to stop gets a tidy end: drafts removed, locks let go, the job in hand done.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    code = main()
    try:
        sys.stdout.flush()
    except OSError:
        _silence()  # it was told; the interpreter must not try, and change our code, once more
    sys.exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. No failure leaves a traceback on the screen."""
    from boxoffice.cli.front import app

    words = list(sys.argv[1:] if argv is None else argv) or _at_a_terminal()
    as_json = "--json" in words
    try:
        _must_be_json(words)
        code = app(words, prog_name="boxoffice", standalone_mode=False)
        sys.stdout.flush()
    except BoxOfficeError as failure:
        show.error(failure, as_json=as_json)
        return failure.exit_code
    except typer.TyperException as failure:
        usage = Usage(_sentence(failure), hint=_help_of(failure))
        show.error(usage, as_json=as_json)
        return usage.exit_code
    except (KeyboardInterrupt, typer.Abort):
        show.talk("interrupted.")
        return INTERRUPTED
    except BrokenPipeError:
        return _closed_pipe()
    except SystemExit as leaving:
        # Typer makes an exit of a closed pipe by itself.
        if isinstance(leaving.__context__, BrokenPipeError):
            return _closed_pipe()
        raise
    except UnicodeEncodeError as failure:
        if not any(_UNTEXT.search(word) for word in words):
            return _unexpected(failure, as_json=as_json)
        usage = Usage("the command line holds bytes that are not text.", hint="write it in UTF-8")
        show.error(usage, as_json=as_json)
        return usage.exit_code
    except Exception as failure:  # noqa: BLE001  (the last wall before a traceback)
        return _unexpected(failure, as_json=as_json)
    return code if isinstance(code, int) else 0


def _at_a_terminal() -> list[str]:
    """Return what the program's name alone means: the dashboard where it can be drawn, or help."""
    is_drawn = all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
    return ["dashboard"] if is_drawn and os.environ.get("TERM") != "dumb" else []


def _must_be_json(words: list[str]) -> None:
    """Refuse `--fields` without `--json`, which it narrows; what follows `--` is no option."""
    flags = words[: words.index("--")] if "--" in words else words
    narrows = any(word == "--fields" or word.startswith("--fields=") for word in flags)
    if narrows and "--json" not in flags:
        raise Usage("--fields narrows what --json prints.", hint="add --json")


def _closed_pipe() -> int:
    """Leave quietly: whoever read us has gone, and nothing may be written at exit either."""
    _silence()
    return CLOSED_PIPE


def _silence() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _unexpected(failure: Exception, *, as_json: bool) -> int:
    from boxoffice.log import log_failure

    ref = log_failure(failure)
    broken = BoxOfficeError(
        f"something unexpected happened ({type(failure).__name__}, ref {ref}).",
        hint="the log has it under this ref: boxoffice config path log",
        ref=ref,
    )
    show.error(broken, as_json=as_json)
    return FAILED


def _sentence(failure: typer.TyperException) -> str:
    said = failure.format_message().strip() if hasattr(failure, "format_message") else str(failure)
    return said if said.endswith((".", "?", "!")) else f"{said}."


def _help_of(failure: typer.TyperException) -> str:
    """Point at the help, and show at once how the command goes."""
    context = getattr(failure, "ctx", None)
    if context is None:
        return "see: boxoffice --help"
    said, shown = f"see: {context.command_path} --help", context.command.epilog or ""
    return f"such as: {shown[len(EXAMPLE) :]} ({said})" if shown.startswith(EXAMPLE) else said
