"""Taking an admission back: the entry goes, the log stays."""

import pytest

from boxoffice.door.models import Entry, Scan
from boxoffice.door.queries import DoorStats, door_stats, gate_at
from boxoffice.door.rules import Direction, Verdict, VerdictClass
from boxoffice.door.undo import undo
from boxoffice.errors import BadValue, Forbidden, NotFound
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import cancel
from boxoffice.staff.rules import Actor, Role
from tests.making import (
    DOOR,
    LOTE,
    SLUG,
    Clock,
    a_sale,
    a_tier,
    an_event,
    codes_of,
    counts,
    rows,
    shown_at,
)

LEAD = Actor("dora", Role.DOOR_LEAD)  # who scanned, with one key more


def undone(
    office: BoxOffice,
    name: str | None = None,
    *,
    actor: Actor = LEAD,
    door: str | None = None,
    reason: str = "",
    by: Actor | None = None,
) -> str:
    with office.writing() as session:
        gate, now = gate_at(session, SLUG, door), office.now()
        return undo(session, actor, gate, name, reason=reason, approved_by=by, now=now)


def stats(office: BoxOffice, door: str | None = None) -> DoorStats:
    with office.reading() as session:
        return door_stats(session, gate_at(session, SLUG, door))


def test_an_admission_is_taken_back_and_the_guest_may_come_in_again(
    office: BoxOffice, clock: Clock
) -> None:
    an_event(office)
    sale = a_sale(office)
    shown_at(office, codes_of(sale)[0])
    clock.forward(seconds=5)

    assert undone(office) == f"{sale.code}-1"

    admitted, taken_back = sorted(rows(office, Scan), key=lambda row: row.scanned_at)
    assert rows(office, Entry) == []
    assert (taken_back.direction, taken_back.annuls_id) == (Direction.UNDO, admitted.id)
    assert admitted.verdict is Verdict.OK
    assert shown_at(office, codes_of(sale)[0]).verdict is Verdict.OK


def test_undoing_is_done_once(office: BoxOffice) -> None:
    an_event(office)
    shown_at(office, codes_of(a_sale(office))[0])
    undone(office)
    before = counts(office)

    with pytest.raises(NotFound):
        undone(office)

    assert counts(office) == before


def test_an_admission_undone_and_repeated_may_be_undone_again(office: BoxOffice) -> None:
    an_event(office)
    (code,) = codes_of(a_sale(office))
    for _ in range(3):
        shown_at(office, code)
        undone(office)

    assert len(rows(office, Scan)) == 6
    assert rows(office, Entry) == []


def test_without_a_name_the_last_admission_of_ones_own_is_meant(
    office: BoxOffice, clock: Clock
) -> None:
    an_event(office)
    sale = a_sale(office, (LOTE, 3))
    for code in codes_of(sale):
        shown_at(office, code)
        clock.forward(seconds=1)

    undone_names = [undone(office), undone(office, f"{sale.code.lower()}-1 "), undone(office)]

    assert undone_names == [f"{sale.code}-3", f"{sale.code}-1", f"{sale.code}-2"]


def test_nobody_undoes_without_a_name_what_another_one_did(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)
    shown_at(office, codes_of(sale)[0])
    other = Actor("lia", Role.DOOR_LEAD)

    with pytest.raises(NotFound):
        undone(office, actor=other)

    assert undone(office, f"{sale.code}-1", actor=other) == f"{sale.code}-1"


@pytest.mark.parametrize(
    "name",
    ["K7QX2M-1", "K7QX2M", "", "-", "x-\N{SUPERSCRIPT TWO}", "\udcff-1", "\x00-1", "x" * 999],
    ids=lambda name: ascii(name[:9]),
)
def test_what_nobody_admitted_is_not_undone(office: BoxOffice, name: str) -> None:
    an_event(office)
    shown_at(office, codes_of(a_sale(office))[0])

    with pytest.raises(NotFound):
        undone(office, name)

    assert len(rows(office, Entry)) == 1


def test_a_refused_scan_is_not_there_to_be_undone(office: BoxOffice) -> None:
    an_event(office)
    shown_at(office, "hello")

    with pytest.raises(NotFound):
        undone(office)


def test_an_admission_is_undone_at_its_own_door(office: BoxOffice) -> None:
    an_event(office, lists=[{"name": "main"}, {"name": "lounge"}])
    shown_at(office, codes_of(a_sale(office))[0], door="lounge")

    with pytest.raises(NotFound):
        undone(office, door="main")

    assert undone(office, door="lounge")


def test_who_may_only_scan_may_not_undo(office: BoxOffice) -> None:
    an_event(office)
    shown_at(office, codes_of(a_sale(office))[0])

    with pytest.raises(Forbidden):
        undone(office, actor=DOOR)

    assert len(rows(office, Entry)) == 1


def test_the_numbers_of_a_door_are_what_happened_there(office: BoxOffice) -> None:
    vip = {"name": "vip", "tiers": ["Pista"], "policy": "after_exit"}
    an_event(office, a_tier(), a_tier("Pista"), lists=[{"name": "main"}, vip])
    sale = a_sale(office, (LOTE, 2), ("Pista", 3))
    gone = a_sale(office)
    with office.writing() as session:
        cancel(session, office.actor, gone.id, reason="", now=office.now())
    codes = codes_of(sale)

    for code in (*codes, codes[0], "hello"):
        shown_at(office, code)
    undone(office, f"{sale.code}-2")
    for direction in (Direction.IN, Direction.OUT, Direction.IN, Direction.OUT):
        shown_at(office, codes[4], door="vip", direction=direction)

    main, room = stats(office, "main"), stats(office, "vip")
    assert (main.expected, main.admitted, main.inside, main.scans) == (5, 4, 4, 7)
    assert main.verdicts == {"already_in": 1, "ok": 5, "unreadable": 1}
    assert main.of_class(VerdictClass.ADMIT) == 5
    assert main.of_class(VerdictClass.REFUSE) == 1
    assert (room.expected, room.admitted, room.inside, room.scans) == (3, 1, 0, 4)


def test_a_door_that_nobody_came_to_has_zeros(office: BoxOffice) -> None:
    an_event(office)

    found = stats(office)

    assert (found.event, found.list) == (SLUG, "main")
    assert (found.expected, found.admitted, found.inside, found.scans) == (0, 0, 0, 0)


def test_the_reason_and_who_lent_the_permission_are_kept_with_it(office: BoxOffice) -> None:
    an_event(office)
    shown_at(office, codes_of(a_sale(office))[0])
    undone(office, actor=DOOR, reason=" read  by mistake", by=Actor("lia", Role.DOOR_LEAD))

    (kept,) = (scan for scan in rows(office, Scan) if scan.annuls_id)
    assert (kept.operator, kept.reason, kept.approved_by) == ("dora", "read by mistake", "lia")


@pytest.mark.parametrize("reason", ["\x1b[2J", "x" * 1_000])
def test_a_reason_that_is_no_line_of_text_takes_nothing_back(
    office: BoxOffice, reason: str
) -> None:
    an_event(office)
    shown_at(office, codes_of(a_sale(office))[0])

    with pytest.raises(BadValue):
        undone(office, reason=reason)

    assert len(rows(office, Entry)) == 1


def test_nobody_lends_what_is_not_theirs(office: BoxOffice) -> None:
    an_event(office)
    shown_at(office, codes_of(a_sale(office))[0])

    with pytest.raises(Forbidden):
        undone(office, by=DOOR)
