"""Saved exports by the clock, and the mail that says that one failed.

A slot is promised by its own moment, which is a part of the job's key: it makes no difference how
many programs look, and cron may run the same slot beside (`export run NAME --slot last`).
"""

from datetime import UTC, datetime

from sqlmodel import select

from boxoffice.db import ReadSession
from boxoffice.errors import BoxOfficeError
from boxoffice.exports.asked import Asked, request_of
from boxoffice.exports.fail import fail
from boxoffice.exports.models import ExportFailure
from boxoffice.exports.prune import Pruned, prune
from boxoffice.exports.request import HOUSE_ZONE, Exported, ExportRequest
from boxoffice.exports.run import Progress, run_export
from boxoffice.exports.saved import Saved, read_saved, saved_named
from boxoffice.log import log
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import RunExport, TellExportFailed
from boxoffice.outbox.models import Job
from boxoffice.outbox.promise import promise
from boxoffice.staff.rules import SYSTEM, Actor
from boxoffice.times import iso, parse_zone
from boxoffice.wording.languages import Language
from tasks.mailing import Wanted, send_once
from tasks.registry import Claim, works


def promise_due(office: BoxOffice) -> int:
    """Promise the latest slot of each saved export that has one; return how many were new.

    Of slots that nobody looked at, the last one is made up for. One from before exports.toml was
    written is not: who wrote it was there.
    """
    path = office.settings.exports_path
    if not path.is_file():
        return 0
    now, count = office.now(), 0
    written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    try:
        found = read_saved(path)
    except BoxOfficeError as error:  # the other jobs go on
        log.warning("saved exports cannot be read", extra={"why": error.message})
        return 0
    for saved in found.values():
        slot = None if saved.at is None else saved.at.last(now, saved.zone)
        if slot is not None and slot >= written_at:
            count += _promise_once(office, RunExport(saved.name, iso(slot) or ""), now)
    return count


def _promise_once(office: BoxOffice, job: RunExport, now: datetime) -> bool:
    with office.reading() as session:  # most looks find it promised: no need to write
        if session.exec(select(Job.id).where(Job.dedupe_key == job.dedupe_key)).first():
            return False
    with office.writing() as session:
        return promise(session, job, now=now)


@works(RunExport)
def run_saved(office: BoxOffice, job: RunExport, claim: Claim) -> None:
    """Run a saved export for one slot. A second run finds it written and stops."""
    slot_at = datetime.fromisoformat(job.slot)
    saved = saved_named(office.settings.exports_path, job.saved)
    try:
        written, pruned = run_asked(office, SYSTEM, saved.asked, slot_at=slot_at)
        facts = {"export": saved.name, "rows": written.rows, "not_pruned": pruned[1]}
        log.info("export written", extra=facts)
    except BoxOfficeError as error:
        if not error.retryable or claim.attempt >= job.attempts_max:
            _tell(office, saved, error)
        raise
    with claim.finishing():
        return


def run_asked(
    office: BoxOffice,
    actor: Actor,
    asked: Asked,
    *,
    slot_at: datetime | None = None,
    progress: Progress = lambda _rows: None,
    wait_seconds: float = 0,
) -> tuple[Exported, Pruned]:
    """Run an export as it was asked for, and then delete what it need not keep.

    A slot that was run before, by cron or a worker, is left as it is.

    Raises:
        BoxOfficeError: what `request_of` and `run_export` raise.
    """
    request = asked_request(office, asked, slot_at=slot_at)
    written = run_export(
        office.database,
        actor,
        request,
        clock=office.now,
        progress=progress,
        wait_seconds=wait_seconds,
    )
    if asked.keep is None or written.was_there:
        return written, (0, 0)
    pruned = prune(
        office.database,
        actor,
        request,
        written,
        keep=asked.keep,
        path_of=lambda told: office.store_of(told, asked.is_public_ok)[1],
        now=office.now(),
    )
    return written, pruned


def asked_request(
    office: BoxOffice, asked: Asked, *, slot_at: datetime | None = None
) -> ExportRequest:
    """Make sense of what was asked for, with the stores and the memory of this office."""
    with office.reading() as session:
        return request_of(
            session,
            asked,
            store_of=office.store_of,
            memory=office.settings.home / "exports",
            now=office.now(),
            slot_at=slot_at,
        )


def keep_failure(
    office: BoxOffice,
    actor: Actor,
    error: BoxOfficeError,
    *,
    name: str,
    event: str | None,
    notify: str,
) -> TellExportFailed | None:
    """Keep that an export failed, where somebody is to be told; a silent database cannot."""
    if not notify:
        return None
    try:
        with office.writing() as session:
            return fail(session, actor, name, error, event=event, notify=notify, now=office.now())
    except BoxOfficeError as silent:
        log.error("a failed export cannot be told", extra={"why": silent.case})
        return None


def _tell(office: BoxOffice, saved: Saved, error: BoxOfficeError) -> None:
    event, to = saved.asked.event, saved.notify
    keep_failure(office, SYSTEM, error, name=saved.name, event=event, notify=to)


@works(TellExportFailed)
def tell_export_failed(office: BoxOffice, job: TellExportFailed, claim: Claim) -> None:
    """Mail whoever asked for it that an export failed. A second run finds it sent and stops."""
    send_once(office, claim, lambda session: _failed(session, job))


def _failed(session: ReadSession, job: TellExportFailed) -> Wanted:
    failure = session.get_one(ExportFailure, job.failure_id)
    return Wanted(
        to_address=failure.notify,
        template="export_failed",
        language=Language.PT_BR,
        facts={
            "export": failure.name,
            "event": failure.event,
            "starts": failure.failed_at.astimezone(parse_zone(HOUSE_ZONE)),
            "reason": failure.reason,
        },
    )
