"""Many at once: guesses are all counted, twins both stay, and an admin is left."""

from boxoffice.office import BoxOffice
from boxoffice.staff.models import StaffMember, StaffSession
from boxoffice.staff.rules import Role
from tests.making import Clock, rows
from tests.races.clerks import race
from tests.staff.crowd import guess, put_out, renew
from tests.staff.people import added, logged_in, refreshed


def test_guesses_made_at_once_are_all_counted(staffed: BoxOffice) -> None:
    said = [case for cases in race(staffed, 4, guess, 10) for case in cases]

    assert said.count("login.wrong") == 5
    assert set(said) <= {"login.wrong", "login.too_many", "database.busy"}


def test_two_refreshes_at_once_both_get_a_pair_and_end_nothing(
    staffed: BoxOffice, clock: Clock
) -> None:
    token = logged_in(staffed).refresh_token

    tokens = race(staffed, 4, renew, token)

    assert len(set(tokens)) == 4
    clock.forward(minutes=1)
    for each in tokens:
        refreshed(staffed, each)
    assert [row.ended_at for row in rows(staffed, StaffSession)] == [None]


def test_admins_who_disable_each_other_leave_one(staffed: BoxOffice) -> None:
    admins = ["rita", "ana", "bia", "eva"]
    for name in admins[1:]:
        added(staffed, name, Role.ADMIN)

    said = race(staffed, 4, put_out, admins)

    left = [row for row in rows(staffed, StaffMember) if row.role is Role.ADMIN]
    assert sum(row.disabled_at is None for row in left) >= 1
    assert said.count("ok") == sum(row.disabled_at is not None for row in left)
    assert set(said) <= {"ok", "staff.last_admin", "database.busy"}
