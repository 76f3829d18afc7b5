"""Databases to measure on: durable ones on a disk, empty or filled, on either engine."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from boxoffice.migrations.run import upgrade
from boxoffice.office import BoxOffice
from tests.bench.fill import PER_ORDER, Lot, fill, ticket_id
from tests.making import Clock, a_tier, an_event, an_office
from tests.services.postgres import Postgres, postgres, run_folder

POSTGRES, SQLITE = "PostgreSQL", "SQLite"
KINDS = (POSTGRES, SQLITE)
DAY, NIGHT = "dia", "noite"  # the event with a door, and the one that is exported
TIER = "Lote 1"

_QUOTA = 1_000_000
_REAL_EVERY = 10  # one ticket in so many can be shown at the door
_SETTINGS = (
    # What a small server of one's own has; the defaults of the tests would lose data.
    *("fsync=on", "full_page_writes=on", "autovacuum=on"),
    *("shared_buffers=512MB", "max_wal_size=2GB", "checkpoint_timeout=15min"),
)


@dataclass(frozen=True, slots=True)
class Filled:
    """A database full of paid tickets. Each code it gives out was never shown before."""

    url: str
    office: BoxOffice
    size: int
    night_count: int  # tickets of the event that is exported
    codes: Iterator[str]


class Databases:
    """Makes databases, and fills each size once."""

    def __init__(self, server: Postgres, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._count = 0
        self._filled: dict[tuple[str, int, int], Filled] = {}
        self._offices: list[BoxOffice] = []
        self._template = folder / "migrated.sqlite"
        upgrade(f"sqlite:///{self._template}")
        with closing(sqlite3.connect(self._template)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # a copy takes this one file

    def empty(self, kind: str) -> str:
        """Make a migrated, empty database and return its URL."""
        if kind == POSTGRES:
            return self._server.create()
        self._count += 1
        return f"sqlite:///{shutil.copy(self._template, self._folder / f'{self._count}.sqlite')}"

    def office(self, url: str) -> BoxOffice:
        """Open an office on the database at `url`; it is closed when the run is over."""
        office = new_office(url, self._folder)
        self._offices.append(office)
        return office

    def selling(self, kind: str) -> tuple[str, BoxOffice]:
        """Make a database with one event on sale that does not sell out."""
        url = self.empty(kind)
        office = self.office(url)
        an_event(office, a_tier(TIER, quota=_QUOTA), slug=DAY)
        return url, office

    def filled(self, kind: str, size: int, *, night_count: int = 0) -> Filled:
        """Return the database with `size` tickets, `night_count` of them for the night."""
        known = self._filled.get((kind, size, night_count))
        if known is not None:
            return known
        url = self.empty(kind)
        office = self.office(url)
        lots: list[Lot] = []
        for slug, first, count in ((NIGHT, 0, night_count), (DAY, night_count, size - night_count)):
            event = an_event(office, a_tier(TIER, quota=_QUOTA), slug=slug)
            lots.append(Lot(event.id, event.tiers[0].id, first, count))
        fill(url, office.ticket_key, lots, real_every=_REAL_EVERY)
        made = Filled(url, office, size, night_count, _codes(office, night_count, size))
        self._filled[kind, size, night_count] = made
        return made

    def close(self) -> None:
        """Let every connection go."""
        for office in self._offices:
            office.close()


@contextmanager
def databases(folder: Path) -> Iterator[Databases]:
    """Start the server, make databases in `folder` and on it, and remove everything afterwards."""
    with (
        run_folder(in_memory=False) as run,
        postgres(run, upgrade, settings=_SETTINGS) as server,
        closing(Databases(server, folder)) as made,
    ):
        yield made


def new_office(url: str, folder: Path) -> BoxOffice:
    """Open an office on the database at `url`, with lines of its own."""
    return an_office(url, folder / "home", Clock())


def _codes(office: BoxOffice, first: int, last: int) -> Iterator[str]:
    assert first % PER_ORDER == 0, "an order is not torn apart"
    start = -(-first // _REAL_EVERY) * _REAL_EVERY
    for index in range(start, last, _REAL_EVERY):
        yield office.ticket_key.short(ticket_id(index), 0)
