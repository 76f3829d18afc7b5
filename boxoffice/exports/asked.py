"""An export in the words it was asked for with: flags, or a saved definition."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from boxoffice.db import ReadSession
from boxoffice.errors import BadValue
from boxoffice.events.queries import event_by_slug
from boxoffice.exports.catalogue import definition_named
from boxoffice.exports.formats import Format
from boxoffice.exports.naming import format_of, out_named
from boxoffice.exports.request import HOUSE_ZONE, ExportRequest
from boxoffice.exports.store import Store
from boxoffice.times import parse_moment, parse_zone

KEEP_MAX = 10_000
LAST = "last"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked for, not looked at yet."""

    export: str
    out: str
    name: str | None = None  # of the saved export
    event: str | None = None
    format: str | None = None
    columns: tuple[str, ...] | None = None
    where: tuple[str, ...] = ()
    since: str | None = None
    as_of: str | None = None
    has_documents: bool = False
    keep: int | None = None  # so many files of this export stay
    is_public_ok: bool = False  # a bucket that may be public will do


def request_of(
    session: ReadSession,
    asked: Asked,
    *,
    store_of: Callable[[str, bool], tuple[Store, Path]],
    memory: Path,
    now: datetime,
    slot_at: datetime | None = None,
) -> ExportRequest:
    """Make sense of what was asked for. `memory` is the folder of what was delivered before.

    A file is named for `slot_at` where it has one: run again, it has the same name.

    Raises:
        NotFound: there is no such export or event.
        BadValue: a word makes no sense.
    """
    definition = definition_named(asked.export)
    form = _format(asked)
    if form is Format.PDF and not definition.sorted_by:
        raise BadValue("--format", f"{definition.name} is not for paper.", hint="try xlsx")
    text = event_by_slug(session, asked.event).timezone if asked.event else HOUSE_ZONE
    zone = parse_zone(text)
    out = out_named(
        asked.out,
        export=asked.name or asked.export,
        event=asked.event,
        form=form,
        at=slot_at or now,
        zone=zone,
    )
    store, path = store_of(out, asked.is_public_ok)

    def moment(text: str | None, option: str) -> datetime | None:
        return None if text is None else parse_moment(text, name=option, zone=zone, now=now)

    is_last = asked.since == LAST
    return ExportRequest(
        definition=definition,
        out=path,
        event=asked.event,
        format=form,
        columns=asked.columns,
        where=asked.where,
        since=None if is_last else moment(asked.since, "--since"),
        until=moment(asked.as_of, "--as-of"),
        has_documents=asked.has_documents,
        seen_folder=memory if is_last else None,
        store=store,
        asked_out=_place(asked.out, out, store, path),
        saved=asked.name,
        slot_at=slot_at,
    )


def _place(asked: str, out: str, store: Store, path: Path) -> str:
    """Return what is the same for every run to this place, whatever the folder we stand in."""
    if asked == out:
        return store.told(path)
    return asked if "://" in asked else str(Path(asked).absolute())


def _format(asked: Asked) -> Format:
    if asked.format is None:
        return format_of(asked.out)
    if asked.format not in set(Format):
        hint = "there are: " + ", ".join(Format)
        raise BadValue("--format", f"{asked.format[:20]!r} is not known.", hint=hint)
    return Format(asked.format)
