"""The audit is chained: whatever anybody changes behind its back, `verify` names."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from boxoffice.audit import seal as sealing
from boxoffice.audit.models import AuditEntry, AuditLink, AuditSeal
from boxoffice.audit.record import record
from boxoffice.audit.seal import seal_all
from boxoffice.audit.verify import Verified, verify
from boxoffice.errors import Forbidden
from boxoffice.ids import new_id
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import SealAudit
from boxoffice.outbox.models import JobState
from boxoffice.staff.rules import SYSTEM
from tests.making import AUDITOR, DOOR, NOON, Clock, an_office, rows
from tests.tasks.working import again, ran

TABLES = ("audit_entry", "audit_link", "audit_seal")


def acted(office: BoxOffice, count: int = 1) -> None:
    """Leave entries, each in a transaction of its own."""
    for fold in range(count):
        with office.writing() as session:
            record(session, SYSTEM, "order.fold", "order", new_id(), now=office.now(), fold=fold)


def sealed(office: BoxOffice) -> int:
    return seal_all(office.writing, SYSTEM, now=office.now())


def verified(office: BoxOffice, anchors: dict[int, str] | None = None) -> Verified:
    with office.reading() as session:
        return verify(session, AUDITOR, anchors=anchors or {})


def behind_its_back(office: BoxOffice, *statements: str) -> None:
    """Do what no trigger would let anybody do."""
    with office.writing() as session:
        connection = session.connection()
        for table in TABLES:
            if office.database.is_sqlite:
                for act in ("update", "delete"):
                    connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{act}"))
            else:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        for statement in statements:
            assert connection.execute(text(statement)).rowcount > 0, statement


def ids(office: BoxOffice) -> list[str]:
    """Return the ids of the sealed entries in the order of the chain."""
    return [
        str(link.entry_id) for link in sorted(rows(office, AuditLink), key=lambda row: row.turn)
    ]


def at(office: BoxOffice, entry: str) -> str:
    """Return an entry's id as a literal of this database."""
    return f"'{entry.replace('-', '')}'" if office.database.is_sqlite else f"'{entry}'"


@pytest.fixture
def chained(office: BoxOffice) -> BoxOffice:
    """An office with three seals of three entries each."""
    for _ in range(3):
        acted(office, 3)
        assert sealed(office) == 3
    return office


def test_a_chain_that_nobody_touched_is_whole(chained: BoxOffice) -> None:
    acted(chained, 2)

    found = verified(chained)

    assert (found.count, found.seals, found.waiting, found.problem) == (9, 3, 2, "")
    newest = max(rows(chained, AuditSeal), key=lambda row: row.n)
    assert (found.head, newest.first_turn, newest.last_turn) == (newest.head.hex(), 7, 9)


def test_an_empty_audit_is_whole(office: BoxOffice) -> None:
    found = verified(office)

    assert (found.count, found.seals, found.problem) == (0, 0, "")


@pytest.mark.parametrize(
    "change",
    [
        "actor = actor || '.'",
        "verb = 'order.hold'",
        "subject = replace(subject, 'order', 'ordex')",
        "at = {later}",
        "facts = {facts}",
        "id = {other}",
    ],
)
def test_a_change_of_any_column_is_named(chained: BoxOffice, change: str) -> None:
    victim = ids(chained)[4]
    other = at(chained, str(new_id()))
    later = "'2026-11-22 15:00:00.000001'" if chained.database.is_sqlite else "at + interval '1 us'"
    # One blank more: what the JSON means is the same.
    facts = "replace(CAST(facts AS TEXT), ': ', ':  ')"
    facts = facts if chained.database.is_sqlite else f"({facts})::json"
    done = change.format(later=later, facts=facts, other=other)
    changed = f"UPDATE audit_entry SET {done} WHERE id = {at(chained, victim)}"  # noqa: S608  (ours)
    behind_its_back(chained, changed)

    found = verified(chained)

    assert (found.count, found.entry) == (4, victim)


def test_an_entry_that_was_taken_away_is_named(chained: BoxOffice) -> None:
    victim = ids(chained)[4]
    taken = f"DELETE FROM audit_entry WHERE id = {at(chained, victim)}"  # noqa: S608  (ours)
    behind_its_back(chained, taken)

    found = verified(chained)

    assert found.entry == victim
    assert found.problem.endswith("was taken away")


def test_an_entry_that_was_slipped_in_is_named(chained: BoxOffice, clock: Clock) -> None:
    clock.forward(days=1)
    acted(chained)
    sealed(chained)
    slipped = new_id()
    behind_its_back(
        chained,
        "INSERT INTO audit_entry (id, at, actor, verb, subject, facts) "  # noqa: S608  (our words)
        f"SELECT {at(chained, str(slipped))}, at, actor, verb, subject, facts "
        f"FROM audit_entry WHERE id = {at(chained, ids(chained)[4])}",
    )

    sealed(chained)

    assert verified(chained).entry == str(slipped)


def test_two_entries_that_changed_places_are_named(chained: BoxOffice) -> None:
    first, second = ids(chained)[4:6]
    behind_its_back(
        chained,
        *(
            f"UPDATE audit_link SET entry_id = {at(chained, new)} "  # noqa: S608  (our words)
            f"WHERE entry_id = {at(chained, old)}"
            for old, new in ((first, str(new_id())), (second, first))
        ),
        f"UPDATE audit_link SET entry_id = {at(chained, second)} WHERE turn = 5",  # noqa: S608  (ours)
    )

    assert verified(chained).entry == second


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DELETE FROM audit_link WHERE turn = 5", "the link of turn 5 was taken away"),
        ("DELETE FROM audit_link WHERE turn = 9", "the link of turn 9 was taken away"),
        ("DELETE FROM audit_seal WHERE n = 1", "seal 1 was taken away"),
        ("DELETE FROM audit_seal WHERE n = 2", "seal 2 was taken away"),
        ("DELETE FROM audit_seal WHERE n = 3", "seal 3 was taken away"),
        ("UPDATE audit_seal SET prev = head WHERE n = 2", "seal 2 is not what was written"),
    ],
)
def test_a_spoilt_chain_is_told(chained: BoxOffice, statement: str, told: str) -> None:
    behind_its_back(chained, statement)

    assert verified(chained).problem == told


def test_a_chain_that_was_cut_short_is_seen_by_an_anchor_outside(chained: BoxOffice) -> None:
    anchor = {3: verified(chained).head}
    last = " OR ".join(f"id = {at(chained, entry)}" for entry in ids(chained)[6:])
    behind_its_back(
        chained,
        "DELETE FROM audit_seal WHERE n = 3",
        "DELETE FROM audit_link WHERE turn > 6",
        f"DELETE FROM audit_entry WHERE {last}",  # noqa: S608  (our words)
    )

    assert verified(chained).problem == ""
    assert "an anchor outside names it" in verified(chained, anchor).problem


def test_a_chain_that_was_made_anew_is_seen_by_an_anchor_outside(chained: BoxOffice) -> None:
    anchor = {3: verified(chained).head}
    behind_its_back(
        chained,
        "DELETE FROM audit_seal",
        "DELETE FROM audit_link",
        "UPDATE audit_entry SET actor = 'nobody'",
    )
    for _ in range(3):
        sealed(chained)
        acted(chained)

    assert verified(chained).problem == ""
    assert "another head than the anchor" in verified(chained, anchor).problem


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_database_refuses_to_change_the_audit(
    chained: BoxOffice, table: str, statement: str
) -> None:
    column = {"audit_entry": "actor = 'x'", "audit_link": "turn = 99", "audit_seal": "n = 99"}
    if chained.database.is_sqlite and statement.startswith("TRUNCATE"):
        statement = "DELETE FROM {}"  # all that SQLite has

    with pytest.raises((DatabaseError, IntegrityError)) as caught, chained.writing() as session:
        session.connection().execute(text(statement.format(table, column[table])))

    assert "audit entries are kept" in str(caught.value.orig)
    assert verified(chained).count == 9


def test_an_entry_whose_transaction_is_open_is_left_for_the_next_seal(
    postgres_url: str, tmp_path: Path, clock: Clock
) -> None:
    office = an_office(postgres_url, tmp_path, clock)  # SQLite has one writer at a time
    with office.writing() as late:
        record(late, SYSTEM, "order.fold", "order", new_id(), now=office.now(), fold=0)
        acted(office, 2)
        assert sealed(office) == 2

    assert sealed(office) == 1
    assert (verified(office).count, verified(office).problem) == (3, "")
    office.close()


def test_sealers_that_race_take_each_entry_once(office: BoxOffice) -> None:
    acted(office, 40)

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _turn: sealed(office), range(4)))

    assert sum(counts) == 40
    assert (verified(office).count, verified(office).problem) == (40, "")


def test_many_entries_are_sealed_in_batches(
    office: BoxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    acted(office, 7)
    monkeypatch.setattr(sealing, "COUNT_MAX", 3)

    assert sealed(office) == 7
    assert [row.count for row in rows(office, AuditSeal)] == [3, 3, 1]
    assert verified(office).problem == ""


def test_a_clock_that_was_far_ahead_hides_nothing_after_it(office: BoxOffice, clock: Clock) -> None:
    clock.forward(days=400)
    acted(office)
    clock.moment = NOON
    assert sealed(office) == 1
    clock.forward(minutes=1)
    acted(office, 2)

    assert sealed(office) == 2
    assert verified(office).problem == ""


def test_seal_audit_twice_is_once(office: BoxOffice) -> None:
    acted(office, 5)
    job = SealAudit(NOON.isoformat())

    assert (ran(office, job), again(office, job)) == (JobState.DONE, JobState.DONE)

    assert len(rows(office, AuditSeal)) == 1
    assert len(rows(office, AuditLink)) == len(rows(office, AuditEntry)) == 5


def test_who_may_not_read_the_audit_may_not_verify_it(office: BoxOffice) -> None:
    with pytest.raises(Forbidden), office.reading() as session:
        verify(session, DOOR, anchors={})


def test_the_chain_knows_nothing_of_when_it_was_sealed(office: BoxOffice, clock: Clock) -> None:
    acted(office, 2)
    clock.forward(hours=30)
    acted(office, 1)

    assert sealed(office) == 3
    assert verified(office).problem == ""
