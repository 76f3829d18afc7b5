"""Codes on their way to the staff."""

from zoneinfo import ZoneInfo

from boxoffice.db import ReadSession
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import MailStaffCode
from boxoffice.staff.models import StaffCode
from boxoffice.wording.languages import Language
from tasks.mailing import Wanted, send_once
from tasks.registry import Claim, works

# The staff belongs to no event, and so to none's zone or language.
_ZONE = ZoneInfo("America/Sao_Paulo")


@works(MailStaffCode)
def mail_staff_code(office: BoxOffice, job: MailStaffCode, claim: Claim) -> None:
    """Mail a one-time code. A second run finds it sent and stops; one that is over is not sent."""
    send_once(office, claim, lambda session: _letter(office, session, job))


def _letter(office: BoxOffice, session: ReadSession, job: MailStaffCode) -> Wanted | None:
    code = session.get_one(StaffCode, job.code_id)
    if code.used_at is not None or code.expires_at <= office.now():
        return None
    return Wanted(
        to_address=code.email,
        template="staff_code",
        language=Language.PT_BR,
        facts={
            "code": office.staff_keys.mailed_code(code.id),
            "until": code.expires_at.astimezone(_ZONE),
        },
    )
