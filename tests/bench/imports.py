"""An import of attendees, against the same rows by the driver's `executemany`."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from psycopg.types.json import Json
from sqlalchemy import select

from boxoffice.bulk.apply import Importer, apply_import
from boxoffice.bulk.plan import plan_import
from boxoffice.bulk.plan_file import write_plan
from boxoffice.migrations.models import metadata
from boxoffice.office import BoxOffice
from tests.bench.databases import DAY, KINDS, TIER
from tests.bench.harness import Bench, Row, Sample, at_least, duel, whole
from tests.bench.people import guests
from tests.bench.raw import Raw, connect

_SEED = 7
_ROWS = tuple[str, tuple[str, ...], list[tuple[Any, ...]]]  # a table, its columns, its rows


def imports(bench: Bench) -> Iterator[Row]:
    """Compare a file that is planned and applied with all the rows it brings, written at once."""
    count = bench.pick(1_000, 100_000)
    file = _file(count)
    for kind in KINDS:
        made = _made(bench, kind)
        _import(made, file, bench.folder)
        rows = _rows_of(made)
        met = duel(
            partial(_floor, bench, kind, rows, count),
            partial(_ours, bench, kind, file, count),
            rounds=bench.pick(3, 1),
        )
        note = "executemany of the same rows in one transaction; ours keeps 200 orders at once"
        yield met.rates(f"import, {kind}, {count:,} attendees", at_least(0.3), note=note)


def _file(count: int) -> bytes:
    rows = (
        f"P{number};{guest.name};{guest.email};{TIER};1"
        for number, guest in enumerate(guests(count, _SEED))
    )
    return "\r\n".join(["Pedido;Nome;E-mail;Lote;Qtd", *rows, ""]).encode()


def _made(bench: Bench, kind: str) -> BoxOffice:
    return bench.databases.selling(kind)[1]


def _ours(bench: Bench, kind: str, file: bytes, count: int) -> Sample:
    office = _made(bench, kind)
    return whole(count, partial(_import, office, file, bench.folder))


def _import(office: BoxOffice, file: bytes, folder: Path) -> None:
    path = folder / "import.json"
    with office.reading() as session:
        plan = plan_import(session, office.actor, file, DAY, headings={}, now=office.now())
    write_plan(plan, path, source="file", by="bench", now=office.now())
    importer = Importer(office.database, office.actor, office.ticket_key, office.now)
    done = apply_import(importer, path)
    assert done.made == len(plan.orders), "every row is an order"
    for each in folder.glob("import*"):
        each.unlink()


def _rows_of(office: BoxOffice) -> list[_ROWS]:
    """Return every row of a database, table by table, as its driver takes them."""
    found: list[_ROWS] = []
    raw = connect(office.settings.database_url)
    for table in metadata.sorted_tables:
        columns = tuple(column.name for column in table.columns)
        # Self-referring rows come in the order in which they were written.
        sql = str(select(*table.columns).compile(compile_kwargs={"literal_binds": True}))
        rows = [tuple(map(_told, row)) for row in raw.run(sql).fetchall()]
        if rows:
            found.append((table.name, columns, rows))
    raw.close()
    return found


def _told(value: Any) -> Any:
    return Json(value) if isinstance(value, dict | list) else value


def _floor(bench: Bench, kind: str, rows: list[_ROWS], count: int) -> Sample:
    raw = connect(bench.databases.empty(kind))
    try:
        return whole(count, partial(_write, raw, rows))
    finally:
        raw.close()


def _write(raw: Raw, tables: list[_ROWS]) -> None:
    with raw.transaction():
        for table, columns, rows in tables:
            marks = ", ".join("?" * len(columns))
            raw.run_many(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608  (names of ours)
