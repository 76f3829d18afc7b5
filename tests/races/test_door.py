"""Nobody comes in twice, however many gates are asked at once."""

from collections import Counter

import pytest

from boxoffice.door.models import Entry, Scan
from boxoffice.office import BoxOffice
from tests.making import LOTE, a_sale, a_tier, an_event, codes_of, rows, shown_at
from tests.races.clerks import race, show_each, show_under_nonces, undo_each

ROUNDS = 6


@pytest.mark.parametrize(
    ("policy", "warning"),
    [("once", "already_in"), ("daily", "already_today"), ("after_exit", "already_in")],
)
def test_one_ticket_at_eight_gates_comes_in_once(
    office: BoxOffice, policy: str, warning: str
) -> None:
    an_event(office, a_tier(), lists=[{"name": "main", "policy": policy}])
    codes = codes_of(a_sale(office, (LOTE, ROUNDS)))

    said = race(office, 8, show_each, codes)

    for verdicts in zip(*said, strict=True):
        assert Counter(verdicts) == {"ok": 1, warning: 7}
    assert len(rows(office, Entry)) == ROUNDS
    assert len(rows(office, Scan)) == 8 * ROUNDS


def test_one_scan_sent_four_times_at_once_is_one_scan_with_one_answer(office: BoxOffice) -> None:
    an_event(office)
    codes = codes_of(a_sale(office, (LOTE, ROUNDS)))
    nonces = [f"n-{number}" for number in range(ROUNDS)]

    said = race(office, 4, show_under_nonces, codes, nonces)

    assert [len(set(answers)) for answers in zip(*said, strict=True)] == [1] * ROUNDS
    assert {row.verdict for row in rows(office, Scan)} == {"ok"}
    assert len(rows(office, Scan)) == len(rows(office, Entry)) == ROUNDS


def test_two_leads_who_undo_one_admission_undo_it_once(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, (LOTE, ROUNDS))
    for code in codes_of(sale):
        shown_at(office, code)
    names = [ticket.short_code for ticket in sale.tickets]

    said = race(office, 2, undo_each, names)

    for name, answers in zip(names, zip(*said, strict=True), strict=True):
        assert answers.count(name) == 1
        assert {*answers} - {name} <= {"admission.not_found", "state.refused"}
    assert rows(office, Entry) == []
    assert len(rows(office, Scan)) == 2 * ROUNDS
