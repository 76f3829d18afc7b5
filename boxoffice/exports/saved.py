"""Saved exports: `exports.toml`, a table for each by its name.

[financeiro]
export = "orders"
event = "noite"
columns = ["order", "state", "total", "paid_at"]
where = ["state=paid"]
out = "/srv/exports/{event}-{date}.xlsx"
keep = 14
at = "0 6 * * *"
notify = "financeiro@example.com"
"""

import re
import tomllib
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from boxoffice.errors import BadFile, BadValue, NotFound
from boxoffice.exports.asked import KEEP_MAX, Asked
from boxoffice.exports.catalogue import DEFINITIONS, definition_named
from boxoffice.exports.cron import Cron, parse_cron
from boxoffice.exports.naming import S3
from boxoffice.exports.request import HOUSE_ZONE
from boxoffice.people import parse_email
from boxoffice.times import parse_zone

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_TEXTS = ("export", "event", "format", "out", "since", "as_of", "at", "timezone", "notify")
_LISTS = ("columns", "where")
_FLAGS = ("with_documents", "public_bucket_ok")
_KNOWN = (*_TEXTS, *_LISTS, *_FLAGS, "keep")


@dataclass(frozen=True, slots=True)
class Saved:
    """One saved export: what it asks for, when, and who is told when it fails."""

    name: str
    asked: Asked
    at: Cron | None
    zone: ZoneInfo  # of `at`
    notify: str


def read_saved(path: Path) -> dict[str, Saved]:
    """Read the saved exports by name; where there is no file there are none.

    Raises:
        BadFile: the file cannot be read, or an export in it makes no sense.
    """
    if not path.is_file():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadFile(f"{path} cannot be read: {error}.") from error
    found = {}
    for name, table in tables.items():
        try:
            found[name] = _saved(name, table, path.parent)
        except (BadValue, NotFound) as error:
            raise BadFile(f"{path}, [{name[:40]}]: {error.message}", hint=error.hint) from error
    return found


def saved_named(path: Path, name: str) -> Saved:
    """Return one saved export.

    Raises:
        NotFound: there is none of this name.
        BadFile: the file cannot be read.
    """
    found = read_saved(path)
    if name not in found:
        known = ", ".join(found) or "none yet"
        raise NotFound("export", name[:40], hint=f"saved in {path}: {known}")
    return found[name]


def _saved(name: str, table: Any, folder: Path) -> Saved:
    if not _NAME.fullmatch(name) or name in DEFINITIONS:
        raise BadValue(
            "the name", "is taken, or not of a-z, 0-9, - and _.", hint="write [financeiro]"
        )  # fmt: skip
    if not isinstance(table, dict):
        raise BadValue(name, "is no table.", hint="write [financeiro] and its lines below it")
    for key, value in table.items():
        _check(key, value)
    definition = definition_named(_needed(table, "export"))
    columns = table.get("columns")
    definition.chosen(columns)
    zone = parse_zone(table.get("timezone", HOUSE_ZONE))
    asked = Asked(
        export=definition.name,
        out=_placed(_needed(table, "out"), folder),
        name=name,
        event=table.get("event"),
        format=table.get("format"),
        columns=None if columns is None else tuple(columns),
        where=tuple(table.get("where", ())),
        since=table.get("since"),
        as_of=table.get("as_of"),
        has_documents=table.get("with_documents", False),
        keep=table.get("keep"),
        is_public_ok=table.get("public_bucket_ok", False),
    )
    at = parse_cron(table["at"], name="at") if "at" in table else None
    notify = parse_email(table["notify"], name="notify") if "notify" in table else ""
    return Saved(name, asked, at, zone, notify)


def _needed(table: dict[str, Any], key: str) -> str:
    if not table.get(key):
        raise BadValue(key, "is missing.")
    return str(table[key])


def _check(key: str, value: Any) -> None:
    if key not in _KNOWN:
        near = get_close_matches(key, _KNOWN, n=1)
        hint = f"did you mean {near[0]}?" if near else "there are: " + ", ".join(_KNOWN)
        raise BadValue(key[:40], "is not known.", hint=hint)
    is_right = (
        (key in _TEXTS and isinstance(value, str))
        or (key in _FLAGS and isinstance(value, bool))
        or (key in _LISTS and isinstance(value, list) and all(isinstance(v, str) for v in value))
        or (key == "keep" and type(value) is int and 1 <= value <= KEEP_MAX)
    )
    if not is_right:
        raise BadValue(key, "has a value of another kind.", hint=_HINTS.get(key, 'write "text"'))


_HINTS = {
    **dict.fromkeys(_LISTS, 'write ["a", "b"]'),
    **dict.fromkeys(_FLAGS, "write true or false"),
    "keep": f"write a number from 1 to {KEEP_MAX}",
}


def _placed(out: str, folder: Path) -> str:
    """Return where a file goes: a relative path lies in the folder of exports.toml, and stays in.

    A link that leads out is a way out too.
    """
    if out.startswith(S3) or Path(out).is_absolute():
        return out
    if not out.isprintable() or out == "-":
        raise BadValue("out", "is no file name.")
    root = folder.resolve()
    if not (root / out).resolve().is_relative_to(root):
        raise BadValue("out", f"{out[:60]!r} leads out of {root}.", hint="write a whole path")
    return str(root / out) + ("/" if out.endswith("/") else "")


def with_flags(saved: Asked, **flags: Any) -> Asked:
    """Return a saved export with the flags that were given instead of its own words."""
    return replace(saved, **{name: value for name, value in flags.items() if value is not None})
