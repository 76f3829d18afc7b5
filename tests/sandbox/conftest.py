"""The stand-in for Asaas, served to a plain client."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from boxoffice.sandbox.asaas import create_app
from boxoffice.sandbox.ledger import API_KEY, Sandbox
from tests.services.switch import Switch, switch


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with closing(Sandbox()) as made:
        yield made


@dataclass(frozen=True)
class Told:
    """A sandbox, and what it tells."""

    sandbox: Sandbox
    letters: list[dict[str, Any]]

    @property
    def events(self) -> list[str]:
        """What was told, in order."""
        self.sandbox.flush()
        return [letter["event"] for letter in self.letters]


@pytest.fixture
def told(server: Switch) -> Iterator[Told]:
    """A sandbox whose letters are taken, each at once."""
    letters: list[dict[str, Any]] = []

    async def take(request: Request) -> Response:
        letters.append(await request.json())
        return Response()

    server.app = Starlette(routes=[Route("/hook", take, methods=["POST"])])
    with closing(Sandbox(webhook_url=f"{server.url}/hook", retry_scale=0.0)) as made:
        yield Told(made, letters)


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
