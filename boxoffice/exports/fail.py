"""Keep that an export failed, and promise a mail to whoever wants to know."""

from datetime import datetime

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import BoxOfficeError
from boxoffice.exports.models import ExportFailure
from boxoffice.outbox.jobs import TellExportFailed
from boxoffice.outbox.promise import promise
from boxoffice.staff.rules import Actor, Permission
from boxoffice.text import shown

_REASON_MAX = 300  # characters


def fail(
    session: WriteSession,
    actor: Actor,
    name: str,
    error: BoxOfficeError,
    *,
    event: str | None,
    notify: str,
    now: datetime,
) -> TellExportFailed:
    """Keep the failure of the export `name`, and promise the mail to `notify`.

    Raises:
        Forbidden: the actor may not export.
    """
    actor.must(Permission.EXPORT)
    failure = ExportFailure(
        name=name,
        event=shown(event or "", length_max=80),
        code=error.case,
        reason=shown(error.message, length_max=_REASON_MAX),
        notify=notify,
        failed_at=now,
    )
    session.add(failure)
    session.flush()
    record(
        session, actor, "export.fail", "export", failure.id, now=now, export=name, code=error.case
    )  # fmt: skip
    job = TellExportFailed(failure.id)
    promise(session, job, now=now)
    return job
