"""The audit as people read it: each entry with the reason that was typed."""

from boxoffice.audit.models import AuditEntry
from boxoffice.audit.reasons import Entry, read_entries
from boxoffice.office import BoxOffice
from tests.making import rows


def entries(office: BoxOffice) -> list[Entry]:
    """Return every entry."""
    with office.reading() as session:
        return read_entries(session, rows(office, AuditEntry))
