"""Serve an ASGI app on uvicorn: in the foreground until a signal, or in a thread for a while."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from boxoffice.errors import Misconfigured

_LOOPBACK = "127.0.0.1"
_GRACE_SECONDS = 5
_BRIEF_GRACE_SECONDS = 1  # in a thread, a held answer is cut off soon
_STOP_SECONDS_MAX = 10.0
HEAD_SECONDS = 10.0  # from the first byte of a request to the last of its head
_HEAD_MAX = 16_384  # bytes


class _Impatient(H11Protocol):
    """A line on which a request has to come: uvicorn itself would wait for a head for ever."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take some bytes; the wait is over when they end a head."""
        self._wait()
        super().data_received(data)
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            self._stop_waiting()  # from here on the body's own deadline holds

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the wait."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class _Server(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, app: ASGIApp, grace_seconds: int, on_listening: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                access_log=False,
                http=_Impatient,
                h11_max_incomplete_event_size=_HEAD_MAX,
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=grace_seconds,
                ws="none",
            )
        )
        self._on_listening = on_listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self._on_listening()


def listen(app: ASGIApp, host: str, port: int, *, on_ready: Callable[[str], None]) -> None:
    """Serve `app` until a signal ends it; call `on_ready` with the address. Port 0 is any free one.

    Raises:
        Misconfigured: the address cannot be listened on.
    """
    with _bound(host, port) as listening:
        address = _address(host, listening)
        _Server(app, _GRACE_SECONDS, lambda: on_ready(address)).run(sockets=[listening])


@contextmanager
def serve(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """Serve `app` from a thread, on the loopback address, and yield where: `http://127.0.0.1:40123`.

    Leaving the block stops the server, within seconds even when an answer is being held.

    Raises:
        Misconfigured: the port is taken.
        RuntimeError: the app failed to start, or a call would not end.
    """
    is_settled = threading.Event()
    server = _Server(app, _BRIEF_GRACE_SECONDS, is_settled.set)

    def work(listening: socket.socket) -> None:
        try:
            server.run(sockets=[listening])
        finally:
            is_settled.set()

    with _bound(_LOOPBACK, port) as listening:
        thread = threading.Thread(target=work, args=(listening,), daemon=True)
        thread.start()
        is_settled.wait()
        try:
            if not server.started:
                raise RuntimeError("the app failed to start")
            yield _address(_LOOPBACK, listening)
        finally:
            server.should_exit = True
            thread.join(_STOP_SECONDS_MAX)
        if thread.is_alive():
            raise RuntimeError("a call would not end")


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    # Only a socket that says it is TCP gets TCP_NODELAY from asyncio; without it each answer
    # waits 40 ms for the other side's acknowledgement.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as error:
            raise Misconfigured(
                f"{host}:{port} cannot be listened on: {error.strerror}.",
                hint="choose another --port",
            ) from error
        yield listening


def _address(host: str, listening: socket.socket) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{listening.getsockname()[1]}"
