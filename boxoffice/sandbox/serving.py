"""Serve an ASGI app from a thread of this process, on the loopback address only."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

_LOOPBACK = "127.0.0.1"
_GRACE_SECONDS = 1  # a held answer is cut off when the server stops
_STOP_SECONDS_MAX = 10.0


class _Server(uvicorn.Server):
    """A server that says when it listens, or that it never will."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_settled = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_settled.set()

    def work(self, listening: socket.socket) -> None:
        """Serve until told to stop."""
        try:
            self.run(sockets=[listening])
        finally:
            self.is_settled.set()


@contextmanager
def serve(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """Serve `app` and yield its address, such as `http://127.0.0.1:40123`.

    Port 0 takes any free port. Leaving the block stops the server, within seconds even when an
    answer is being held.

    Raises:
        OSError: the port is taken.
        RuntimeError: the app failed to start, or a call would not end.
    """
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        ws="none",
    )
    server = _Server(config)
    # Only a socket that says it is TCP gets TCP_NODELAY from asyncio; without it each answer
    # waits 40 ms for the other side's acknowledgement.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((_LOOPBACK, port))
        thread = threading.Thread(target=server.work, args=(listening,), daemon=True)
        thread.start()
        server.is_settled.wait()
        try:
            if not server.started:
                raise RuntimeError("the app failed to start")
            yield f"http://{_LOOPBACK}:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(_STOP_SECONDS_MAX)
    if thread.is_alive():
        raise RuntimeError("the server did not stop")
