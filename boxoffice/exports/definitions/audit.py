"""Who did what: the audit, entry by entry. It names no buyer."""

from typing import Any

from sqlmodel import col

from boxoffice.audit.models import AuditEntry
from boxoffice.exports.definition import Definition, moment, row_id, wild, word, words


def _rows(selected: Any) -> Any:
    return selected.select_from(AuditEntry)


AUDIT = Definition(
    name="audit",
    version=1,
    about="one row an entry of the audit, of all events",
    columns=(
        row_id("entry", AuditEntry.id),
        moment("at", AuditEntry.at),
        words("actor", AuditEntry.actor),
        word("verb", AuditEntry.verb),
        word("subject", AuditEntry.subject),
        wild("facts", AuditEntry.facts),
    ),
    rows=_rows,
    order=(col(AuditEntry.at), col(AuditEntry.id)),
    event_id=None,
    moment="at",
)
