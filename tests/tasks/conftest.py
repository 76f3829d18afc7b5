"""Workers with a gateway: the sandbox of Asaas behind a real socket, on the office's clock."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from boxoffice.adapters.asaas import Asaas
from boxoffice.office import BoxOffice
from boxoffice.sandbox.asaas import create_app
from boxoffice.sandbox.ledger import API_KEY, Sandbox
from tests.making import Clock
from tests.services.switch import Switch, switch

PATIENCE_SECONDS = 0.5


@pytest.fixture(scope="module")
def server() -> Iterator[Switch]:
    with switch() as made:
        yield made


@pytest.fixture
def asaas_url(server: Switch) -> str:
    return f"{server.url}/v3"


@pytest.fixture
def sandbox(server: Switch, clock: Clock) -> Iterator[Sandbox]:
    with closing(Sandbox(clock=clock)) as made:
        server.app = create_app(made)
        yield made


@pytest.fixture
def impatient(office: BoxOffice, asaas_url: str) -> BoxOffice:
    """The office, with a gateway it does not wait long for."""
    office.provider = Asaas(asaas_url, API_KEY, timeout_seconds=PATIENCE_SECONDS)
    return office
