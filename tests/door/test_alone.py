"""A desk without a line: a signed snapshot, the same rules, and a journal that outlives a crash."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice.door.journal import Journal, read_fact
from boxoffice.door.known import Snapshot
from boxoffice.door.rules import Asked, Direction, Verdict
from boxoffice.door.snapshot import open_snapshot
from boxoffice.errors import BadFile, BadValue, NonceReused, NotFound
from boxoffice.office import BoxOffice
from boxoffice.tickets.code import TicketKey
from boxoffice.tickets.models import Ticket
from tests.door.desking import LoneGate, enrolled, snapshot_of
from tests.making import LOTE, Clock, a_sale, a_tier, an_event, codes_of, rows, shown_at

OUT = Asked(direction=Direction.OUT)


@pytest.mark.parametrize("scheme", ["short", "signed"])
def test_the_same_rules_hold_without_a_line(office: BoxOffice, tmp_path: Path, scheme: str) -> None:
    an_event(office, code_scheme=scheme, lists=[{"name": "main", "policy": "after_exit"}])
    sale = a_sale(office, (LOTE, 2))
    code, other = codes_of(sale)
    gate = LoneGate(office, tmp_path, "A")

    said = [gate.scan(code), gate.scan(code.lower()), gate.scan(code, asked=OUT), gate.scan(code)]
    rest = [gate.scan(text) for text in (f"{sale.code}-2", other, sale.code, "K7QX2M-1", "hello")]

    assert said == ["ok_unsynced", "already_in", "ok_exit", "ok_unsynced"]
    assert rest == ["ok_unsynced", "already_in", "choose_ticket", "unknown", "unreadable"]
    assert [fact.sequence for fact in gate.facts] == list(range(1, 10))


def test_who_was_in_before_the_snapshot_is_known_with_gate_and_name(
    office: BoxOffice, clock: Clock, tmp_path: Path
) -> None:
    an_event(office)
    (code,) = codes_of(a_sale(office))
    shown_at(office, code, gate="B")
    clock.forward(minutes=3)
    gate = LoneGate(office, tmp_path, "A")

    assert gate.scan(code) is Verdict.ALREADY_IN
    (entered, first), *_ = gate.desk.snapshot.entries(rows(office, Ticket)[0].id)
    assert (first.gate, first.by, entered.left_at) == ("B", "dora", None)


def test_a_restarted_desk_remembers_whom_it_let_in(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    (code,) = codes_of(a_sale(office))
    gate = LoneGate(office, tmp_path, "A")
    gate.scan(code, nonce="n-1")

    gate.desk.journal = Journal(gate.desk.journal.path)

    assert gate.scan(code) is Verdict.ALREADY_IN
    assert gate.scan(code, nonce="n-1") is Verdict.OK_UNSYNCED
    assert len(gate.facts) == 2
    with pytest.raises(NonceReused):
        gate.scan("another", nonce="n-1")


@pytest.mark.parametrize("hours", [-25, 25])
def test_on_a_snapshot_of_another_day_nobody_is_judged(
    office: BoxOffice, tmp_path: Path, hours: int
) -> None:
    an_event(office)
    (code,) = codes_of(a_sale(office))
    gate = LoneGate(office, tmp_path, "A", off=timedelta(hours=hours))

    assert gate.scan(code) is Verdict.STALE_SNAPSHOT


def test_a_snapshot_altered_by_one_bit_is_refused(office: BoxOffice) -> None:
    an_event(office)
    a_sale(office)
    raw = snapshot_of(office)
    keys = {office.ticket_key.key_id: office.ticket_key.public_key}
    assert Snapshot(open_snapshot(raw, keys)).expected_count() == 1

    for place in (0, 100, len(raw) // 2, len(raw) - 90, len(raw) - 70, len(raw) - 1):
        altered = bytearray(raw)
        altered[place] ^= 1
        with pytest.raises(BadFile):
            open_snapshot(bytes(altered), keys)
    for wrong in (b"", raw[:-1], raw + b"x", raw[:40]):
        with pytest.raises(BadFile):
            open_snapshot(wrong, keys)


def test_a_snapshot_of_another_box_office_is_refused(office: BoxOffice) -> None:
    an_event(office)
    stranger = TicketKey(bytes(32))

    with pytest.raises(BadFile):
        open_snapshot(snapshot_of(office), {stranger.key_id: stranger.public_key})
    with pytest.raises(BadFile):
        open_snapshot(snapshot_of(office), {office.ticket_key.key_id: stranger.public_key})


def test_a_stolen_snapshot_holds_no_code_no_key_and_no_name_of_another_door(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office, a_tier(), a_tier("Pista"), lists=[{"name": "vip", "tiers": ["Pista"]}])
    code = codes_of(a_sale(office))[0]
    raw = snapshot_of(office, "vip")
    path = tmp_path / "stolen.sqlite"
    path.write_bytes(raw)

    for secret in (code.encode(), b"Rita", b"39053344705", b"rita@", bytes(range(32))):
        assert secret not in raw
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT state FROM ticket").fetchall() == [("valid",)]


def test_a_journal_with_a_torn_last_line_goes_on(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    codes = codes_of(a_sale(office, (LOTE, 2)))
    gate = LoneGate(office, tmp_path, "A")
    gate.scan(codes[0])
    path = gate.desk.journal.path
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: len(whole) // 2])

    gate.desk.journal = Journal(path)
    is_torn = gate.desk.journal.has_torn_end
    gate.scan(codes[1])
    again = Journal(path)

    assert is_torn
    assert [fact.sequence for fact in again.facts] == [1, 2]
    assert (again.broken_count, again.has_torn_end) == (1, False)
    assert gate.upload().accepted == 2


def test_the_journal_keeps_no_code(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    (code,) = codes_of(a_sale(office))
    gate = LoneGate(office, tmp_path, "A")
    gate.scan(code)
    path = gate.desk.journal.path

    assert code.encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


def test_two_programs_share_one_journal(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    (code,) = codes_of(a_sale(office))
    gate = LoneGate(office, tmp_path, "A")
    other = Journal(gate.desk.journal.path)
    gate.scan(code)
    first_journal, gate.desk.journal = gate.desk.journal, other

    said = gate.scan(code)
    first_journal.refresh()

    assert said is Verdict.ALREADY_IN
    assert [fact.sequence for fact in first_journal.facts] == [1, 2]


def test_there_is_nothing_to_take_back_on_a_fresh_desk(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    gate = LoneGate(office, tmp_path, "A")
    gate.scan("nonsense")

    with pytest.raises(NotFound):
        gate.desk.undo(gate="A", now=gate.now())


def test_a_room_that_is_full_is_full_offline(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office, lists=[{"name": "main", "policy": "after_exit", "room": 1}])
    first, second = codes_of(a_sale(office, (LOTE, 2)))
    gate = LoneGate(office, tmp_path, "A")

    said = [gate.scan(first), gate.scan(second), gate.scan(first, asked=OUT), gate.scan(second)]

    assert said == ["ok_unsynced", "area_full", "ok_exit", "ok_unsynced"]


HOSTILE = [
    "", "\x1b]52;c;eA==\x07", "\x00", "\ud800", "[bold]x[/]", "x" * 1_000_000, "A" * 138, "🎟️",
    "K7QX2M",
]  # fmt: skip


def test_no_text_opens_the_door_or_breaks_the_journal(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    gate = LoneGate(office, tmp_path, "A")
    for text in HOSTILE:
        assert not gate.scan(text).admits

    assert gate.upload().accepted == len(HOSTILE)
    assert Journal(gate.desk.journal.path).broken_count == 0
    assert b"\x1b" not in gate.desk.journal.path.read_bytes()


@given(raw=st.binary(max_size=400))
def test_no_bytes_are_a_fact_by_chance(
    raw: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("journal") / "j.jsonl"
    path.write_bytes(raw)

    assert Journal(path).facts == []


@pytest.mark.parametrize(
    "change",
    [
        {"sequence": 0}, {"sequence": 2**40}, {"nonce": ""}, {"nonce": "a\nb"}, {"nonce": "n" * 65},
        {"at": "2026-11-22T12:00:00"}, {"at": "0001-01-01T00:00:00+00:00"}, {"at": 5},
        {"verdict": "welcome"}, {"direction": "undo"}, {"text_digest": "zz"},
        {"code_digest": "0" * 63}, {"ticket_id": "x"}, {"gate": "\x1b[2J"}, {"proof": "smile"},
    ],
)  # fmt: skip
def test_what_a_desk_says_is_checked(change: dict[str, object]) -> None:
    good = {
        "sequence": 1, "nonce": "n", "at": "2026-11-22T15:00:00+00:00", "direction": "in",
        "verdict": "ok_unsynced", "source": "scanner", "gate": "A", "text_digest": "0" * 64,
    }  # fmt: skip
    assert read_fact(good).sequence == 1

    with pytest.raises(BadValue):
        read_fact(good | change)


def test_a_desk_that_cannot_write_lets_nobody_in(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    (code,) = codes_of(a_sale(office))
    gate = LoneGate(office, tmp_path, "A")
    path = gate.desk.journal.path
    path.unlink()

    with pytest.raises(BadFile, match="cannot be written"):
        gate.scan(code)


def test_an_enrolled_desk_acts_under_its_own_name(office: BoxOffice) -> None:
    an_event(office)

    assert enrolled(office, "Gate A").actor.name == "desk Gate A"
