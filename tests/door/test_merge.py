"""Desks that judged alone meet the server again: nothing is lost, doubled or hidden."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from boxoffice.db import WriteSession
from boxoffice.door.conflicts import list_conflicts, resolve
from boxoffice.door.models import Conflict, Entry, Scan
from boxoffice.door.queries import gate_at
from boxoffice.door.rules import Asked, Direction, Proof, Verdict
from boxoffice.door.undo import undo
from boxoffice.errors import BadValue, Forbidden, NonceReused, NotFound
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import cancel
from tests.door.desking import LEAD, LoneGate, conflicts, state
from tests.making import (
    AUDITOR,
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


def test_two_desks_that_admit_one_ticket_are_one_double_entry_and_no_scan_is_missing(
    office: BoxOffice, clock: Clock, tmp_path: Path
) -> None:
    an_event(office)
    sale = a_sale(office)
    (code,) = codes_of(sale)
    first, second = (LoneGate(office, tmp_path, name) for name in "AB")
    said = [first.scan(code)]
    clock.forward(minutes=2)
    said.append(second.scan(code))

    second.upload()
    first.upload()

    assert said == [Verdict.OK_UNSYNCED] * 2
    assert conflicts(office) == [("double_entry", f"{sale.code}-1")]
    (entry,), scans = rows(office, Entry), {row.id: row for row in rows(office, Scan)}
    assert (len(scans), scans[entry.scan_id].gate) == (2, "A")
    assert shown_at(office, code).verdict is Verdict.ALREADY_IN


def test_an_upload_repeated_adds_nothing(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    gate = LoneGate(office, tmp_path, "A")
    for code in (*codes_of(a_sale(office, (LOTE, 2))), "nonsense"):
        gate.scan(code)
    first = gate.upload()
    before = counts(office)

    again = [gate.upload(), gate.upload(gate.facts[1:])]

    assert (first.accepted, first.known, first.last_sequence) == (3, 0, 3)
    assert [(told.accepted, told.known) for told in again] == [(0, 3), (0, 2)]
    assert counts(office) == before


def test_all_orders_of_three_uploads_come_to_the_same(
    office: BoxOffice, clock: Clock, tmp_path: Path
) -> None:
    an_event(office)
    codes = codes_of(a_sale(office, (LOTE, 2)))
    gates = [
        LoneGate(office, tmp_path, name, off=timedelta(minutes=off))
        for name, off in (("A", 0), ("B", 3), ("C", -7))
    ]
    for gate in gates:
        clock.forward(seconds=30)
        gate.scan(codes[0])
    gates[1].scan(codes[1])
    shown_at(office, codes[1], nonce="online")

    told = []
    for order in permutations(gates):
        with office.database.writer.connect() as connection, WriteSession(connection) as session:
            for gate in order:
                gate.upload(within=session)
            told.append(state(session))
            session.rollback()

    assert len(told) == 6
    assert all(one == told[0] for one in told)


def test_an_admission_of_a_ticket_cancelled_meanwhile_is_told(
    office: BoxOffice, clock: Clock, tmp_path: Path
) -> None:
    an_event(office)
    sale = a_sale(office)
    gate = LoneGate(office, tmp_path, "A")
    clock.forward(minutes=1)
    with office.writing() as session:
        cancel(session, office.actor, sale.id, reason="", now=office.now())
    gate.scan(codes_of(sale)[0])

    gate.upload()

    (row,) = rows(office, Conflict)
    assert conflicts(office) == [("admitted_but_invalid", f"{sale.code}-1")]
    assert not row.could_know
    assert rows(office, Scan)[0].server_verdict is Verdict.CANCELLED


def test_a_guest_turned_away_for_a_ticket_sold_later_is_told_until_let_in(
    office: BoxOffice, clock: Clock, tmp_path: Path
) -> None:
    an_event(office)
    gate = LoneGate(office, tmp_path, "A")
    sale = a_sale(office)
    assert gate.scan(codes_of(sale)[0]) is Verdict.UNKNOWN
    gate.upload()
    turned_away = conflicts(office)
    clock.forward(minutes=5)
    shown_at(office, codes_of(sale)[0])

    gate.scan("nonsense")
    gate.scan(codes_of(sale)[0])
    gate.upload()

    assert turned_away == [("refused_but_valid", f"{sale.code}-1")]
    assert ("double_entry", f"{sale.code}-1") not in conflicts(office)


def test_a_signed_ticket_newer_than_the_snapshot_comes_in_once(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office, code_scheme="signed")
    gate = LoneGate(office, tmp_path, "A")
    (code,) = codes_of(a_sale(office))

    said = [gate.scan(code), gate.scan(code)]
    gate.upload()

    assert said == [Verdict.OK_SIGNATURE_ONLY, Verdict.ALREADY_IN]
    assert conflicts(office) == []
    assert shown_at(office, code).verdict is Verdict.ALREADY_IN


@pytest.mark.parametrize("hours", [-24, 24])
def test_a_clock_a_day_off_is_told_and_corrected(
    office: BoxOffice, clock: Clock, tmp_path: Path, hours: int
) -> None:
    an_event(office)
    (code,) = codes_of(a_sale(office))
    gate = LoneGate(office, tmp_path, "A", off=timedelta(hours=hours))
    gate.scan(code)

    gate.upload()

    (row,) = rows(office, Scan)
    assert (row.scanned_at, row.device_at) == (clock(), gate.now())
    assert conflicts(office) == [("clock_skew", "1")]


def test_a_gap_is_told_until_it_is_filled(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    gate = LoneGate(office, tmp_path, "A")
    for number in range(4):
        gate.scan(f"nonsense {number}")

    gate.upload(gate.facts[3:])
    missing = conflicts(office)
    gate.upload(gate.facts[:2])
    fewer = conflicts(office)
    gate.upload()

    assert missing == fewer == [("gap", "4")]
    assert conflicts(office) == []


def test_a_scan_the_line_cut_off_and_the_desk_repeated_is_one_admission(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office)
    (code,) = codes_of(a_sale(office))
    gate = LoneGate(office, tmp_path, "A")
    shown_at(office, code, nonce="n-1")
    gate.scan(code, nonce="n-1")

    first, again = gate.upload(), gate.upload()

    assert (first.accepted, again.known) == (1, 1)
    assert conflicts(office) == []
    assert {row.server_verdict for row in rows(office, Scan)} == {None, Verdict.OK_REPLAY}
    assert len(rows(office, Entry)) == 1


def test_a_desk_takes_back_what_it_did_alone(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    sale = a_sale(office)
    gate = LoneGate(office, tmp_path, "A")
    gate.scan(codes_of(sale)[0])

    undone = gate.desk.undo(gate="A", now=gate.now())
    gate.upload(gate.facts[1:])
    gate.upload()

    assert undone == f"{sale.code}-1"
    assert (rows(office, Entry), conflicts(office)) == ([], [])
    assert shown_at(office, codes_of(sale)[0]).verdict is Verdict.OK


def test_undoing_the_first_of_two_admissions_leaves_the_second(
    office: BoxOffice, clock: Clock, tmp_path: Path
) -> None:
    an_event(office)
    sale = a_sale(office)
    gate = LoneGate(office, tmp_path, "A")
    shown_at(office, codes_of(sale)[0])
    clock.forward(minutes=1)
    gate.scan(codes_of(sale)[0])
    gate.upload()
    doubled = conflicts(office)
    with office.writing() as session:
        at = gate_at(session, SLUG, None)
        undo(session, LEAD, at, f"{sale.code}-1", now=office.now())

    assert doubled == [("double_entry", f"{sale.code}-1")]
    assert conflicts(office) == []
    assert shown_at(office, codes_of(sale)[0]).verdict is Verdict.ALREADY_IN


def test_the_proof_of_half_price_comes_with_the_journal(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office, a_tier(category="half"))
    (code,) = codes_of(a_sale(office))
    gate = LoneGate(office, tmp_path, "A")

    said = [gate.scan(code), gate.scan(code, asked=Asked(proof=Proof.STUDENT))]
    gate.upload()

    assert said == [Verdict.NEEDS_DOCUMENT, Verdict.OK_UNSYNCED]
    assert {row.proof for row in rows(office, Scan)} == {None, Proof.STUDENT}
    assert conflicts(office) == []


def test_out_and_in_again_by_two_desks_is_no_conflict(
    office: BoxOffice, clock: Clock, tmp_path: Path
) -> None:
    an_event(office, lists=[{"name": "main", "policy": "after_exit"}])
    (code,) = codes_of(a_sale(office))
    first, second = (LoneGate(office, tmp_path, name) for name in "AB")
    first.scan(code)
    clock.forward(minutes=5)
    first.scan(code, asked=Asked(direction=Direction.OUT))
    clock.forward(minutes=5)
    second.scan(code)

    second.upload()
    first.upload()

    assert conflicts(office) == []
    assert [entry.left_at is None for entry in rows(office, Entry)] in (
        [False, True],
        [True, False],
    )


def test_another_scan_under_a_number_that_came_before_is_refused(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office)
    gate = LoneGate(office, tmp_path, "A")
    gate.scan("nonsense")
    gate.upload()
    before = counts(office)

    with pytest.raises(NonceReused):
        gate.upload([replace(gate.facts[0], nonce="another")])

    assert counts(office) == before


def test_a_conflict_is_closed_with_a_note_and_kept(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    (code,) = codes_of(a_sale(office))
    gate = LoneGate(office, tmp_path, "A")
    shown_at(office, code)
    gate.scan(code)
    gate.upload()
    (row,) = rows(office, Conflict)
    with office.writing() as session:
        resolve(session, LEAD, row.code.lower(), "her brother", now=office.now())
        resolve(session, LEAD, row.code, "her brother", now=office.now())

    gate.upload()

    with office.reading() as session:
        at = gate_at(session, SLUG, None)
        still_open = list_conflicts(session, at)
        (closed,) = list_conflicts(session, at, also_closed=True)
    assert (still_open, closed.note, closed.kind) == ([], "her brother", "double_entry")


def test_closing_needs_a_note_a_conflict_and_a_lead(office: BoxOffice) -> None:
    an_event(office)

    with office.writing() as session:
        for actor, code, note, refusal in (
            (LEAD, "K7QX2MAB", "", BadValue),
            (LEAD, "K7QX2MAB", "seen", NotFound),
            (LEAD, "\udcff", "seen", NotFound),
            (AUDITOR, "K7QX2MAB", "seen", Forbidden),
        ):
            with pytest.raises(refusal):
                resolve(session, actor, code, note, now=office.now())
