"""The program on a database of the test's own, with an event on sale."""

from pathlib import Path

import pytest

from tests.commands import Commands


@pytest.fixture
def boxoffice(database_url: str, tmp_path: Path) -> Commands:
    """The program, once on SQLite and once on PostgreSQL."""
    return _program(database_url, tmp_path)


@pytest.fixture
def on_sqlite(sqlite_url: str, tmp_path: Path) -> Commands:
    """The program on SQLite alone, where the database is not the point."""
    return _program(sqlite_url, tmp_path)


def _program(url: str, folder: Path) -> Commands:
    made = Commands(url, folder / "home")
    made.has_event()
    return made
