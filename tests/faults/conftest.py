"""One office for all faults of a file; each test starts its own programs in it."""

from collections.abc import Iterator

import pytest

from tests.faults.rig import Rig, rig


@pytest.fixture(scope="session")
def office_to_break() -> Iterator[Rig]:
    with rig() as made:
        yield made


@pytest.fixture
def broken(office_to_break: Rig) -> Rig:
    """The office with a beat and two workers at least, and nothing left to do."""
    office_to_break.mend()
    return office_to_break
