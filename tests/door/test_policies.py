"""Each door admits its tiers in its hours, as often as its policy says."""

from typing import Any

import pytest

from boxoffice.door.models import Entry
from boxoffice.door.queries import gate_at
from boxoffice.door.rules import Direction, Verdict, VerdictClass
from boxoffice.errors import NotFound
from boxoffice.office import BoxOffice
from boxoffice.tickets.models import Ticket
from tests.making import (
    LOTE,
    SLUG,
    Clock,
    a_plan,
    a_sale,
    a_tier,
    an_event,
    applied,
    codes_of,
    rows,
    shown_at,
)


def a_code(office: BoxOffice, **event: Any) -> str:
    an_event(office, **event)
    return codes_of(a_sale(office))[0]


def test_each_door_admits_its_tiers_in_its_hours(office: BoxOffice, clock: Clock) -> None:
    vip = {"name": "vip", "tiers": ["Pista"]}
    late = {"name": "late", "opens_at": "2026-11-22T13:00", "closes_at": "2026-11-22T14:00"}
    an_event(office, a_tier(), a_tier("Pista"), lists=[vip, late])
    (lote,) = codes_of(a_sale(office, (LOTE, 1)))
    (pista,) = codes_of(a_sale(office, ("Pista", 1)))

    assert shown_at(office, lote, door="vip").verdict is Verdict.NOT_ON_LIST
    assert shown_at(office, pista, door="vip").verdict is Verdict.OK
    assert shown_at(office, lote, door="late").verdict is Verdict.TOO_EARLY
    clock.forward(hours=1)
    assert shown_at(office, lote, door="late").verdict is Verdict.OK
    clock.forward(hours=1)
    assert shown_at(office, pista, door="late").verdict is Verdict.TOO_LATE


def test_without_a_name_the_first_door_is_meant(office: BoxOffice) -> None:
    an_event(office, lists=[{"name": "vip", "policy": "daily"}, {"name": "main"}])

    with office.reading() as session:
        assert gate_at(session, SLUG, None).list_name == "vip"
        with pytest.raises(NotFound):
            gate_at(session, SLUG, "kitchen")


def test_a_door_that_is_added_later_does_not_move_the_one_in_use(office: BoxOffice) -> None:
    applied(office, a_plan())
    applied(office, a_plan(lists=[{"name": "VIP", "tiers": [LOTE]}]))

    with office.reading() as session:
        assert gate_at(session, SLUG, None).list_name == "main"
        assert gate_at(session, SLUG, "VIP").list_name == "VIP"


def test_half_price_comes_in_when_its_proof_was_seen(office: BoxOffice) -> None:
    an_event(office, a_tier(category="half"))
    (code,) = codes_of(a_sale(office))

    assert shown_at(office, code).verdict is Verdict.NEEDS_DOCUMENT
    assert rows(office, Entry) == []
    assert shown_at(office, code, saw_document=True).verdict is Verdict.OK


def test_a_note_must_be_read_before_its_guest_comes_in(office: BoxOffice) -> None:
    code = a_code(office)
    with office.writing() as session:
        session.get_one(Ticket, rows(office, Ticket)[0].id).attention = "badge at desk 2"

    answer = shown_at(office, code)

    assert answer.verdict is Verdict.NEEDS_CONFIRMATION
    assert answer.message == "read the note first: badge at desk 2"
    assert shown_at(office, code, confirms=True).verdict is Verdict.OK


def test_once_a_day_is_once_in_the_events_own_day(office: BoxOffice, clock: Clock) -> None:
    code = a_code(office, lists=[{"name": "main", "policy": "daily"}])
    first = shown_at(office, code).verdict
    clock.forward(hours=11, minutes=59)
    before_midnight = shown_at(office, code)
    clock.forward(minutes=1)

    assert first is Verdict.OK
    assert before_midnight.verdict is Verdict.ALREADY_TODAY
    assert before_midnight.first is not None
    assert shown_at(office, code).verdict is Verdict.OK_REENTRY
    assert {row.slot for row in rows(office, Entry)} == {"2026-11-22", "2026-11-23"}


def test_after_an_exit_one_may_come_back(office: BoxOffice) -> None:
    code = a_code(office, lists=[{"name": "main", "policy": "after_exit"}])
    out: dict[str, Any] = {"direction": Direction.OUT}

    said = [
        shown_at(office, code, **asked).verdict for asked in (out, {}, {}, out, out, {}, out, {})
    ]

    assert said == [
        Verdict.NOT_INSIDE,
        Verdict.OK,
        Verdict.ALREADY_IN,
        Verdict.OK_EXIT,
        Verdict.NOT_INSIDE,
        Verdict.OK_REENTRY,
        Verdict.OK_EXIT,
        Verdict.OK_REENTRY,
    ]


def test_without_a_limit_everybody_comes_in_as_often_as_they_like(office: BoxOffice) -> None:
    code = a_code(office, lists=[{"name": "main", "policy": "unlimited"}])

    said = [shown_at(office, code).verdict for _ in range(3)]

    assert said == [Verdict.OK, Verdict.OK_REENTRY, Verdict.OK_REENTRY]


@pytest.mark.parametrize("after", ["once", "daily", "after_exit", "unlimited"])
@pytest.mark.parametrize("before", ["once", "daily", "after_exit", "unlimited"])
def test_a_policy_may_change_in_the_middle_of_the_night(
    office: BoxOffice, before: str, after: str
) -> None:
    code = a_code(office, lists=[{"name": "main", "policy": before}])
    shown_at(office, code)

    applied(office, a_plan(lists=[{"name": "main", "policy": after}]))

    assert shown_at(office, code).verdict.family in {VerdictClass.ADMIT, VerdictClass.WARN}


def test_two_doors_admit_a_ticket_each(office: BoxOffice) -> None:
    code = a_code(office, lists=[{"name": "main"}, {"name": "lounge"}])

    said = [shown_at(office, code, door=door).verdict for door in ("main", "lounge", "main")]

    assert said == [Verdict.OK, Verdict.OK, Verdict.ALREADY_IN]
