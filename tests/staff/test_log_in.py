"""Logging in: right and wrong passwords, names nobody has, and guessing."""

from functools import partial
from unittest.mock import patch

import pytest
from argon2 import PasswordHasher
from argon2.low_level import Type

from boxoffice.audit.models import AuditEntry
from boxoffice.errors import BadValue, NotLoggedIn, TooManyTries
from boxoffice.office import BoxOffice
from boxoffice.staff import hashing
from boxoffice.staff.change import disable
from boxoffice.staff.hashing import HASHER, checked_password, checked_pin
from boxoffice.staff.models import StaffMember, StaffSession, StaffToken
from boxoffice.staff.tries import FREE_TRIES, wait_seconds
from tests.making import Clock, rows
from tests.staff.people import PASSWORD, ROOT, case_of, logged_in, verbs_of

HOSTILE = ["", "rita\x00", "rita\n", "../rita", "rita' OR 1=1 --", "\ud800", "R" * 5_000, "ríta"]


def test_a_right_password_begins_a_session_and_the_audit_says_so(staffed: BoxOffice) -> None:
    done = logged_in(staffed, " Rita ")

    assert (done.actor.name, done.actor.role) == ("rita", "admin")
    assert [row.id for row in rows(staffed, StaffSession)] == [done.session_id]
    assert verbs_of(staffed) == ["staff.add", "staff.add", "staff.login"]


def test_no_password_and_no_token_stands_in_the_database(staffed: BoxOffice) -> None:
    done = logged_in(staffed)

    everything = repr([rows(staffed, kind) for kind in (StaffMember, StaffToken, AuditEntry)])
    for secret in (PASSWORD, done.refresh_token, done.access_token):
        assert secret not in everything


@pytest.mark.parametrize("name", ["dora", "nobody.here", *HOSTILE])
def test_a_wrong_password_and_an_unknown_name_are_answered_alike(
    staffed: BoxOffice, name: str
) -> None:
    with pytest.raises(NotLoggedIn) as caught:
        logged_in(staffed, name, "another password")

    assert (caught.value.case, caught.value.exit_code) == ("login.wrong", 4)
    assert rows(staffed, StaffSession) == []


def test_a_password_is_hashed_for_an_unknown_name_as_for_a_known_one(staffed: BoxOffice) -> None:
    hashed_for = {}
    for name in ("dora", "nobody"):
        real = PasswordHasher.verify
        with patch.object(PasswordHasher, "verify", autospec=True, side_effect=real) as verify:
            assert case_of(partial(logged_in, staffed, name, "another password")) == "login.wrong"
        (call,) = verify.mock_calls
        hashed_for[name] = call.args[1].rsplit("$", 2)[0]

    assert hashed_for["nobody"] == hashed_for["dora"]  # with the same memory, passes and lanes


def test_a_disabled_member_is_answered_like_a_wrong_password(staffed: BoxOffice) -> None:
    with staffed.writing() as session:
        disable(session, ROOT, "dora", now=staffed.now())

    assert case_of(lambda: logged_in(staffed, "dora")) == "login.wrong"


def test_after_five_wrong_tries_each_next_waits_longer(staffed: BoxOffice, clock: Clock) -> None:
    for _ in range(FREE_TRIES):
        assert case_of(lambda: logged_in(staffed, "dora", "wrong password")) == "login.wrong"

    with pytest.raises(TooManyTries) as caught:
        logged_in(staffed, "dora")
    assert caught.value.retry_seconds == wait_seconds(FREE_TRIES) == 5

    clock.forward(seconds=5)
    assert case_of(lambda: logged_in(staffed, "dora", "wrong password")) == "login.wrong"
    with pytest.raises(TooManyTries) as again:
        logged_in(staffed, "dora")
    assert again.value.retry_seconds == 10


def test_a_hundred_wrong_tries_at_one_name_lock_nobody_else_out(staffed: BoxOffice) -> None:
    said = [case_of(lambda: logged_in(staffed, "dora", "wrong password")) for _ in range(100)]

    assert said == ["login.wrong"] * 5 + ["login.too_many"] * 95
    assert logged_in(staffed).actor.name == "rita"


def test_waiting_tries_do_not_make_the_wait_longer(staffed: BoxOffice, clock: Clock) -> None:
    for _ in range(50):
        case_of(lambda: logged_in(staffed, "dora", "wrong password"))
    clock.forward(seconds=5)

    assert logged_in(staffed, "dora").actor.name == "dora"


def test_a_right_password_forgets_the_wrong_ones(staffed: BoxOffice) -> None:
    for _ in range(3):
        for _ in range(FREE_TRIES - 1):
            case_of(lambda: logged_in(staffed, "dora", "wrong password"))
        assert logged_in(staffed, "dora").actor.name == "dora"


def test_names_that_nobody_has_wait_too(staffed: BoxOffice) -> None:
    said = [case_of(lambda: logged_in(staffed, "ghost", "wrong password")) for _ in range(6)]

    assert said == ["login.wrong"] * 5 + ["login.too_many"]


def test_the_longest_wait_is_a_quarter_of_an_hour() -> None:
    assert [wait_seconds(count) for count in (0, 4, 5, 6, 7)] == [0, 0, 5, 10, 20]
    assert {wait_seconds(count) for count in (20, 1_000, 10**9)} == {900}


def test_a_hash_made_with_old_settings_is_made_anew_at_the_next_login(staffed: BoxOffice) -> None:
    before = {row.name: row.password_hash for row in rows(staffed, StaffMember)}
    with patch.object(hashing, "HASHER", PasswordHasher(time_cost=2, memory_cost=64)):
        logged_in(staffed)
        after = {row.name: row.password_hash for row in rows(staffed, StaffMember)}
        assert logged_in(staffed).actor.name == "rita"

    assert "t=2" in after["rita"]
    assert after["rita"] != before["rita"]
    assert after["dora"] == before["dora"]


def test_the_real_settings_are_those_of_the_rfc_and_above_owasps() -> None:
    told = (HASHER.type, HASHER.memory_cost, HASHER.time_cost, HASHER.parallelism)

    assert told == (Type.ID, 65_536, 3, 4)


@pytest.mark.parametrize(
    "password", ["", "short", "x" * 129, "a" * 20, "rita.nogueirarita.nogueira", "\ud800" * 20]
)
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(BadValue):
        checked_password(password, name="rita.nogueira")


@pytest.mark.parametrize("pin", ["", "123", "123456789", "12a4", "١٢٣٤", "1111", "1234", "9876"])
def test_weak_pins_are_refused(pin: str) -> None:
    with pytest.raises(BadValue):
        checked_pin(pin)


def test_good_ones_are_taken() -> None:
    assert checked_password("ínclita geração", name="rita") == "ínclita geração"
    assert checked_pin("2719") == "2719"
