"""The attendees of a big night as CSV, JSON Lines and XLSX: rows in a second, and memory kept."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import psycopg
import xlsxwriter  # type: ignore[import-untyped]

from boxoffice.exports.catalogue import definition_named
from boxoffice.exports.formats import Format
from boxoffice.exports.request import ExportRequest
from boxoffice.exports.run import run_export
from tests.bench.databases import KINDS, NIGHT, POSTGRES, Filled
from tests.bench.harness import Bench, Row, at_least, at_most, duel, plain, whole
from tests.bench.raw import libpq_url, sqlite_path
from tests.bench.startup import environment
from tests.making import NOON, an_event

_FEW = "pequena"  # an event without a ticket: what an export costs before its first row
# The process tells its own peak: what the kernel tells a parent begins with the parent's.
_WEIGHED = """
import sys
from boxoffice.cli.main import main
code = main(sys.argv[1:])
print(open("/proc/self/status").read())
sys.exit(code)
"""
_SELECT = f"""
SELECT orders.code || '-' || ticket.number AS name, orders.code, tier.name AS tier, tier.category,
  order_line.price_minor, orders.currency, ticket.state, ticket.holder_name, ticket.holder_email,
  ticket.holder_document, ticket.holder_company, ticket.holder_title, orders.buyer_name,
  orders.paid_at,
  (SELECT min(entry.entered_at) FROM entry WHERE entry.ticket_id = ticket.id)
FROM ticket
JOIN orders ON orders.id = ticket.order_id
JOIN order_line ON order_line.id = ticket.line_id
JOIN tier ON tier.id = ticket.tier_id
WHERE ticket.event_id = (SELECT id FROM event WHERE slug = '{NIGHT}')
  AND ticket.state IN ('valid', 'blocked')
ORDER BY orders.placed_at, orders.id, ticket.number
"""  # noqa: S608  (a name of ours)


def exports(bench: Bench) -> Iterator[Row]:
    """Compare the export with the database's own way to write the same rows as CSV."""
    count = bench.pick(30_000, 1_000_000)
    for kind in KINDS:
        filled = bench.databases.filled(kind, count, night_count=count)
        floor, said, limit = (
            (_copy, "COPY … TO STDOUT", 0.7)
            if kind == POSTGRES
            else (_shell, "the sqlite3 shell", 0.5)
        )
        met = duel(
            partial(whole, count, partial(floor, filled, bench.folder / "floor.csv")),
            partial(whole, count, partial(_export, filled, bench.folder / "ours.csv")),
            rounds=3,
        )
        name = f"CSV export, {kind}, {count:,} rows"
        yield met.rates(name, at_least(limit), note=said)
        if kind == POSTGRES:
            yield _as_json(bench, filled, count)
        else:
            yield _as_workbook(bench, filled, count)
        an_event(filled.office, slug=_FEW)
        many, few = (_peak(filled, slug, bench.folder) for slug in (NIGHT, _FEW))
        grown = many - few
        note = f"{many:.0f} MB at its peak, {few:.0f} MB without a row"
        yield plain(f"{name}: memory grown", "MB", grown, [grown], at_most(10, "MB"), note=note)


def _as_json(bench: Bench, filled: Filled, count: int) -> Row:
    """Compare with the server's own JSON, which is as long as ours."""
    met = duel(
        partial(whole, count, partial(_copy, filled, bench.folder / "floor.jsonl", is_json=True)),
        partial(whole, count, partial(_export, filled, bench.folder / "ours.jsonl", "jsonl")),
        rounds=3,
    )
    name = f"JSONL export, {POSTGRES}, {count:,} rows"
    return met.rates(name, at_least(0.5), note="COPY row_to_json TO STDOUT")


def _as_workbook(bench: Bench, filled: Filled, count: int) -> Row:
    """Compare with xlsxwriter's own loop over the same query."""
    met = duel(
        partial(whole, count, partial(_loop, filled, bench.folder / "floor.xlsx")),
        partial(whole, count, partial(_export, filled, bench.folder / "ours.xlsx", "xlsx")),
        rounds=bench.pick(2, 1),
    )
    name = f"XLSX export, SQLite, {count:,} rows"
    return met.rates(name, at_least(0.9), note="xlsxwriter's own loop, constant_memory")


def _loop(filled: Filled, out: Path) -> None:
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    page = book.add_worksheet()
    with closing(sqlite3.connect(sqlite_path(filled.url))) as file:
        for line, row in enumerate(file.execute(_SELECT)):
            for at, cell in enumerate(row):
                if isinstance(cell, str):
                    page.write_string(line, at, cell)
                elif cell is not None:
                    page.write_number(line, at, cell)
    book.close()


def _export(filled: Filled, out: Path, form: str = "csv") -> None:
    attendees = definition_named("attendees")
    columns = tuple(column.name for column in attendees.columns if column.name != "event")
    request = ExportRequest(attendees, out, NIGHT, Format(form), columns)  # the floor's fifteen
    office = filled.office
    written = run_export(office.database, office.actor, request, clock=lambda: NOON)
    assert written.rows == filled.night_count, "every ticket of the night is valid"


def _copy(filled: Filled, out: Path, *, is_json: bool = False) -> None:
    wanted = f"SELECT row_to_json(line) FROM ({_SELECT}) line" if is_json else _SELECT  # noqa: S608  (names of ours)
    form = "text" if is_json else "csv"
    with (
        psycopg.connect(libpq_url(filled.url)) as connection,
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({wanted}) TO STDOUT (FORMAT {form})".encode()) as rows,
        out.open("wb") as file,
    ):
        file.writelines(rows)
        file.flush()
        os.fsync(file.fileno())


def _shell(filled: Filled, out: Path) -> None:
    shell = shutil.which("sqlite3")
    assert shell is not None, "the floor is the sqlite3 shell: apt install sqlite3"
    with out.open("wb") as file:
        command = [shell, "-readonly", "-csv", sqlite_path(filled.url), _SELECT]
        subprocess.run(command, stdout=file, check=True)  # noqa: S603  (our own query)
        os.fsync(file.fileno())


def _peak(filled: Filled, slug: str, folder: Path) -> float:
    """Return the most memory, in MB, that the command held to export one event."""
    words = ["export", "run", "attendees", "--event", slug, "--out", str(folder / "peak.csv")]
    ran = subprocess.run(  # noqa: S603  (our own program)
        [sys.executable, "-c", _WEIGHED, *words],
        env=environment(filled.url, folder),
        check=True,
        capture_output=True,
        text=True,
    )
    found = re.search(r"VmHWM:\s+(\d+) kB", ran.stdout)
    assert found, "Linux says what a process held at most"
    return int(found[1]) / 1024
