"""An office with people in it. Hashing is made cheap here: one test looks at the real settings."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from argon2 import PasswordHasher

from boxoffice.office import BoxOffice
from boxoffice.staff import hashing
from boxoffice.staff.rules import Role
from tests.staff.people import added

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture(autouse=True)
def _cheap() -> Iterator[None]:
    with patch.object(hashing, "HASHER", CHEAP):
        yield


@pytest.fixture
def staffed(office: BoxOffice) -> BoxOffice:
    """An office with rita, an admin with an address, and dora at the door."""
    added(office, "rita", Role.ADMIN, email="rita@example.com")
    added(office, "dora", Role.DOOR)
    return office
