"""The floor of the listener: one bare route that keeps a letter in one row, served alike.

Run as a program with a database URL; it says where it listens, as `boxoffice webhook serve` does.
"""

import json
import sys
import threading

from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from boxoffice.ids import new_id
from boxoffice.listener.serving import listen
from tests.bench.raw import Raw, connect, insert
from tests.making import NOON


def bare(url: str) -> Starlette:
    """Return the app: each thread of its pool keeps letters on a line of its own."""
    own = threading.local()

    def keep(body: bytes) -> None:
        raw: Raw | None = getattr(own, "raw", None)
        if raw is None:
            raw = own.raw = connect(url)
        letter = {
            "id": raw.value(new_id()),
            "provider": "asaas",
            "event_key": json.loads(body)["id"],
            "body": body,
            "received_at": raw.value(NOON),
            "read_at": None,
            "outcome": None,
        }
        with raw.transaction():
            raw.run(*insert("letter", letter))

    async def letter(request: Request) -> Response:
        await run_sync(keep, await request.body())
        return JSONResponse({})

    return Starlette(routes=[Route("/webhooks/asaas", letter, methods=["POST"])])


def _say(where: str) -> None:
    sys.stderr.write(f"listening on {where}\n")


if __name__ == "__main__":
    listen(bare(sys.argv[1]), "127.0.0.1", 0, on_ready=_say)
