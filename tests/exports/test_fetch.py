"""Rows leave the database by the thousand, each to the letter, and a line that breaks is told."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import String, cast, func, literal, select
from sqlalchemy.exc import DataError

from boxoffice.db import Database, ReadSession
from boxoffice.errors import DatabaseSilent
from boxoffice.exports.columns import CELL
from boxoffice.exports.fetch import BLOCK_ROWS, fetched

MANY = 200_000  # more than any buffer between us and the server
NUMBERS = select(cast(func.generate_series(1, MANY), String))
TEXTS = ("\\", "\\N", "\\.", "a\\tb", "%", "%%s", "%(x)s", "'", '"', "é\n\r\t\b\f\v🎭", "", "x")


@contextmanager
def reading(url: str) -> Iterator[ReadSession]:
    with closing(Database(url)) as database, database.reading() as session:
        yield session


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_every_text_arrives_to_the_letter(database_url: str, text: str) -> None:
    with reading(database_url) as session:
        blocks = [*fetched(session, select(literal(text, String())))]

    assert [list(block.rows) for block in blocks] == [[text]]


def test_postgresql_parts_the_cells_of_a_row(postgres_url: str) -> None:
    three = select(literal("a\\b", String()), literal(None, String()), literal("%", String()))

    with reading(postgres_url) as session:
        (block,) = fetched(session, three.where(literal("x", String()).in_(["x", "y"])))

    assert list(block.rows) == [CELL.join(("a\\b", "", "%"))]


def test_a_block_is_never_longer_than_it_may_be(postgres_url: str) -> None:
    with reading(postgres_url) as session:
        blocks = [*fetched(session, NUMBERS)]

    assert {block.count for block in blocks} == {BLOCK_ROWS}
    assert [row for block in blocks for row in block.rows] == [str(n + 1) for n in range(MANY)]
    assert all(max(map(len, block.rows)) <= block.longest for block in blocks)


def test_who_wants_no_more_rows_can_ask_something_else(postgres_url: str) -> None:
    with reading(postgres_url) as session:
        blocks = fetched(session, NUMBERS)
        next(blocks)
        blocks.close()

        session.rollback()
        assert session.connection().exec_driver_sql("SELECT 1").scalar_one() == 1


def test_a_line_that_breaks_in_the_middle_is_told(postgres_url: str) -> None:
    with closing(Database(postgres_url)) as database:
        with pytest.raises(DatabaseSilent):
            read_on_a_line_that_breaks(database)

        with database.reading() as session:
            assert next(fetched(session, NUMBERS)).count == BLOCK_ROWS


def read_on_a_line_that_breaks(database: Database) -> None:
    with database.reading() as session:
        pid = session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        blocks = fetched(session, NUMBERS)
        next(blocks)
        with database.writing() as killer:
            killer.connection().exec_driver_sql("SELECT pg_terminate_backend(%s)", (pid,))
        list(blocks)


def test_what_is_our_own_mistake_stays_one(postgres_url: str) -> None:
    with pytest.raises(DataError), reading(postgres_url) as session:
        list(fetched(session, select(cast(literal(1) / func.floor(literal(0.5)), String))))
