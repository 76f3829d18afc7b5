"""What the processes of a race among the staff do."""

from contextlib import closing
from unittest.mock import patch

from argon2 import PasswordHasher

from boxoffice.staff import hashing
from boxoffice.staff.change import disable
from boxoffice.staff.rules import Actor, Role
from tests.races.clerks import Seat, ready
from tests.staff.people import case_of, logged_in, refreshed

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def guess(seat: Seat, times: int) -> list[str]:
    """Guess one password, as the others do at the same moment."""
    with closing(seat.open()) as office, patch.object(hashing, "HASHER", CHEAP):
        ready()
        return [case_of(lambda: logged_in(office, "dora", "wrong")) for _ in range(times)]


def renew(seat: Seat, token: str) -> str:
    """Refresh with one token, as the others do at the same moment; return the new one."""
    with closing(seat.open()) as office:
        ready()
        return refreshed(office, token).refresh_token


def put_out(seat: Seat, admins: list[str]) -> str:
    """Disable the next admin, as that one does with the next."""
    me, other = admins[seat.number], admins[(seat.number + 1) % len(admins)]
    with closing(seat.open()) as office:

        def act() -> None:
            with office.writing() as session:
                disable(session, Actor(me, Role.ADMIN), other, now=office.now())

        ready()
        return case_of(act)
