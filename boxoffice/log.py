"""The log: facts as JSON lines, in a file or on stderr. Nothing personal and no secret goes in."""

import json
import logging
import os
import secrets
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path

from boxoffice.text import shown

_OWN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime"}

request_id: ContextVar[str] = ContextVar("request_id", default="")  # of the HTTP request in hand

log = logging.getLogger("boxoffice")
log.addHandler(logging.NullHandler())  # before `log_to`, a failure must not land on the screen


class JsonLines(logging.Formatter):
    """One JSON object a line: moment, level, fact, and whatever `extra` named."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "fact": shown(record.getMessage()),
        }
        if named := request_id.get():
            line["request_id"] = named
        for key, value in vars(record).items():
            if key not in _OWN:
                line[key] = value if isinstance(value, int | float | bool) else shown(str(value))
        if record.exc_info:
            line["trace"] = _trace(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


class PrivateFile(logging.FileHandler):
    """A log file that only its owner can read, whatever the umask."""

    def _open(self) -> TextIOWrapper:
        handle = os.open(self.baseFilename, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        return os.fdopen(handle, "a", encoding=self.encoding)


def _trace(error: BaseException | None) -> str:
    """Return where an exception came from. What it says is left out: it may quote a row."""
    told = []
    while error is not None:
        state = getattr(getattr(error, "orig", None), "sqlstate", None)
        told.append(f"{type(error).__name__}{f' {state}' if state else ''}")
        told += [part.strip() for part in traceback.format_tb(error.__traceback__)]
        error = error.__cause__ or error.__context__
    return "\n".join(told)


def log_to(path: Path | None) -> None:
    """Send the log to `path`, which is made when the first line is written; `None`: to stderr."""
    handler: logging.Handler
    if path is None:
        handler = logging.StreamHandler()
    else:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = PrivateFile(path, delay=True, encoding="utf-8")
    handler.setFormatter(JsonLines())
    log.handlers[:] = [handler]
    logging.raiseExceptions = False  # a log that cannot be written must not dirty the screen
    log.setLevel(logging.INFO)
    log.propagate = False


def log_failure(error: BaseException) -> str:
    """Keep an unexpected failure with its trace, and return the reference people can quote."""
    ref = secrets.token_hex(4)
    log.error("unexpected failure", extra={"ref": ref}, exc_info=error)
    return ref
