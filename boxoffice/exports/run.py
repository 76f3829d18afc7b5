"""Run an export: rows to a file that is whole, and a manifest that says what it holds."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from boxoffice.db import Database, ReadSession
from boxoffice.errors import BadValue
from boxoffice.events.queries import event_by_slug
from boxoffice.exports.ahead import reading_ahead
from boxoffice.exports.block import Block
from boxoffice.exports.formats import ENCODERS, Format
from boxoffice.exports.manifest import manifest_bytes
from boxoffice.exports.query import Wanted, blocks_of
from boxoffice.exports.remember import last_run, manifest_told, remember, slot_run
from boxoffice.exports.request import HOUSE_ZONE, Exported, ExportRequest
from boxoffice.exports.seen import Seen
from boxoffice.exports.sheet import Sheet
from boxoffice.exports.store import STDOUT, manifest_beside
from boxoffice.ids import new_id
from boxoffice.staff.rules import Actor, Permission
from boxoffice.times import parse_zone

Progress = Callable[[int], None]  # rows written so far


def run_export(
    database: Database,
    actor: Actor,
    request: ExportRequest,
    *,
    clock: Callable[[], datetime],
    progress: Progress = lambda _rows: None,
    wait_seconds: float = 0,
) -> Exported:
    """Write one export, with a manifest beside it, and remember that it was written.

    A reader sees the old file or the new one, never a half, and never a manifest of another file.
    `-`, pipes and devices get the rows alone. A slot that was run before is answered with its run.

    Raises:
        Forbidden: the actor may not export, or not with whole documents.
        NotFound: there is no such event.
        BadValue: columns or conditions make no sense.
        Busy: the same file is being written, and was so for `wait_seconds`.
        BadFile: the file cannot be written.
        Unavailable: the store does not answer.
        Misconfigured: the format's library is not installed.
    """
    actor.must(Permission.EXPORT)
    if request.has_documents:
        actor.must(Permission.EXPORT_DOCUMENTS)
    with database.reading() as session:
        _wanted(session, request)  # what makes no sense leaves no lock behind
    # Race: two runs of one file. The second looks at the world when the first has ended: one that
    # looked before would put older rows in the place of newer ones.
    with request.store.only_one(request.out, request.goes_to, wait_seconds=wait_seconds):
        began = clock()
        with database.reading(is_long=True) as session:
            was = slot_run(session, request)
            if was is not None:
                return was
            wanted = _wanted(session, request)
            written, ended = _written(
                session, actor, request, wanted, clock=clock, began=began, progress=progress
            )
        with database.writing() as writing:
            remember(writing, actor, request, wanted, written, began=began, ended=ended)
    return written


def _written(
    session: ReadSession,
    actor: Actor,
    request: ExportRequest,
    wanted: Wanted,
    *,
    clock: Callable[[], datetime],
    began: datetime,
    progress: Progress,
) -> tuple[Exported, datetime]:
    """Write the file and its manifest, and say when that was done."""
    store = request.store
    before = last_run(session, request.definition.name, request.goes_to)
    with (
        _remembering(request) as seen,
        reading_ahead(_blocks(session, request, wanted, now=began)) as blocks,
    ):
        written = Exported(new_id(), store.told(request.out), request.format)
        news = blocks if seen is None else seen.unseen(blocks)
        sheet = Sheet(wanted.columns, _counted(news, written, progress), wanted.zone, wanted.title)
        keeps = store.keeps(request.out)
        _publish(request, ENCODERS[request.format](sheet), written, seen)
        ended = clock()
        if keeps:
            told = manifest_told(request, wanted, written, actor=actor, began=began, ended=ended)
            told["previous"] = before
            store.publish(manifest_beside(request.out), [manifest_bytes(told)])
        if seen is not None:
            seen.keep()
    return written, ended


def _blocks(
    session: ReadSession, request: ExportRequest, wanted: Wanted, *, now: datetime
) -> Iterator[Block]:
    return blocks_of(session, wanted, as_json=request.format is Format.JSONL, now=now)


def _wanted(session: ReadSession, request: ExportRequest) -> Wanted:
    definition = request.definition
    event = None if request.event is None else event_by_slug(session, request.event)
    if event is not None and definition.event_id is None:
        raise BadValue(
            "--event", f"cannot be asked of {definition.name}: it is of all.", hint="leave it out"
        )
    return Wanted(
        definition=definition,
        columns=definition.chosen(request.columns),
        event_id=event.id if event else None,
        conditions=request.where,
        since=request.since,
        until=request.until,
        zone=parse_zone(event.timezone if event else HOUSE_ZONE),
        has_documents=request.has_documents,
        title=event.title if event else "",
    )


def _counted(blocks: Iterable[Block], written: Exported, progress: Progress) -> Iterator[Block]:
    for block in blocks:
        yield block
        written.rows += block.count
        progress(written.rows)


@contextmanager
def _remembering(request: ExportRequest) -> Iterator[Seen | None]:
    if request.seen_folder is None:
        yield None
        return
    if not request.store.keeps(request.out):
        raise BadValue("--since last", "needs a file to compare with.", hint="name a file: --out")
    seen = Seen(request.seen_folder, request.asked)
    seen.adopt(request.store.digest_of)
    with seen:
        yield seen


def _publish(
    request: ExportRequest, parts: Iterable[bytes], written: Exported, seen: Seen | None
) -> None:
    digest, store, out = hashlib.sha256(), request.store, request.out

    def weighed() -> Iterator[bytes]:
        for part in parts:
            digest.update(part)
            yield part

    def before_naming() -> None:
        # Whoever is killed from here on leaves a file without a manifest, not one with a wrong one.
        if out != STDOUT:
            store.remove(manifest_beside(out))
        if seen is not None:
            seen.seal(out, digest.hexdigest())

    written.size = store.publish(out, weighed(), before_naming=before_naming)
    written.sha256 = digest.hexdigest()
