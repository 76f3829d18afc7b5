"""Hand out what is known of one person: a ZIP of JSON, a file a table, and a page to read.

LGPD (Lei 13.709/2018) art. 18, II (access) and V (portability).
"""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from boxoffice.audit.record import record
from boxoffice.db import ReadSession, WriteSession
from boxoffice.ids import new_id
from boxoffice.privacy.files import HoldingFile
from boxoffice.privacy.find import Found, Hit
from boxoffice.privacy.map import TABLES, Kind
from boxoffice.privacy.raw import read_body
from boxoffice.privacy.tables import keys_of, table_named
from boxoffice.staff.rules import Actor, Permission
from boxoffice.text import shown
from boxoffice.times import iso

_MADE_AT = (1980, 1, 1, 0, 0, 0)  # the same data makes the same bytes
_NOT_THEIRS = (Kind.STAFF, Kind.DIGEST, Kind.WORDS)


def package(
    session: ReadSession, actor: Actor, found: Found, files: list[HoldingFile], *, now: datetime
) -> bytes:
    """Return the ZIP. Of rows that only mention them it holds the cells that do.

    Raises:
        Forbidden: the actor may not see to people's data.
    """
    actor.must(Permission.PRIVACY)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as out:
        by_table = {table: list(_rows(session, found, table)) for table in found.counts}
        by_table.pop("search_term", None)  # words of the other tables
        for table, rows in by_table.items():
            told = json.dumps(rows, ensure_ascii=False, indent=2, default=_plain)
            _add(out, f"{table}.json", told + "\n")
        _add(out, "summary.txt", "\n".join(_summary(by_table, files, now)) + "\n")
    return content.getvalue()


def note_handed_out(session: WriteSession, actor: Actor, found: Found, *, now: datetime) -> UUID:
    """Leave the act in the audit, which names nobody, and return the subject it is under."""
    subject = new_id()
    record(session, actor, "privacy.export", "person", subject, now=now, rows=found.counts)
    return subject


def _rows(session: ReadSession, found: Found, name: str) -> Iterator[dict[str, Any]]:
    table = table_named(name)
    kinds = TABLES[name].personal
    for hit in found.hits.values():
        if hit.table != name or name == "search_term":
            continue
        here = and_(*(table.c[k] == v for k, v in zip(keys_of(name), hit.key, strict=True)))
        row = session.connection().execute(select(table).where(here)).first()
        if row is not None:
            yield {
                column: read_body(value) if isinstance(value, bytes) else value
                for column, value in row._mapping.items()  # noqa: SLF001  (its public name)
                if _is_handed_out(hit, column, kinds.get(column))
            }


def _is_handed_out(hit: Hit, column: str, kind: Kind | None) -> bool:
    if kind in _NOT_THEIRS:
        return False
    return hit.is_theirs or column in hit.columns or column == "id"


def _summary(
    tables: dict[str, list[dict[str, Any]]], files: list[HoldingFile], now: datetime
) -> Iterator[str]:
    yield f"What this box office knows of you, {iso(now)}"
    yield ""
    for table, rows in tables.items():
        yield f"{table}: {len(rows)}"
    for order in tables.get("orders", []):
        yield ""
        placed = _plain(order.get("placed_at"))
        yield f"Order {order.get('code')}, {order.get('state')}, placed {placed}"
        yield f"  {order.get('total_minor')} {order.get('currency')} in minor units"
        for column in ("buyer_name", "buyer_email", "buyer_document", "buyer_phone"):
            if order.get(column):
                yield f"  {column}: {shown(str(order[column]))}"
    if files:
        yield ""
        yield "Files that hold it too:"
        yield from (f"  {file.kind}: {shown(file.path.name)}" for file in files)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date | UUID):
        return str(value)
    return str(value)


def _add(out: zipfile.ZipFile, name: str, text: str) -> None:
    info = zipfile.ZipInfo(name, _MADE_AT)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    out.writestr(info, text)
