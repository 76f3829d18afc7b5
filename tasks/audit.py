"""The audit and the people in it, by the clock."""

from boxoffice.audit.seal import seal_all
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import ApplyRetention, SealAudit
from boxoffice.privacy.files import remove_mails_of_nobody
from boxoffice.privacy.map import TABLES
from boxoffice.privacy.retention import apply_retention
from boxoffice.staff.forget import forget_logins
from boxoffice.staff.rules import SYSTEM
from boxoffice.vacuum import vacuum
from tasks.registry import Claim, works


@works(SealAudit)
def seal_audit(office: BoxOffice, job: SealAudit, claim: Claim) -> None:
    """Seal the entries that have no seal. A second run finds none left."""
    del job
    seal_all(office.writing, SYSTEM, now=office.now())
    with claim.finishing():
        pass


@works(ApplyRetention)
def keep_to_retention(office: BoxOffice, job: ApplyRetention, claim: Claim) -> None:
    """Erase the people of events, and logins, whose time is over. A second run finds none left."""
    del job
    database = office.database
    done = apply_retention(
        lambda: database.reading(is_long=True), office.writing, SYSTEM, now=office.now()
    )
    claim.renew()
    forgotten = 1
    while forgotten:
        with office.writing() as session:
            forgotten = forget_logins(session, SYSTEM, now=office.now())
    with office.reading() as session:
        remove_mails_of_nobody(session, office.mail_folder)
    if done.orders and database.is_sqlite:  # PostgreSQL would lock every table: privacy scrub
        vacuum(database, TABLES)
    with claim.finishing():
        pass
