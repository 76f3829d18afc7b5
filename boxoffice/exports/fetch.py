"""How rows leave each database: by COPY from PostgreSQL, by a cursor from SQLite.

COPY writes the rows while it finds them, asks for nothing between two of them, and makes one text
of each by itself: the server needs a fifth less for it, and we a half.
"""

import re
from collections.abc import Generator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy.exc import DBAPIError

from boxoffice.db import ReadSession
from boxoffice.exports.block import Block
from boxoffice.exports.columns import CELL

BLOCK_ROWS = 1_000

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# https://www.postgresql.org/docs/current/sql-copy.html, "Text Format"
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_HOW = f"(FORMAT text, DELIMITER E'\\x{ord(CELL):02x}', NULL '', ENCODING 'UTF8')"


def fetched(session: ReadSession, statement: Any) -> Generator[Block, None, None]:
    """Yield the rows of a statement in blocks; many columns become the cells of one text.

    Only PostgreSQL makes one text of many columns.
    """
    if session.is_sqlite:
        streamed = session.connection().execute(
            statement, execution_options={"yield_per": BLOCK_ROWS}
        )
        try:
            yield from map(Block.of, streamed.scalars().partitions(BLOCK_ROWS))
        finally:
            streamed.close()
        return
    yield from _copied(session, statement)


def _copied(session: ReadSession, statement: Any) -> Generator[Block, None, None]:
    line = session.connection()
    compiled = statement.compile(line, compile_kwargs={"render_postcompile": True})
    # One value more than it has: only where there are values does the driver read `%%` as `%`.
    values = {**compiled.params, "": ""}
    driver: Any = line.connection.driver_connection
    errors: Any = line.dialect.loaded_dbapi.Error
    try:
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY ({compiled}) TO STDOUT {_HOW}", values) as rows,
        ):
            # As bytes: a thousand views would set off the collector of garbage, which costs more.
            while lines := [*map(bytes, islice(rows, BLOCK_ROWS))]:
                yield _block(lines)
    except errors as error:
        raise DBAPIError.instance(None, None, error, errors, dialect=line.dialect) from error


def _block(lines: Sequence[bytes]) -> Block:
    """Read lines of COPY: seldom is there an escape, and then in one of a thousand rows."""
    raw = b"".join(lines)
    if b"\\" in raw:
        rows = raw.decode().split("\n")[:-1]
        return Block.of([_ESCAPED.sub(_escape, row) if "\\" in row else row for row in rows])
    return Block(raw, count=len(lines), longest=max(map(len, lines)))


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[1], found[1])
