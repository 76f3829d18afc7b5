"""A cable between a client and a server, which a test may cut at any byte."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Cable:
    """A proxy on the loopback address. `cut_after` counts bytes towards the server."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.cut_after: int | None = None  # then the line is cut while it is sent
        self.drops_answers = False  # what was asked arrives, and no answer comes back
        self.is_silent = False  # nothing is passed on, and nothing is closed
        self._open: list[socket.socket] = []

    def run(self) -> None:
        """Pass on what comes, until the listening socket is closed."""
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            self._open.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def close(self) -> None:
        """Pull the cable out."""
        self._listening.close()
        for client in self._open:
            client.close()

    def _serve(self, client: socket.socket) -> None:
        if self.is_silent:
            return  # still open: `close` ends it
        with client, socket.create_connection(("127.0.0.1", self._port)) as server:
            back = threading.Thread(target=self._answers, args=(server, client), daemon=True)
            back.start()
            passed = 0
            try:
                while part := client.recv(65_536):
                    if self.cut_after is not None and passed + len(part) > self.cut_after:
                        server.sendall(part[: max(0, self.cut_after - passed)])
                        return
                    passed += len(part)
                    server.sendall(part)
            except OSError:
                return

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        try:
            while part := server.recv(65_536):
                if self.drops_answers:
                    client.close()
                    return
                client.sendall(part)
        except OSError:
            return


@contextmanager
def cable(url: str) -> Iterator[Cable]:
    """Lay a cable to a server."""
    made = Cable(int(url.rpartition(":")[2]))
    threading.Thread(target=made.run, daemon=True).start()
    try:
        yield made
    finally:
        made.close()
