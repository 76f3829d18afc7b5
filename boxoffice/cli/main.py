"""The command `boxoffice`: one place owns errors and exit codes."""

import os
import sys
from collections.abc import Sequence

import typer

from boxoffice.cli import show
from boxoffice.cli.exits import CLOSED_PIPE, FAILED, INTERRUPTED
from boxoffice.errors import BoxOfficeError, Invalid


class Usage(Invalid):
    """The flags or arguments of a command make no sense."""

    code = "usage"


def run() -> None:
    """Be the program."""
    sys.exit(main())


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. No failure leaves a traceback on the screen."""
    from boxoffice.cli.front import app

    words = list(sys.argv[1:] if argv is None else argv)
    as_json = "--json" in words
    try:
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
        # Whoever read us has gone; nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE
    except Exception as failure:  # noqa: BLE001  (the last wall before a traceback)
        return _unexpected(failure, as_json=as_json)
    return code if isinstance(code, int) else 0


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
    context = getattr(failure, "ctx", None)
    return f"see: {context.command_path} --help" if context is not None else "see: boxoffice --help"
