"""A line to a Redis that loses what a worker says to acknowledge a ring."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class RedisLine:
    """A proxy on the loopback address to a Redis on a Unix socket.

    It cuts the line that acknowledges the next ring: Redis went away at this moment. Other lines
    stay, so that nobody notices.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._listening.getsockname()[1]}/0"
        self._is_armed = threading.Event()
        self.has_lost = threading.Event()

    def lose_one(self) -> None:
        """Lose the acknowledgement of the next ring."""
        self._is_armed.set()

    def run(self) -> None:
        """Pass on what comes, until the listening socket is closed."""
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def close(self) -> None:
        """End it."""
        self._listening.close()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            try:
                server.connect(self._path)
                threading.Thread(target=_pass_on, args=(server, client), daemon=True).start()
                while part := client.recv(65_536):
                    if self._is_lost(part):
                        client.shutdown(socket.SHUT_RDWR)
                        return
                    server.sendall(part)
            except OSError:
                return

    def _is_lost(self, part: bytes) -> bool:
        is_lost = self._is_armed.is_set() and b"ZREM\r\n" in part
        if is_lost:
            self._is_armed.clear()
            self.has_lost.set()
        return is_lost


def _pass_on(server: socket.socket, client: socket.socket) -> None:
    try:
        while part := server.recv(65_536):
            client.sendall(part)
    except OSError:
        return


@contextmanager
def redis_line(path: str) -> Iterator[RedisLine]:
    """Lay a line to the Redis at a Unix socket."""
    made = RedisLine(path)
    threading.Thread(target=made.run, daemon=True).start()
    try:
        yield made
    finally:
        made.close()
