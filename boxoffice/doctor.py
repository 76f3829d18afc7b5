"""The doctor: what may be wrong with an installation, and the command that mends each thing."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, func, select

from boxoffice.backup.make import last_made
from boxoffice.errors import BadValue, BoxOfficeError
from boxoffice.mail import Checked
from boxoffice.office import BoxOffice
from boxoffice.outbox.health import health
from boxoffice.outbox.models import JobState
from boxoffice.payments.hooks import ours, problems_of
from boxoffice.tickets.models import Ticket, TicketState

_DISK_MIN_BYTES = 200 * 1024 * 1024  # below this, sales are about to fail
_LATE_SECONDS = 600
_BACKUP_OLD = timedelta(days=7)
_PRIVATE = 0o077


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what is so, and what to do about it when it is wrong."""

    check: str
    is_ok: bool
    says: str
    mend: str = ""


def must_be_checks(names: Sequence[str]) -> None:
    """Check that we know checks by these names.

    Raises:
        BadValue: there is none by one of them.
    """
    unknown = [name for name in names if name not in _CHECKS]
    if unknown:
        raise BadValue(
            "--only",
            f"knows no check {unknown[0][:40]!r}.",
            hint="there are: " + ", ".join(_CHECKS),
        )


def examine(office: BoxOffice, *, only: Sequence[str] = ()) -> Iterator[Finding]:
    """Run every check, or `only` some. One that cannot be run is a finding, not a failure."""
    for name in only or _CHECKS:
        try:
            yield _CHECKS[name](office)
        except BoxOfficeError as error:
            yield Finding(name, is_ok=False, says=error.message, mend=error.hint)


def _database(office: BoxOffice) -> Finding:
    office.database.must_be_current()
    shown = office.database.url.render_as_string(hide_password=True)
    with office.reading() as session:
        if not session.is_sqlite:
            limit = session.connection().exec_driver_sql("SHOW lock_timeout").scalar_one()
            if limit == "0":
                return Finding(
                    "database",
                    is_ok=False,
                    says=f"{shown}: a lock is waited for without end",
                    mend="behind a pooler, add pooler=transaction to BOXOFFICE_DATABASE_URL",
                )
    return Finding("database", is_ok=True, says=f"{shown}, schema current")


def _key(office: BoxOffice) -> Finding:
    key = office.ticket_key
    with office.reading() as session:
        foreign = session.exec(
            select(func.count())
            .select_from(Ticket)
            .where(col(Ticket.key_id) != key.key_id, Ticket.state == TicketState.VALID)
        ).one()
    path = office.key_path
    if office.settings.get("secret_key") is None and path.stat().st_mode & _PRIVATE:
        return Finding(
            "secret key", is_ok=False, says="others can read it", mend=f"chmod 600 {path}"
        )
    if foreign:
        return Finding(
            "secret key",
            is_ok=False,
            says=f"{foreign} tickets were made with another key",
            mend="set BOXOFFICE_SECRET_KEY_FILE to the key of the machine that issued them",
        )
    return Finding("secret key", is_ok=True, says=f"key {key.key_id}")


def _gateway(office: BoxOffice) -> Finding:
    if office.settings.get("asaas_api_key") is None:
        return Finding("gateway", is_ok=True, says="none configured: counter sales only")
    office.provider.find_charges("boxoffice-doctor")
    says = f"{office.settings.get('asaas_url')} answers"
    problems = problems_of(ours(office.provider.hooks()))
    if problems:
        wrong = f"{says}; letters do not come: {problems[0].hook} {problems[0].problem}"
        return Finding("gateway", is_ok=False, says=wrong, mend=problems[0].mend)
    return Finding("gateway", is_ok=True, says=says)


def _mail(office: BoxOffice) -> Finding:
    mailer = office.mailer
    if not isinstance(mailer, Checked):
        return Finding("mail", is_ok=True, says=mailer.name)
    if office.settings.values["mail_from"].origin == "default":
        return Finding(
            "mail",
            is_ok=False,
            says=f"{mailer.name} would send from an address that is nobody's",
            mend="set BOXOFFICE_MAIL_FROM to a sender that your carrier has verified",
        )
    return Finding("mail", is_ok=True, says=mailer.check())  # nothing is sent


def _jobs(office: BoxOffice) -> Finding:
    with office.reading() as session:
        found = health(session, now=office.now())
    bad = {state: found.in_state(state) for state in (JobState.DEAD, JobState.FAILED)}
    if any(bad.values()):
        return Finding(
            "jobs",
            is_ok=False,
            says=f"{bad[JobState.DEAD]} dead, {bad[JobState.FAILED]} failed",
            mend="boxoffice job list --state dead (or failed), then boxoffice job retry",
        )
    waiting = found.in_state(JobState.WAITING, JobState.SENT)
    later = waiting - found.due_count
    if found.oldest_seconds > _LATE_SECONDS:
        has_workers = office.settings.get("redis_url") is not None
        return Finding(
            "jobs",
            is_ok=False,
            says=f"{found.due_count} wait, the oldest for {found.oldest_seconds / 60:.0f} minutes",
            mend="boxoffice job worker and boxoffice job beat, or more of the first"
            if has_workers
            else "boxoffice job run --until-empty, and a line in crontab",
        )
    says = "none due" if not found.due_count else (
        f"{found.due_count} due, the oldest for {found.oldest_seconds:.0f} s"
    )  # fmt: skip
    return Finding("jobs", is_ok=True, says=f"none late: {says}, {later} for later")


def _disk(office: BoxOffice) -> Finding:
    home = office.settings.home
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    free = shutil.disk_usage(home).free
    says = f"{free // 1024**2} MiB free at {home}"
    return Finding("disk", is_ok=free >= _DISK_MIN_BYTES, says=says, mend="make room")


def _backup(office: BoxOffice) -> Finding:
    last = last_made(office.settings.home)
    if last is None:
        return Finding("backup", is_ok=True, says="none yet: boxoffice backup")
    moment, path = last
    age = office.now() - moment
    says = f"{age.days} days and {age.seconds // 3600} hours old: {path}"
    mend = "boxoffice backup --keep 14, and a line in crontab"
    return Finding("backup", is_ok=age <= _BACKUP_OLD, says=says, mend=mend)


_CHECKS: dict[str, Callable[[BoxOffice], Finding]] = {
    "database": _database,
    "secret key": _key,
    "jobs": _jobs,
    "gateway": _gateway,
    "mail": _mail,
    "disk": _disk,
    "backup": _backup,
}
