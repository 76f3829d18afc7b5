"""An office with its gateway behind sockets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.gateway import Wired, wired
from tests.making import Clock


@pytest.fixture
def line(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Wired]:
    """An office and its gateway, once on SQLite and once on PostgreSQL."""
    with wired(database_url, tmp_path / "home", clock) as made:
        yield made
