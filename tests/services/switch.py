"""One server for many tests: each puts its own app behind the same address."""

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from boxoffice.listener.serving import serve


class Switch:
    """An app that hands every call to `app`, which may be another one at any time."""

    def __init__(self) -> None:
        self.app: ASGIApp = Starlette()
        self.url = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand one call over."""
        await self.app(scope, receive, send)


@contextmanager
def switch() -> Iterator[Switch]:
    """Serve a `Switch`; its address is in `url`."""
    made = Switch()
    with serve(made) as made.url:
        yield made
