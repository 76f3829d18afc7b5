"""Logins that are long over are forgotten, and those that stand are not."""

from datetime import timedelta

import pytest

from boxoffice.errors import Forbidden
from boxoffice.ids import new_id
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import ApplyRetention
from boxoffice.outbox.models import JobState
from boxoffice.staff.forget import forget_logins
from boxoffice.staff.models import (
    CodePurpose,
    StaffCode,
    StaffMember,
    StaffSession,
    StaffToken,
    StaffTry,
)
from boxoffice.staff.rules import SYSTEM
from boxoffice.staff.sessions import log_out
from tests.making import AUDITOR, NOON, Clock, rows
from tests.staff.people import logged_in, refreshed, verbs_of
from tests.tasks.working import again, ran

JOB = ApplyRetention(NOON.isoformat())
TABLES = (StaffSession, StaffToken, StaffCode, StaffTry)


def counts(office: BoxOffice) -> list[int]:
    return [len(rows(office, table)) for table in TABLES]


def coded(office: BoxOffice) -> None:
    """Let rita have a one-time code that is good for an hour."""
    member = rows(office, StaffMember)[0]
    with office.writing() as session:
        session.add(
            StaffCode(
                id=new_id(),
                staff_id=member.id,
                purpose=CodePurpose.RESET_PASSWORD,
                email="rita@example.com",
                tries_left=3,
                created_at=office.now(),
                expires_at=office.now() + timedelta(hours=1),
            )
        )


def forgotten(office: BoxOffice) -> int:
    with office.writing() as session:
        return forget_logins(session, SYSTEM, now=office.now())


def test_what_is_over_for_ninety_days_goes_with_its_family(
    staffed: BoxOffice, clock: Clock
) -> None:
    refreshed(staffed, logged_in(staffed).refresh_token)
    coded(staffed)
    assert counts(staffed) == [1, 2, 1, 1]
    clock.forward(days=92)
    assert forgotten(staffed) > 0
    assert counts(staffed)[0] == 1  # a login goes on for some weeks

    clock.forward(days=40)

    assert forgotten(staffed) == 3
    assert counts(staffed) == [0, 0, 0, 0]
    assert forgotten(staffed) == 0
    assert verbs_of(staffed).count("staff.forget_logins") == 2


def test_what_stands_or_ended_lately_is_kept(staffed: BoxOffice, clock: Clock) -> None:
    log_out(staffed.database, logged_in(staffed).refresh_token, now=staffed.now())
    clock.forward(days=80)
    logged_in(staffed)
    coded(staffed)
    before = counts(staffed)

    assert forgotten(staffed) == 0
    assert counts(staffed) == before


def test_the_daily_round_forgets_them_once(staffed: BoxOffice, clock: Clock) -> None:
    logged_in(staffed)
    clock.forward(days=150)

    assert (ran(staffed, JOB), again(staffed, JOB)) == (JobState.DONE, JobState.DONE)

    assert counts(staffed) == [0, 0, 0, 0]
    assert verbs_of(staffed).count("staff.forget_logins") == 1


def test_only_who_sees_to_people_forgets(staffed: BoxOffice) -> None:
    with pytest.raises(Forbidden), staffed.writing() as session:
        forget_logins(session, AUDITOR, now=staffed.now())
