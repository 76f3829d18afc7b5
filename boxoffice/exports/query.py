"""Which rows an export has: of an event, in a span of time, under conditions."""

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from boxoffice.db import ReadSession
from boxoffice.errors import BadValue
from boxoffice.exports.block import Block
from boxoffice.exports.columns import Column, Kind, cell_text, row_cells, row_text
from boxoffice.exports.definition import Definition
from boxoffice.exports.fetch import BLOCK_ROWS, fetched
from boxoffice.money import parse_money
from boxoffice.text import folded
from boxoffice.times import parse_moment

_CONDITION = re.compile(r"\s*([a-z_]+)\s*(!=|>=|<=|=|>|<)(.*)", re.DOTALL)
_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows and columns are wanted, as they were asked for."""

    definition: Definition
    columns: tuple[Column, ...]
    event_id: UUID | None
    conditions: tuple[str, ...]  # `column=value,value`, `column>=value`
    since: datetime | None
    until: datetime | None
    zone: ZoneInfo
    has_documents: bool
    title: str = ""  # of the event


def blocks_of(
    session: ReadSession, wanted: Wanted, *, as_json: bool, now: datetime
) -> Iterator[Block]:
    """Yield the rows in blocks, however many there are: memory does not grow with them.

    Raises:
        BadValue: a condition makes no sense.
    """
    definition, columns, whole = wanted.definition, wanted.columns, wanted.has_documents
    if definition.sorted_by:
        row = row_text(columns, as_json=as_json, has_documents=whole)
        beside = definition.column(definition.sorted_by, option="").source
        return _sorted(session, _statement(wanted, [row, beside], now=now))
    cells = row_cells(columns, has_documents=whole)
    if as_json or session.is_sqlite:
        cells = [row_text(columns, as_json=as_json, has_documents=whole)]
    return fetched(session, _statement(wanted, cells, now=now))


def _sorted(session: ReadSession, statement: Any) -> Iterator[Block]:
    """Yield the rows sorted by what stands beside each; those alike stay in their order."""
    found = session.connection().execute(statement).all()
    rows = [row for row, _ in sorted(found, key=lambda pair: folded(pair[1] or ""))]
    for first in range(0, len(rows), BLOCK_ROWS):
        yield Block.of(rows[first : first + BLOCK_ROWS])


def _statement(wanted: Wanted, selected: Sequence[Any], *, now: datetime) -> Any:
    definition = wanted.definition
    statement = definition.rows(select(*selected))
    if wanted.event_id is not None:
        assert definition.event_id is not None, "what is nobody's alone was refused before"
        statement = statement.where(definition.event_id == wanted.event_id)
    at = definition.column(definition.moment, option="--since").source
    if wanted.since is not None:
        statement = statement.where(at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(at < wanted.until)
    for condition in wanted.conditions:
        statement = statement.where(_read(condition, wanted, now))
    return statement.order_by(*definition.order)


def _read(condition: str, wanted: Wanted, now: datetime) -> Any:
    found = _CONDITION.fullmatch(condition)
    if found is None:
        raise BadValue(
            "--where", f"{condition[:40]!r} is no condition.", hint="write state=valid,blocked"
        )
    name, sign, value = found.groups()
    column = wanted.definition.column(name, option="--where")
    if column.kind is Kind.DOCUMENT and not wanted.has_documents:
        raise BadValue("--where", f"{name} is masked.", hint="add --with-documents")
    if sign in {"=", "!="}:
        values = [_value(column, part.strip(), wanted.zone, now) for part in value.split(",")]
        compared = _source(column)
        return compared.in_(values) if sign == "=" else compared.not_in(values)
    if column.kind not in {Kind.NUMBER, Kind.MONEY, Kind.MOMENT}:
        raise BadValue("--where", f"{name} is text: only = and != compare it.")
    return _COMPARE[sign](column.source, _value(column, value.strip(), wanted.zone, now))


def _source(column: Column) -> Any:
    is_typed = column.kind in {Kind.NUMBER, Kind.MONEY, Kind.MOMENT}
    return column.source if is_typed else cell_text(column)


def _value(column: Column, text: str, zone: ZoneInfo, now: datetime) -> Any:
    match column.kind:
        case Kind.NUMBER:
            if not re.fullmatch(r"-?[0-9]{1,18}", text):
                raise BadValue("--where", f"{text[:40]!r} is no whole number.")
            return int(text)
        case Kind.MONEY:
            return parse_money(text, name="--where").minor
        case Kind.MOMENT:
            return parse_moment(text, name="--where", zone=zone, now=now)
        case _:
            if "\0" in text or not text.isprintable():
                raise BadValue("--where", "holds characters that no cell has.")
            return text
