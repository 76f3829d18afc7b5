"""The log: facts as JSON lines in a file. Nothing personal and no secret goes in."""

import json
import logging
import secrets
from datetime import UTC, datetime
from pathlib import Path

from boxoffice.text import shown

_OWN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime"}

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
        for key, value in vars(record).items():
            if key not in _OWN:
                line[key] = value if isinstance(value, int | float | bool) else shown(str(value))
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def log_to(path: Path) -> None:
    """Send the log to `path`, which is made when the first line is written."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handler = logging.FileHandler(path, delay=True, encoding="utf-8")
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
