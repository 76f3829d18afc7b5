"""Sessions: refresh tokens are good once, and a copy ends the whole family."""

from uuid import uuid4

import pytest

from boxoffice.errors import Forbidden, NotFound, NotLoggedIn
from boxoffice.office import BoxOffice
from boxoffice.staff.change import change_password, change_role, disable
from boxoffice.staff.hashing import hashed
from boxoffice.staff.models import StaffSession, StaffToken
from boxoffice.staff.queries import list_sessions, member_named
from boxoffice.staff.rules import Actor, Role
from boxoffice.staff.sessions import (
    actor_of_access,
    actor_of_token,
    give_token,
    log_out,
    revoke,
)
from tests.making import Clock, rows
from tests.staff.people import ROOT, case_of, logged_in, refreshed, verbs_of


def who(office: BoxOffice, access_token: str) -> Actor:
    """Return who an access token stands for now."""
    access = office.staff_keys.read(access_token, now=office.now())
    with office.reading() as session:
        return actor_of_access(session, access, now=office.now())


def test_a_refresh_brings_a_new_pair_and_uses_the_old_token_up(
    staffed: BoxOffice, clock: Clock
) -> None:
    first = logged_in(staffed)
    clock.forward(minutes=16)

    second = refreshed(staffed, first.refresh_token)

    assert second.session_id == first.session_id
    assert second.refresh_token != first.refresh_token
    assert who(staffed, second.access_token) == ROOT
    assert case_of(lambda: who(staffed, first.access_token)) == "login.expired"


def test_a_replayed_refresh_ends_the_whole_family(staffed: BoxOffice, clock: Clock) -> None:
    stolen = logged_in(staffed).refresh_token
    ours = refreshed(staffed, stolen)
    clock.forward(seconds=11)

    assert case_of(lambda: refreshed(staffed, stolen)) == "login.reused"

    assert case_of(lambda: refreshed(staffed, ours.refresh_token)) == "login.over"
    assert case_of(lambda: who(staffed, ours.access_token)) == "login.over"
    assert [row.ended_by for row in rows(staffed, StaffSession)] == ["reused"]
    assert verbs_of(staffed)[-1] == "staff.logout"


def test_another_family_does_not_notice(staffed: BoxOffice, clock: Clock) -> None:
    stolen, other = logged_in(staffed).refresh_token, logged_in(staffed)
    refreshed(staffed, stolen)
    clock.forward(seconds=11)
    case_of(lambda: refreshed(staffed, stolen))

    assert refreshed(staffed, other.refresh_token).session_id == other.session_id


def test_two_refreshes_within_ten_seconds_are_twins(staffed: BoxOffice, clock: Clock) -> None:
    token = logged_in(staffed).refresh_token
    one = refreshed(staffed, token)
    clock.forward(seconds=10)
    other = refreshed(staffed, token)
    clock.forward(seconds=30)

    assert refreshed(staffed, one.refresh_token).session_id == one.session_id
    assert refreshed(staffed, other.refresh_token).session_id == one.session_id


def test_a_refresh_token_is_good_for_a_week_and_a_login_for_a_month(
    staffed: BoxOffice, clock: Clock
) -> None:
    idle, busy = logged_in(staffed), logged_in(staffed)
    for _ in range(4):
        clock.forward(days=6, hours=23)
        busy = refreshed(staffed, busy.refresh_token)

    assert case_of(lambda: refreshed(staffed, idle.refresh_token)) == "login.over"
    clock.forward(days=3)
    assert case_of(lambda: refreshed(staffed, busy.refresh_token)) == "login.over"


def test_tokens_whose_time_is_over_are_not_kept(staffed: BoxOffice, clock: Clock) -> None:
    done = logged_in(staffed)
    for _ in range(10):
        clock.forward(days=2)
        done = refreshed(staffed, done.refresh_token)

    assert len(rows(staffed, StaffToken)) <= 4


@pytest.mark.parametrize("token", ["", "x", "é" * 40, "a" * 5_000, "\ud800", "' OR 1=1 --"])
def test_what_is_no_token_is_refused(staffed: BoxOffice, token: str) -> None:
    assert case_of(lambda: refreshed(staffed, token)) == "login.over"
    assert log_out(staffed.database, token, now=staffed.now()) is False


def test_logging_out_is_over_everywhere_and_once(staffed: BoxOffice) -> None:
    first = logged_in(staffed)
    second = refreshed(staffed, first.refresh_token)

    ended = [
        log_out(staffed.database, token, now=staffed.now())
        for token in (first.refresh_token, second.refresh_token)
    ]

    assert ended == [True, False]
    assert case_of(lambda: who(staffed, second.access_token)) == "login.over"


def test_a_new_role_holds_at_once(staffed: BoxOffice) -> None:
    access = logged_in(staffed, "dora").access_token

    with staffed.writing() as session:
        change_role(session, ROOT, "dora", Role.FINANCE, now=staffed.now())

    assert who(staffed, access) == Actor("dora", Role.FINANCE)


def test_a_disabled_member_is_out_at_once(staffed: BoxOffice) -> None:
    done = logged_in(staffed, "dora")

    with staffed.writing() as session:
        disable(session, ROOT, "dora", now=staffed.now())

    assert case_of(lambda: who(staffed, done.access_token)) == "login.over"
    assert case_of(lambda: refreshed(staffed, done.refresh_token)) == "login.over"


def test_a_new_password_ends_every_login(staffed: BoxOffice) -> None:
    done = [logged_in(staffed, "dora"), logged_in(staffed, "dora")]

    with staffed.writing() as session:
        ended = change_password(session, ROOT, "dora", hashed("other words"), now=staffed.now())

    assert ended == 2
    first, second = done
    assert case_of(lambda: who(staffed, first.access_token)) == "login.over"
    assert case_of(lambda: who(staffed, second.access_token)) == "login.over"


def test_anybody_may_end_their_own_login_and_an_admin_everybodys(staffed: BoxOffice) -> None:
    door, admin = logged_in(staffed, "dora"), logged_in(staffed)
    with pytest.raises(Forbidden), staffed.writing() as session:
        revoke(session, door.actor, admin.session_id, now=staffed.now())

    with staffed.writing() as session:
        revoke(session, door.actor, door.session_id, now=staffed.now())
        revoke(session, admin.actor, admin.session_id, now=staffed.now())

    with pytest.raises(NotFound), staffed.writing() as session:
        revoke(session, ROOT, admin.session_id, now=staffed.now())
    with pytest.raises(Forbidden), staffed.writing() as session:
        revoke(session, door.actor, uuid4(), now=staffed.now())  # nor learn whether it is there


def test_sessions_that_stand_are_listed_without_tokens(staffed: BoxOffice, clock: Clock) -> None:
    logged_in(staffed)
    clock.forward(seconds=1)
    door = logged_in(staffed, "dora")
    with staffed.reading() as session:
        everybody = list_sessions(session, now=staffed.now(), limit=10)
        own = list_sessions(session, now=staffed.now(), limit=10, name="dora")

    assert [each.name for each in everybody] == ["dora", "rita"]
    assert [each.id for each in own] == [door.session_id]


def test_a_program_acts_by_its_token_until_its_time_is_over(
    staffed: BoxOffice, clock: Clock
) -> None:
    with staffed.writing() as session:
        member = member_named(session, "dora")
        token = give_token(session, ROOT, member, days=2, now=staffed.now())

    def acts() -> Actor:
        with staffed.reading() as session:
            return actor_of_token(session, token, now=staffed.now())

    assert acts() == Actor("dora", Role.DOOR)
    assert case_of(lambda: refreshed(staffed, token)) == "login.over"
    assert log_out(staffed.database, token, now=staffed.now()) is False
    clock.forward(days=2)
    with pytest.raises(NotLoggedIn):
        acts()


def test_a_refresh_token_is_no_token_of_a_program(staffed: BoxOffice) -> None:
    token = logged_in(staffed).refresh_token

    with pytest.raises(NotLoggedIn), staffed.reading() as session:
        actor_of_token(session, token, now=staffed.now())
