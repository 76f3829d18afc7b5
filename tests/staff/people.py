"""People of the tests: added, logged in, and what the database says of them."""

from collections.abc import Callable
from typing import TypeVar

from boxoffice.audit.models import AuditEntry
from boxoffice.errors import BoxOfficeError
from boxoffice.office import BoxOffice
from boxoffice.staff.add import add_member
from boxoffice.staff.hashing import hashed
from boxoffice.staff.log_in import log_in
from boxoffice.staff.queries import MemberView
from boxoffice.staff.rules import Actor, Role
from boxoffice.staff.sessions import LoggedIn, refresh
from tests.making import rows

PASSWORD = "four words long enough"
ROOT = Actor("rita", Role.ADMIN)

T = TypeVar("T")


def added(office: BoxOffice, name: str, role: Role, *, email: str = "") -> MemberView:
    """Add somebody with the password of the tests."""
    first = not rows(office, AuditEntry)
    with office.writing() as session:
        return add_member(
            session,
            office.actor if first else ROOT,
            name=name,
            role=role,
            password_hash=hashed(PASSWORD),
            email=email,
            now=office.now(),
        )


def logged_in(office: BoxOffice, name: str = "rita", password: str = PASSWORD) -> LoggedIn:
    """Log somebody in."""
    return log_in(office.database, office.staff_keys, name, password, now=office.now())


def refreshed(office: BoxOffice, token: str) -> LoggedIn:
    """Turn a refresh token over."""
    return refresh(office.database, office.staff_keys, token, now=office.now())


def case_of(act: Callable[[], object]) -> str:
    """Return the case of what an act is refused with, or `ok`."""
    try:
        act()
    except BoxOfficeError as refusal:
        return refusal.case
    return "ok"


def verbs_of(office: BoxOffice) -> list[str]:
    """Return what the audit says was done, in order."""
    return [entry.verb for entry in sorted(rows(office, AuditEntry), key=lambda e: (e.at, e.id))]
