"""Who is added, changed and disabled, and that an admin is always left."""

from collections.abc import Callable
from functools import partial

import pytest

from boxoffice.audit.models import AuditEntry
from boxoffice.db import WriteSession
from boxoffice.errors import BadValue, Forbidden, NotFound, NotLoggedIn, Refused
from boxoffice.office import BoxOffice
from boxoffice.staff.add import add_member
from boxoffice.staff.approve import approve
from boxoffice.staff.change import change_email, change_pin, change_role, disable, enable
from boxoffice.staff.hashing import hashed
from boxoffice.staff.models import StaffMember
from boxoffice.staff.queries import checked_name, has_staff, list_staff
from boxoffice.staff.rules import LOCAL_ADMIN, Actor, Permission, Role
from boxoffice.staff.unlock import unlock
from tests.making import Clock, rows
from tests.staff.people import PASSWORD, ROOT, added, case_of, logged_in, verbs_of

DORA = Actor("dora", Role.DOOR)
PIN = "2719"


def test_the_first_must_be_an_admin_with_a_password(office: BoxOffice) -> None:
    for role, kept in ((Role.MANAGER, "x"), (Role.ADMIN, "")):
        with pytest.raises(Refused) as caught, office.writing() as session:
            add_member(
                session, LOCAL_ADMIN, name="rita", role=role, password_hash=kept, now=office.now()
            )
        assert caught.value.case == "staff.first_admin"

    with office.reading() as session:
        assert not has_staff(session)


def test_the_first_ends_the_admin_of_the_files(staffed: BoxOffice) -> None:
    with pytest.raises(NotLoggedIn), staffed.writing() as session:
        add_member(
            session, LOCAL_ADMIN, name="eve", role=Role.ADMIN, password_hash="x", now=staffed.now()
        )

    assert [member.name for member in rows(staffed, StaffMember)] == ["rita", "dora"]


def test_a_name_is_given_once(staffed: BoxOffice) -> None:
    with pytest.raises(Refused) as caught:
        added(staffed, "DORA", Role.FINANCE)

    assert caught.value.case == "staff.exists"


@pytest.mark.parametrize(
    "name",
    ["", ".", "-rita", "rita-", "a" * 33, "ri ta", "rita\n", "[b]rita", "ríta", "local", "system",
     "\x1b[31mrita", "\u202erita", "=rita", "../rita"],
)  # fmt: skip
def test_a_name_that_would_act_in_a_log_or_a_sheet_is_refused(name: str) -> None:
    with pytest.raises(BadValue):
        checked_name(name if name != "rita\n" else "ri\nta")


def test_nobody_but_an_admin_changes_people(staffed: BoxOffice) -> None:
    changes: tuple[Callable[[WriteSession], object], ...] = (
        lambda session: change_role(session, DORA, "dora", Role.ADMIN, now=staffed.now()),
        lambda session: disable(session, DORA, "rita", now=staffed.now()),
        lambda session: enable(session, DORA, "rita", now=staffed.now()),
        lambda session: change_email(session, DORA, "rita", "d@example.com", now=staffed.now()),
    )
    for change in changes:
        with pytest.raises(Forbidden), staffed.writing() as session:
            change(session)

    assert verbs_of(staffed) == ["staff.add", "staff.add"]


def test_the_last_admin_stays(staffed: BoxOffice) -> None:
    with pytest.raises(Refused), staffed.writing() as session:
        disable(session, ROOT, "rita", now=staffed.now())
    with pytest.raises(Refused) as caught, staffed.writing() as session:
        change_role(session, ROOT, "rita", Role.FINANCE, now=staffed.now())

    assert caught.value.case == "staff.last_admin"
    added(staffed, "ana", Role.ADMIN)
    with staffed.writing() as session:
        assert disable(session, ROOT, "rita", now=staffed.now()).disabled_at


def test_who_is_enabled_again_logs_in_anew(staffed: BoxOffice) -> None:
    with staffed.writing() as session:
        disable(session, ROOT, "dora", now=staffed.now())
        disable(session, ROOT, "dora", now=staffed.now())
        enable(session, ROOT, "dora", now=staffed.now())

    assert logged_in(staffed, "dora").actor == DORA
    assert verbs_of(staffed).count("staff.disable") == 1


def test_the_audit_names_no_address_and_no_secret(staffed: BoxOffice) -> None:
    with staffed.writing() as session:
        change_email(session, ROOT, "dora", "dora@example.com", now=staffed.now())
        change_pin(session, ROOT, hashed(PIN), now=staffed.now())

    told = repr(rows(staffed, AuditEntry))
    assert "example.com" not in told
    assert "argon2" not in told


def test_a_name_nobody_has_is_not_found(staffed: BoxOffice) -> None:
    for name in ("ghost", "\x00", "\ud800", "a" * 500):
        with pytest.raises(NotFound), staffed.writing() as session:
            disable(session, ROOT, name, now=staffed.now())


def test_the_staff_is_listed_without_hashes(staffed: BoxOffice) -> None:
    with staffed.reading() as session:
        found = list_staff(session, limit=10)

    assert [(each.name, each.role, each.has_pin) for each in found] == [
        ("dora", Role.DOOR, False),
        ("rita", Role.ADMIN, False),
    ]
    assert "argon2" not in repr(found)


@pytest.fixture
def supervised(staffed: BoxOffice) -> BoxOffice:
    """An office where rita has a PIN."""
    with staffed.writing() as session:
        change_pin(session, ROOT, hashed(PIN), now=staffed.now())
    return staffed


def approved(office: BoxOffice, supervisor: str = "rita", pin: str = PIN) -> Actor:
    return approve(
        office.database,
        DORA,
        supervisor=supervisor,
        pin=pin,
        permission=Permission.OVERRIDE_DOOR,
        now=office.now(),
    )


def test_a_supervisor_approves_with_a_pin_and_the_audit_names_both(supervised: BoxOffice) -> None:
    assert approved(supervised, " RITA ") == ROOT

    (entry,) = (each for each in rows(supervised, AuditEntry) if each.verb == "staff.approve")
    assert (entry.actor, entry.facts) == (
        "rita",
        {"permission": "override_door", "asked_by": "dora"},
    )


@pytest.mark.parametrize(
    ("supervisor", "pin"),
    [("rita", "2718"), ("rita", ""), ("dora", PIN), ("ghost", PIN), ("dora", ""), ("\x00", PIN)],
)
def test_a_wrong_pin_and_a_wrong_name_are_refused_alike(
    supervised: BoxOffice, supervisor: str, pin: str
) -> None:
    assert case_of(lambda: approved(supervised, supervisor, pin)) == "approval.wrong"


def test_who_may_not_do_it_cannot_approve_it(supervised: BoxOffice) -> None:
    with supervised.writing() as session:
        change_pin(session, DORA, hashed(PIN), now=supervised.now())

    assert case_of(lambda: approved(supervised, "dora")) == "forbidden"


def test_pins_cannot_be_guessed_and_nobody_else_is_locked_out(
    supervised: BoxOffice, clock: Clock
) -> None:
    guesses = [partial(approved, supervised, pin=f"{number:04}") for number in range(1_000)]
    said = [case_of(guess) for guess in guesses]

    assert said == ["approval.wrong"] * 5 + ["login.too_many"] * 995
    assert logged_in(supervised).actor == ROOT
    clock.forward(seconds=5)
    assert approved(supervised) == ROOT


@pytest.mark.parametrize("secret", [PIN, PASSWORD])
def test_whoever_locked_a_desk_unlocks_it_with_pin_or_password(
    supervised: BoxOffice, secret: str
) -> None:
    unlock(supervised.database, ROOT, secret, now=supervised.now())


@pytest.mark.parametrize(
    ("actor", "secret"),
    [(ROOT, "2718"), (ROOT, ""), (DORA, PIN), (Actor("ghost", Role.ADMIN), PIN), (ROOT, "x" * 999)],
)
def test_another_secret_and_another_person_unlock_nothing(
    supervised: BoxOffice, actor: Actor, secret: str
) -> None:
    with pytest.raises(Forbidden):
        unlock(supervised.database, actor, secret, now=supervised.now())


def test_a_lock_cannot_be_guessed_open(supervised: BoxOffice) -> None:
    guesses = [partial(unlock, supervised.database, ROOT, str(n), now=supervised.now())
               for n in range(20)]  # fmt: skip

    assert [case_of(guess) for guess in guesses] == ["unlock.wrong"] * 5 + ["login.too_many"] * 15
