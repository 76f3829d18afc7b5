"""What somebody typed stands beside the audit: it can be checked, and it can be forgotten."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from boxoffice.audit.models import AuditEntry, AuditReason
from boxoffice.audit.record import record
from boxoffice.audit.seal import seal_all
from boxoffice.audit.verify import verify
from boxoffice.ids import new_id
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import cancel
from boxoffice.payments.queries import history
from boxoffice.privacy.erase import erase
from boxoffice.privacy.map import TABLES
from boxoffice.staff.rules import SYSTEM
from boxoffice.vacuum import vacuum
from tests.audit.reading import entries
from tests.making import LOTE, NOON, a_request, a_sale, an_event, placed, rows
from tests.privacy.knowing import ANA, JOEL, all_bytes, canaries_in, found

SAID = "pedido de Ana Lúcia D'Ávila"


def told(office: BoxOffice, reason: str = SAID) -> None:
    """Leave one entry with a reason, and seal it."""
    with office.writing() as session:
        record(session, SYSTEM, "order.fold", "order", new_id(), now=NOON, reason=reason, fold=1)
    seal_all(office.writing, SYSTEM, now=office.now())


def problem(office: BoxOffice) -> str:
    with office.reading() as session:
        return verify(session, office.actor, anchors={}).problem


def behind_its_back(office: BoxOffice, statement: str) -> None:
    """Do to the reasons what their trigger forbids."""
    with office.writing() as session:
        connection = session.connection()
        if office.database.is_sqlite:
            connection.execute(text("DROP TRIGGER audit_reason_no_update"))
        else:
            connection.execute(text("ALTER TABLE audit_reason DISABLE TRIGGER ALL"))
        assert connection.execute(text(statement)).rowcount == 1


def test_a_reason_is_read_with_its_entry_and_stands_beside_it(office: BoxOffice) -> None:
    told(office)

    (read,) = entries(office)
    assert read.facts == {"fold": 1, "reason": SAID}
    (row,) = rows(office, AuditEntry)
    assert set(row.facts) == {"fold", "reason_sha256"}
    assert problem(office) == ""


def test_no_reason_leaves_no_row(office: BoxOffice) -> None:
    told(office, reason="")

    assert rows(office, AuditReason) == []
    assert entries(office)[0].facts == {"fold": 1, "reason": ""}


def test_two_equal_reasons_have_digests_of_their_own(office: BoxOffice) -> None:
    told(office)
    told(office)

    assert len({row.facts["reason_sha256"] for row in rows(office, AuditEntry)}) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_reason SET words = 'other'",
        "UPDATE audit_reason SET salt = 'other'",
        "UPDATE audit_reason SET words = 'x', salt = ''",
    ],
)
def test_a_changed_reason_is_named(office: BoxOffice, statement: str) -> None:
    told(office)
    (row,) = rows(office, AuditEntry)

    behind_its_back(office, statement)

    assert problem(office) == f"the reason of entry {row.id} was changed"


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_reason SET words = 'x'", "UPDATE audit_reason SET words = 'x', salt = ''",
     "UPDATE audit_reason SET words = ''", "DELETE FROM audit_reason"],
)  # fmt: skip
def test_the_database_lets_a_reason_be_blanked_and_nothing_else(
    office: BoxOffice, statement: str
) -> None:
    told(office)

    with pytest.raises((DatabaseError, IntegrityError)) as caught, office.writing() as session:
        session.connection().execute(text(statement))

    assert "audit reasons are kept" in str(caught.value.orig)
    assert entries(office)[0].facts["reason"] == SAID


def test_erasing_a_person_blanks_the_reasons_and_the_chain_is_whole(office: BoxOffice) -> None:
    an_event(office)
    hers = placed(office, a_request(buyer=ANA))
    his = a_sale(office, (LOTE, 1), buyer=JOEL)
    with office.writing() as session:
        cancel(session, office.actor, hers.id, reason="sua mãe ligou", now=office.now())
        record(session, SYSTEM, "order.fold", "order", his.id, now=NOON, reason=SAID)
        record(session, SYSTEM, "order.fold", "order", his.id, now=NOON, reason="double booked")
    seal_all(office.writing, SYSTEM, now=office.now())

    there, _ = found(office)
    with office.writing() as session:
        erase(session, office.actor, there, now=office.now())
    vacuum(office.database, TABLES)

    assert there.counts["audit_reason"] == 2
    with office.reading() as session:
        of_hers, of_his = history(session, hers.id), history(session, his.id)
    assert [one.facts["reason"] for one in of_hers if "reason" in one.facts] == ["(erased)"]
    said = sorted(one.facts["reason"] for one in of_his if "reason" in one.facts)
    assert said == ["(erased)", "double booked"]
    assert problem(office) == ""
    raw = all_bytes(office)
    assert canaries_in(raw) == []
    assert "mãe ligou".encode() not in raw
