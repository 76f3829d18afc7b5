"""Any number of desks, with and without a line, in any order: a model says what must come out."""

from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from boxoffice.door.models import Conflict, Desk, Entry, Scan
from boxoffice.office import BoxOffice
from tests.door.desking import LoneGate, conflicts
from tests.making import LOTE, NOON, Clock, a_sale, a_tier, an_event, codes_of, rows, shown_at

DESKS, TICKETS = "ABC", 2
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("alone"), st.sampled_from(DESKS), st.integers(0, TICKETS - 1)),
        st.tuples(st.just("online"), st.just(""), st.integers(0, TICKETS - 1)),
        st.tuples(st.just("upload"), st.sampled_from(DESKS), st.integers(0, 3)),
    ),
    max_size=14,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, off=st.lists(st.integers(-90, 90), min_size=3, max_size=3))
def test_any_interleaving_ends_as_the_model_says(
    office: BoxOffice, clock: Clock, tmp_path_factory: Any, steps: list[Any], off: list[int]
) -> None:
    _empty(office, clock)
    codes = codes_of(a_sale(office, (LOTE, TICKETS)))
    folder: Path = tmp_path_factory.mktemp("desks")
    gates = {
        name: LoneGate(office, folder, name, off=timedelta(minutes=minutes))
        for name, minutes in zip(DESKS, off, strict=True)
    }
    # The model: whoever was told to come in, by true time. The first stands, the others are told.
    admitted: dict[int, int] = defaultdict(int)
    scans = 0

    for act, desk, number in steps:
        clock.forward(seconds=10)
        if act == "upload":
            facts = gates[desk].facts
            gates[desk].upload(facts[number:] if number < len(facts) else facts)
            continue
        scans += 1
        if act == "alone":
            admitted[number] += gates[desk].scan(codes[number]).admits
        else:
            admitted[number] += shown_at(office, codes[number]).verdict.admits
    for gate in gates.values():
        gate.upload()

    doubles = sum(max(0, count - 1) for count in admitted.values())
    told = [kind for kind, _ in conflicts(office)]
    assert told.count("double_entry") == doubles
    assert set(told) <= {"double_entry", "clock_skew"}
    assert len(rows(office, Scan)) == scans
    assert len(rows(office, Entry)) == sum(count > 0 for count in admitted.values())
    assert all(row.left_at is None for row in rows(office, Entry))


def _empty(office: BoxOffice, clock: Clock) -> None:
    """Empty the door of what the example before has left."""
    clock.moment = NOON
    an_event(office, a_tier(quota=10_000))
    with office.writing() as session:
        connection = session.connection()
        connection.execute(delete(Conflict))
        connection.execute(delete(Entry))
        connection.execute(update(Scan).values(first_scan_id=None))
        for table in (Scan, Desk):
            connection.execute(delete(table))
