"""Every table, by name, with all its rows in reach: the map says what they hold."""

# ruff: noqa: F401  (a table is known once its module is imported)

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, select
from sqlmodel import SQLModel

import boxoffice.audit.models
import boxoffice.door.models
import boxoffice.events.models
import boxoffice.exports.models
import boxoffice.orders.models
import boxoffice.outbox.messages
import boxoffice.outbox.models
import boxoffice.payments.models
import boxoffice.privacy.models
import boxoffice.promos.models
import boxoffice.tickets.models
import boxoffice.till.models
from boxoffice.db import ReadSession

_BATCH = 1_000  # rows that are in memory at once


def table_named(name: str) -> Table:
    """Return a table."""
    return SQLModel.metadata.tables[name]


def keys_of(name: str) -> list[str]:
    """Return the names of a table's key columns."""
    return [column.name for column in table_named(name).primary_key]


def stream(
    session: ReadSession, name: str, columns: Sequence[str], *where: ColumnElement[bool]
) -> Iterator[tuple[tuple[Any, ...], Row[Any]]]:
    """Yield the key of each row and its `columns`, a batch of rows in memory at a time."""
    table = table_named(name)
    keys = keys_of(name)
    wanted = [table.c[column] for column in dict.fromkeys([*keys, *columns])]
    asked = select(*wanted).where(*where).order_by(*(table.c[key] for key in keys))
    options = {"yield_per": _BATCH}
    with session.connection().execute(asked, execution_options=options) as rows:
        for row in rows:
            yield tuple(row._mapping[key] for key in keys), row  # noqa: SLF001  (its public name)
