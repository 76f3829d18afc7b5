"""The audit and the people in it, by the clock."""

from boxoffice.audit.seal import seal_all
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import SealAudit
from boxoffice.staff.rules import SYSTEM
from tasks.registry import Claim, works


@works(SealAudit)
def seal_audit(office: BoxOffice, job: SealAudit, claim: Claim) -> None:
    """Seal the entries that have no seal. A second run finds none left."""
    del job
    seal_all(office.writing, SYSTEM, now=office.now())
    with claim.finishing():
        pass
