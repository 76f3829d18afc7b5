"""The map of personal data is whole: every column has a word, and the page says what it says."""

from pathlib import Path

import pytest

from boxoffice.migrations.models import metadata
from boxoffice.privacy.map import LEFT, TABLES, Kind, page_rows

PAGE = Path(__file__).parents[2] / "docs" / "privacy.md"


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_every_column_says_whether_it_is_personal(table: str) -> None:
    declared = TABLES[table].plain | set(TABLES[table].personal)

    assert declared == set(metadata.tables[table].columns.keys())
    assert not TABLES[table].plain & set(TABLES[table].personal)


def test_no_table_is_declared_that_is_not_there() -> None:
    assert set(TABLES) == set(metadata.tables)


def test_every_kind_says_what_erasing_leaves() -> None:
    assert set(LEFT) == set(Kind)


def test_the_page_shows_the_map() -> None:
    assert page_rows() in PAGE.read_text("utf-8")
