"""How an export names its file: `{date}`, `{time}` and `{event}` in --out, or a folder alone."""

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from boxoffice.errors import BadValue
from boxoffice.exports.formats import Format

S3 = "s3://"
_BRACES = re.compile(r"[{}]")
_SUFFIXES = {Format.EXCEL_BR: "csv"}


def out_named(
    out: str, *, export: str, event: str | None, form: Format, at: datetime, zone: ZoneInfo
) -> str:
    """Return where the file goes: the names in braces filled in, a folder given a file in it.

    `{date}` is `2026-11-22` and `{time}` `193000` in `zone`, `{event}` the slug, or `all`. In a
    folder (one that is there, or that ends in `/`) the file is named for all of these.

    Raises:
        BadValue: another name stands in braces, or no file can have this name.
    """
    if not out or not out.isprintable():
        raise BadValue("--out", "holds characters that no file name has, or none.")
    if out == "-":
        return out
    if _is_folder(out):
        of_event = "-{event}" if event else ""
        suffix = _SUFFIXES.get(form, str(form))
        out = f"{out.rstrip('/')}/{export}{of_event}-{{date}}-{{time}}.{suffix}"
    local = at.astimezone(zone)
    words = {
        "{date}": local.strftime("%Y-%m-%d"),
        "{time}": local.strftime("%H%M%S"),
        "{event}": event or "all",
    }
    for name, word in words.items():
        out = out.replace(name, word)
    if _BRACES.search(out):
        raise BadValue(
            "--out", "names something in braces that we do not know.",
            hint="there are {date}, {time} and {event}",
        )  # fmt: skip
    return out


def format_of(out: str) -> Format:
    """Return the format that a file's name speaks of; CSV where it speaks of none."""
    suffix = Path(out).suffix.removeprefix(".").lower()
    return Format(suffix) if suffix in set(Format) else Format.CSV


def _is_folder(out: str) -> bool:
    if out.endswith("/"):
        return True
    try:
        return not out.startswith(S3) and Path(out).is_dir()
    except OSError:  # no path: whoever writes there says so
        return False
