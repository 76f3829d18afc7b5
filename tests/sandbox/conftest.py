"""The stand-in for Asaas, served to a plain client."""

from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from boxoffice.sandbox.asaas import create_app
from boxoffice.sandbox.ledger import API_KEY, Sandbox
from tests.services.switch import Switch, switch


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with closing(Sandbox()) as made:
        yield made


@pytest.fixture(scope="module")
def server() -> Iterator[Switch]:
    with switch() as made:
        yield made


@pytest.fixture(scope="module")
def line(server: Switch) -> Iterator[httpx.Client]:
    with a_client(server.url) as made:
        yield made


@pytest.fixture
def client(sandbox: Sandbox, server: Switch, line: httpx.Client) -> httpx.Client:
    server.app = create_app(sandbox)
    return line


def a_client(root: str) -> httpx.Client:
    return httpx.Client(base_url=root, headers={"access_token": API_KEY}, trust_env=False)
