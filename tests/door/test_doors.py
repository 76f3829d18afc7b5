"""The door's other verbs: rooms, groups, search, overrides, lists, preflight and desks."""

from collections import Counter
from datetime import timedelta

import pytest

from boxoffice.audit.models import AuditEntry
from boxoffice.door.desks import desk_of, enrol, invite, list_desks, revoke_desk
from boxoffice.door.edit import add_list, edit_list, list_views
from boxoffice.door.group import admit_group
from boxoffice.door.models import Desk, Entry, Scan
from boxoffice.door.preflight import preflight
from boxoffice.door.queries import gate_at
from boxoffice.door.rules import Asked, Direction, Proof, Verdict
from boxoffice.door.search import search
from boxoffice.errors import BadValue, Forbidden, NotFound, Refused
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import cancel
from boxoffice.people import Person
from boxoffice.staff.rules import Actor, Role
from tests.door.desking import LEAD
from tests.making import (
    AUDITOR,
    DOOR,
    LOTE,
    SLUG,
    Clock,
    a_sale,
    a_tier,
    an_event,
    an_order,
    codes_of,
    counts,
    rows,
    shown_at,
)
from tests.races.clerks import race, show_each

OUT = Direction.OUT


def test_a_room_that_is_full_waits_for_somebody_to_go(office: BoxOffice) -> None:
    an_event(office, lists=[{"name": "main", "policy": "after_exit", "room": 2}])
    one, two, three = codes_of(a_sale(office, (LOTE, 3)))

    said = [shown_at(office, code).verdict for code in (one, two, three, one)]
    shown_at(office, one, direction=OUT)

    assert said == [Verdict.OK, Verdict.OK, Verdict.AREA_FULL, Verdict.ALREADY_IN]
    assert shown_at(office, three).verdict is Verdict.OK


def test_the_last_places_of_a_room_go_to_as_many_guests(office: BoxOffice) -> None:
    an_event(office, lists=[{"name": "main", "policy": "after_exit", "room": 3}])
    codes = codes_of(a_sale(office, (LOTE, 8)))

    said = race(office, 4, show_each, codes)

    verdicts = Counter(verdict for gate in said for verdict in gate)
    assert verdicts["ok"] == len(rows(office, Entry)) == 3
    assert verdicts["area_full"] == 4 * 5


def test_who_has_not_paid_may_pay_where_the_door_takes_payment(office: BoxOffice) -> None:
    an_event(office, lists=[{"name": "main"}, {"name": "till", "takes_payment": True}])
    order = an_order(office)

    said = [shown_at(office, f"{order.code}-1", door=door).verdict for door in ("main", "till")]

    assert said == [Verdict.UNPAID, Verdict.MUST_PAY]


def test_an_order_with_several_tickets_asks_which(office: BoxOffice) -> None:
    an_event(office)
    sale, single = a_sale(office, (LOTE, 2)), a_sale(office)

    answer = shown_at(office, sale.code.lower(), nonce="n-1")

    assert answer.verdict is Verdict.CHOOSE_TICKET
    assert [choice.short_code for choice in answer.choices] == [f"{sale.code}-{n}" for n in (1, 2)]
    assert shown_at(office, sale.code.lower(), nonce="n-1") == answer
    assert shown_at(office, single.code).verdict is Verdict.OK


def test_an_order_for_another_event_is_not_told_apart(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, (LOTE, 2))
    an_event(office, slug="manha")

    answer = shown_at(office, sale.code, event="manha")

    assert (answer.verdict, answer.choices, answer.ticket) == (Verdict.WRONG_EVENT, (), None)


def test_the_proof_is_kept_with_the_admission_it_opened(office: BoxOffice) -> None:
    an_event(office, a_tier(category="half"), a_tier("Full"))
    half, full = codes_of(a_sale(office, (LOTE, 1), ("Full", 1)))

    for code in (half, full):
        shown_at(office, code, proof=Proof.SENIOR)

    assert Counter(row.proof for row in rows(office, Scan)) == {Proof.SENIOR: 1, None: 1}


def test_a_lead_lets_in_against_the_rules_with_a_reason_and_it_is_kept(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)
    with office.writing() as session:
        cancel(session, office.actor, sale.id, reason="", now=office.now())

    with pytest.raises(Forbidden):
        shown_at(office, f"{sale.code}-1", override="with the band")
    answer = shown_at(office, f"{sale.code}-1", override="with the band", actor=LEAD)

    assert answer.verdict is Verdict.OK_OVERRIDE
    (row,) = rows(office, Scan)
    assert (row.reason, row.operator, len(rows(office, Entry))) == ("with the band", "lia", 1)
    audit = [entry for entry in rows(office, AuditEntry) if entry.verb == "door.override"]
    assert [entry.facts for entry in audit] == [{}]


def test_a_reason_opens_for_no_stranger(office: BoxOffice) -> None:
    an_event(office)

    said = [
        shown_at(office, text, override="x", actor=LEAD).verdict for text in ("K7QX2M-1", "hello")
    ]

    assert said == [Verdict.UNKNOWN, Verdict.UNREADABLE]
    assert rows(office, Entry) == []


def test_the_rest_of_an_order_comes_in_together(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, (LOTE, 3))
    shown_at(office, f"{sale.code}-2")

    with office.writing() as session:
        gate = gate_at(session, SLUG, None)
        told = admit_group(session, DOOR, gate, f"{sale.code}-2", Asked(), now=office.now())
        with pytest.raises(NotFound):
            admit_group(session, DOOR, gate, "\udcff", Asked(), now=office.now())

    assert [one.verdict for one in told] == [Verdict.OK, Verdict.ALREADY_IN, Verdict.OK]
    assert len(rows(office, Entry)) == 3


def test_people_are_found_whatever_their_accents_from_three_letters_on(office: BoxOffice) -> None:
    an_event(office, lists=[{"name": "main", "policy": "after_exit"}])
    joao = Person("João d'Ávila", "joao@example.com", "52998224725")
    sale = a_sale(office, buyer=joao)
    a_sale(office)
    shown_at(office, codes_of(sale)[0])

    with office.reading() as session:
        gate = gate_at(session, SLUG, None)
        found = [
            search(session, DOOR, gate, text) for text in ("JOAO avila", "jo", "j.o", "529982")
        ]
        with pytest.raises(Forbidden):
            search(session, Actor("x", Role.SYSTEM), gate, "joao")

    assert [[hit.short_code for hit in hits] for hits in found] == [
        [f"{sale.code}-1"], [], [], [f"{sale.code}-1"],
    ]  # fmt: skip
    assert (found[0][0].document, found[0][0].is_in) == ("***.982.247-**", True)


def test_a_door_is_added_and_edited_and_only_what_is_named_changes(office: BoxOffice) -> None:
    an_event(office, a_tier(), a_tier("VIP"))
    given = {"name": "vip", "tiers": ["VIP"], "room": 5, "opens_at": "2026-11-23T18:00"}
    with office.writing() as session:
        add_list(session, office.actor, SLUG, given, now=office.now())
        with pytest.raises(Refused):
            add_list(session, office.actor, SLUG, given, now=office.now())
        with pytest.raises(BadValue):
            edit_list(session, office.actor, SLUG, "vip", {"tiers": ["Gone"]}, now=office.now())
        with pytest.raises(Forbidden):
            edit_list(session, DOOR, SLUG, "vip", {}, now=office.now())
    with office.writing() as session:
        changes = {"policy": "daily", "opens_at": None}
        edit_list(session, office.actor, SLUG, "vip", changes, now=office.now())

    with office.reading() as session:
        views = list_views(session, SLUG)

    assert [view.name for view in views] == ["main", "vip"]
    assert (views[1].policy, views[1].tiers, views[1].room) == ("daily", ("VIP",), 5)
    assert views[1].opens_at is None


def test_preflight_names_each_problem_with_what_mends_it(office: BoxOffice, clock: Clock) -> None:
    an_event(
        office, a_tier(), a_tier("VIP"),
        lists=[{"name": "main", "tiers": [LOTE], "closes_at": "2026-11-22T11:00"}],
    )  # fmt: skip
    an_order(office)

    with office.reading() as session:
        gate = gate_at(session, SLUG, None)
        told = preflight(session, DOOR, gate, None, now=clock())

    problems = " / ".join(problem.problem for problem in told.problems)
    for part in ("no valid ticket", "has closed", "takes no payment", "tier VIP", "secret key"):
        assert part in problems
    assert all(problem.mend for problem in told.problems)
    assert told.tickets["held"] == 1


def test_a_desk_is_enrolled_once_by_a_code_that_is_kept_as_a_digest(office: BoxOffice) -> None:
    an_event(office)
    code = invited(office)
    with office.writing() as session:
        token, view = enrol(session, f" {code.lower()} ", now=office.now())

    with office.writing() as session:
        for wrong in (code, "", "\udcff", "AAAA-AAAA"):
            with pytest.raises(Forbidden):
                enrol(session, wrong, now=office.now())
        assert desk_of(session, token, now=office.now()) == view
    assert (view.event, view.list, view.role) == (SLUG, "main", Role.DOOR)
    (row,) = rows(office, Desk)
    assert token not in repr(row)
    assert code.replace("-", "") not in repr(row)


def test_a_code_and_a_token_end(office: BoxOffice, clock: Clock) -> None:
    an_event(office)
    late, code = invited(office, "late"), invited(office)
    with office.writing() as session:
        token, _ = enrol(session, code, now=office.now())
    clock.forward(minutes=15)
    with office.writing() as session, pytest.raises(Forbidden):
        enrol(session, late, now=office.now())
    clock.forward(days=1)

    with office.reading() as session:
        with pytest.raises(Forbidden):
            desk_of(session, token, now=office.now())
        assert {view.state(office.now()) for view in list_desks(session, SLUG)} == {"expired"}


def test_a_revoked_desk_is_nobody_and_revoking_twice_is_once(office: BoxOffice) -> None:
    an_event(office)
    code = invited(office)
    with office.writing() as session:
        token, _ = enrol(session, code, now=office.now())
        revoke_desk(session, LEAD, "A", now=office.now())
    before = counts(office)
    with office.writing() as session:
        revoke_desk(session, LEAD, "A", now=office.now())
        with pytest.raises(Forbidden):
            revoke_desk(session, DOOR, "A", now=office.now())
        with pytest.raises(NotFound):
            revoke_desk(session, LEAD, "B", now=office.now())
        with pytest.raises(Forbidden):
            desk_of(session, token, now=office.now())

    assert counts(office) == before


@pytest.mark.parametrize("name", ["", "\x1b[2J", "x" * 41])
def test_a_desk_has_a_name_that_can_be_read(office: BoxOffice, name: str) -> None:
    an_event(office)

    with pytest.raises(BadValue):
        invited(office, name)


def test_only_a_lead_or_an_admin_enrols(office: BoxOffice) -> None:
    an_event(office)

    for actor in (DOOR, AUDITOR):
        with pytest.raises(Forbidden):
            invited(office, actor=actor)
    with pytest.raises(BadValue):
        invited(office, role=Role.ADMIN)


def invited(
    office: BoxOffice, name: str = "A", *, actor: Actor = LEAD, role: Role = Role.DOOR
) -> str:
    with office.writing() as session:
        gate, until = gate_at(session, SLUG, None), office.now() + timedelta(days=1)
        return invite(session, actor, gate, name, role=role, expires_at=until, now=office.now())
