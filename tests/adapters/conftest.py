"""Asaas behind a real socket: the sandbox, or an answer that is always the same."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing

import pytest
from starlette.responses import Response

from boxoffice.adapters.asaas import Asaas
from boxoffice.sandbox.asaas import create_app
from boxoffice.sandbox.ledger import API_KEY, Sandbox
from tests.services.switch import Switch, switch

PATIENCE_SECONDS = 0.7

Answer = Callable[..., None]


@pytest.fixture(scope="module")
def server() -> Iterator[Switch]:
    with switch() as made:
        yield made


@pytest.fixture(scope="module")
def asaas(server: Switch) -> Iterator[Asaas]:
    with closing(Asaas(f"{server.url}/v3", API_KEY)) as made:
        yield made


@pytest.fixture
def impatient(server: Switch) -> Iterator[Asaas]:
    url = f"{server.url}/v3"
    with closing(Asaas(url, API_KEY, timeout_seconds=PATIENCE_SECONDS)) as made:
        yield made


@pytest.fixture(autouse=True)
def sandbox(server: Switch) -> Iterator[Sandbox]:
    with closing(Sandbox()) as made:
        server.app = create_app(made)
        yield made


@pytest.fixture
def answer(server: Switch) -> Answer:
    """Have every call answered alike, as by something between us and Asaas."""

    def set_answer(
        content: str, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        server.app = Response(content, status, headers)

    return set_answer
