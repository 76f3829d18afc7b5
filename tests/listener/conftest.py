"""The listener behind a real socket, on a database of the test's own."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from boxoffice.listener.app import create_app
from boxoffice.office import BoxOffice
from boxoffice.payments.models import Letter
from tests.commands import TOKEN
from tests.making import Clock, an_office, rows
from tests.services.switch import Switch, switch


@dataclass
class Post:
    """A client of the listener, and what it has kept."""

    office: BoxOffice
    client: httpx.Client
    woken: list[bool] = field(default_factory=list)

    def send(self, body: bytes, **headers: str) -> httpx.Response:
        """Post a letter with a good token, unless `headers` say otherwise."""
        given = {"content-type": "application/json", "asaas-access-token": TOKEN}
        wanted = given | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(
            "/webhooks/asaas",
            content=body,
            headers={name: value for name, value in wanted.items() if value},
        )

    @property
    def kept(self) -> list[Letter]:
        """Every letter in the database."""
        return rows(self.office, Letter)


@pytest.fixture(scope="module")
def line() -> Iterator[tuple[Switch, httpx.Client]]:
    with (
        switch() as server,
        httpx.Client(base_url=server.url, trust_env=False, timeout=10) as client,
    ):
        yield server, client


@contextmanager
def listening(
    url: str, home: Path, clock: Clock, line: tuple[Switch, httpx.Client]
) -> Iterator[Post]:
    """Put a listener behind the address."""
    server, client = line
    woken: list[bool] = []
    with closing(an_office(url, home, clock, asaas_webhook_token=TOKEN)) as office:
        server.app = create_app(office, after_keeping=lambda: woken.append(True))
        yield Post(office, client, woken)


@pytest.fixture
def post(
    database_url: str, tmp_path: Path, clock: Clock, line: tuple[Switch, httpx.Client]
) -> Iterator[Post]:
    """A listener, once on SQLite and once on PostgreSQL."""
    with listening(database_url, tmp_path / "home", clock, line) as made:
        yield made


@pytest.fixture
def gate(
    sqlite_url: str, tmp_path: Path, clock: Clock, line: tuple[Switch, httpx.Client]
) -> Iterator[Post]:
    """A listener on SQLite alone: for letters that no database is to see."""
    with listening(sqlite_url, tmp_path / "home", clock, line) as made:
        yield made
