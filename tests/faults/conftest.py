"""One office for all faults of a file; each test starts its own programs in it."""

from collections.abc import Iterator

import pytest

from tests.faults.rig import Rig, rig


@pytest.fixture(scope="session")
def office_to_break() -> Iterator[Rig]:
    with rig() as made:
        yield made


@pytest.fixture
def broken(office_to_break: Rig) -> Iterator[Rig]:
    """The office with a beat and two workers, and nothing left to do."""
    words = ("beat", "worker", "worker")
    for program in [office_to_break.start(word) for word in words]:
        office_to_break.alive(program)
    yield office_to_break
    office_to_break.tidy()
