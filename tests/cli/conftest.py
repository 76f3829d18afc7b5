"""The program on a database of the test's own, and a gateway on a socket for who asks for it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from boxoffice.sandbox.asaas import create_app
from boxoffice.sandbox.ledger import API_KEY, Sandbox
from tests.commands import TOKEN, Commands
from tests.services.switch import Switch, switch


@pytest.fixture
def boxoffice(database_url: str, tmp_path: Path) -> Commands:
    """The program, once on SQLite and once on PostgreSQL."""
    return Commands(database_url, tmp_path / "home")


@pytest.fixture
def on_sqlite(sqlite_url: str, tmp_path: Path) -> Commands:
    """The program on SQLite alone, where the database is not the point."""
    return Commands(sqlite_url, tmp_path / "home")


@pytest.fixture(scope="module")
def server() -> Iterator[Switch]:
    with switch() as made:
        yield made


@pytest.fixture
def gateway(server: Switch) -> Iterator[Sandbox]:
    """A gateway of the test's own, behind a real socket."""
    with closing(Sandbox(webhook_token=TOKEN, retry_scale=0.01)) as made:
        server.app = create_app(made)
        yield made


@pytest.fixture
def charging(boxoffice: Commands, server: Switch, gateway: Sandbox) -> Commands:
    """The program with a gateway, and an event on sale."""
    assert gateway.api_key == API_KEY
    made = boxoffice.setting(
        asaas_url=f"{server.url}/v3", asaas_api_key=API_KEY, asaas_webhook_token=TOKEN
    )
    made.has_event()
    return made
