"""One-time codes: mailed, good once, for a quarter of an hour and five tries."""

from functools import partial
from pathlib import Path

import pytest

from boxoffice.audit.models import AuditEntry
from boxoffice.errors import Refused
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import MailStaffCode
from boxoffice.outbox.models import Job, JobState
from boxoffice.staff.change import change_email, disable
from boxoffice.staff.codes import ask_code, reset_password, verify_email
from boxoffice.staff.hashing import hashed
from boxoffice.staff.models import CodePurpose, StaffCode, StaffMember
from boxoffice.staff.queries import actor_of_session
from boxoffice.staff.rules import Role
from tasks.relay import run_promised
from tests.making import Clock, rows
from tests.staff.people import ROOT, added, case_of, logged_in
from tests.tasks.working import again

NEW = "five other words long enough"


def asked(office: BoxOffice, purpose: CodePurpose, name: str = "rita") -> MailStaffCode:
    """Ask for a code that is mailed."""
    job = ask_code(office.database, name, purpose, now=office.now())
    assert job is not None
    return job


def code_of(office: BoxOffice, job: MailStaffCode) -> str:
    """Return the code as its mail has it."""
    return office.staff_keys.mailed_code(job.code_id)


def verified(office: BoxOffice, code: str, name: str = "rita") -> None:
    verify_email(office.database, office.staff_keys, name, code, now=office.now())


def reset(office: BoxOffice, code: str, name: str = "rita") -> None:
    keys, now = office.staff_keys, office.now()
    reset_password(office.database, keys, name, code, hashed(NEW), now=now)


@pytest.fixture
def proved(staffed: BoxOffice, clock: Clock) -> BoxOffice:
    """An office where rita's address is proved."""
    verified(staffed, code_of(staffed, asked(staffed, CodePurpose.VERIFY_EMAIL)))
    clock.forward(hours=1)
    return staffed


def mails(office: BoxOffice) -> list[str]:
    return [path.read_text() for path in Path(office.settings.home / "mail" / "new").glob("*")]


def test_a_code_is_mailed_and_proves_the_address(staffed: BoxOffice) -> None:
    job = asked(staffed, CodePurpose.VERIFY_EMAIL)
    assert run_promised(staffed, job) is JobState.DONE

    (mail,) = mails(staffed)
    assert code_of(staffed, job) in mail
    verified(staffed, f" {code_of(staffed, job).lower()} ")
    proved = {row.name: row.email_verified_at for row in rows(staffed, StaffMember)}
    assert proved == {"rita": staffed.now(), "dora": None}


def test_mail_staff_code_twice_is_once(staffed: BoxOffice) -> None:
    job = asked(staffed, CodePurpose.VERIFY_EMAIL)
    run_promised(staffed, job)

    assert again(staffed, job) is JobState.DONE

    assert len(mails(staffed)) == 1


def test_a_code_that_is_over_is_not_mailed(staffed: BoxOffice, clock: Clock) -> None:
    job = asked(staffed, CodePurpose.VERIFY_EMAIL)
    clock.forward(minutes=15)

    assert run_promised(staffed, job) is JobState.DONE

    assert mails(staffed) == []


def test_the_code_stands_nowhere_in_the_database(staffed: BoxOffice) -> None:
    job = asked(staffed, CodePurpose.VERIFY_EMAIL)
    run_promised(staffed, job)

    everything = repr([rows(staffed, kind) for kind in (StaffCode, Job, AuditEntry)])
    assert code_of(staffed, job) not in everything


def test_a_forgotten_password_is_set_anew_and_every_login_ends(proved: BoxOffice) -> None:
    login = logged_in(proved)
    code = code_of(proved, asked(proved, CodePurpose.RESET_PASSWORD))

    reset(proved, code)

    assert case_of(lambda: logged_in(proved)) == "login.wrong"
    assert logged_in(proved, password=NEW).actor == ROOT
    with proved.reading() as session:
        assert actor_of_session(session, login.session_id, now=proved.now()) is None


def test_a_code_is_good_once(proved: BoxOffice) -> None:
    code = code_of(proved, asked(proved, CodePurpose.RESET_PASSWORD))
    reset(proved, code)

    assert case_of(lambda: reset(proved, code)) == "code.wrong"


def test_a_code_is_good_for_a_quarter_of_an_hour(proved: BoxOffice, clock: Clock) -> None:
    code = code_of(proved, asked(proved, CodePurpose.RESET_PASSWORD))
    clock.forward(minutes=15)

    assert case_of(lambda: reset(proved, code)) == "code.wrong"


def test_a_code_for_one_thing_is_none_for_another(proved: BoxOffice) -> None:
    code = code_of(proved, asked(proved, CodePurpose.VERIFY_EMAIL))

    assert case_of(lambda: reset(proved, code)) == "code.wrong"


def test_a_newer_code_ends_the_one_before(proved: BoxOffice) -> None:
    first = code_of(proved, asked(proved, CodePurpose.RESET_PASSWORD))
    second = code_of(proved, asked(proved, CodePurpose.RESET_PASSWORD))

    assert case_of(lambda: reset(proved, first)) == "code.wrong"
    reset(proved, second)


def test_a_code_guessed_a_thousand_times_is_not_found(proved: BoxOffice, clock: Clock) -> None:
    code = code_of(proved, asked(proved, CodePurpose.RESET_PASSWORD))
    guesses = [partial(reset, proved, f"GUESS{number:03}") for number in range(1_000)]
    said = [case_of(guess) for guess in guesses]

    assert said == ["code.wrong"] * 5 + ["login.too_many"] * 995
    clock.forward(minutes=14)
    assert case_of(lambda: reset(proved, code)) == "code.wrong"
    assert logged_in(proved).actor == ROOT


@pytest.mark.parametrize("name", ["dora", "ghost", "", "\x00", "\ud800"])
def test_nobody_without_a_proved_address_gets_a_code(proved: BoxOffice, name: str) -> None:
    now = proved.now()

    assert ask_code(proved.database, name, CodePurpose.RESET_PASSWORD, now=now) is None
    assert case_of(lambda: reset(proved, "ABCDEFGH", name)) == "code.wrong"


def test_codes_are_not_mailed_without_end(staffed: BoxOffice) -> None:
    said = [case_of(lambda: asked(staffed, CodePurpose.VERIFY_EMAIL)) for _ in range(20)]

    assert said == ["ok"] * 5 + ["login.too_many"] * 15


def test_a_code_for_an_old_address_proves_nothing(staffed: BoxOffice) -> None:
    code = code_of(staffed, asked(staffed, CodePurpose.VERIFY_EMAIL))
    with staffed.writing() as session:
        change_email(session, ROOT, "rita", "other@example.com", now=staffed.now())

    with pytest.raises(Refused):
        verified(staffed, code)


def test_a_disabled_members_code_is_no_good(proved: BoxOffice) -> None:
    added(proved, "ana", Role.ADMIN)
    code = code_of(proved, asked(proved, CodePurpose.RESET_PASSWORD))
    with proved.writing() as session:
        disable(session, ROOT, "rita", now=proved.now())

    assert case_of(lambda: reset(proved, code)) == "code.wrong"
