"""Scanners that are no keyboard: a serial line, a pipe (zbarcam), each read by a thread."""

import os
import select
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from boxoffice.errors import BadValue, NotFound
from tui.scanner import LENGTH_MAX

_AGAIN_SECONDS = 1.0  # an unplugged scanner is looked for so often
_WAIT_SECONDS = 0.2  # how soon a thread hears that it shall stop
_CHUNK = 4096
_BAUD = 9600  # what scanners are sold with
_ENDS = b"\r\n\t"

Told = Callable[[str], object]


class ScanSource(Protocol):
    """Where lines come from beside the keyboard."""

    def start(self, read: Told, trouble: Told) -> None:
        """Begin: `read` is told each line, `trouble` why there are none. Both in our thread."""

    def stop(self) -> None:
        """End soon."""


class Cutter:
    """Cuts bytes into lines at CR, LF or TAB, as a scanner ends them. Empty ones are dropped."""

    def __init__(self) -> None:
        self._rest = b""

    def put(self, chunk: bytes) -> list[str]:
        """Take bytes; return the lines that they have ended."""
        whole = self._rest + chunk
        for end in _ENDS:
            whole = whole.replace(bytes([end]), b"\n")
        *lines, rest = whole.split(b"\n")
        self._rest = rest[-LENGTH_MAX:]
        return [line.decode("utf-8", "replace") for line in lines if line.strip()]


class _Thread:
    """A thread that reads for ever, and tries again when its scanner is gone."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._stopped = threading.Event()
        self._running: threading.Thread | None = None

    def start(self, read: Told, trouble: Told) -> None:
        """Begin."""
        self._running = threading.Thread(target=self._run, args=(read, trouble), daemon=True)
        self._running.start()

    def stop(self) -> None:
        """End soon."""
        self._stopped.set()

    def _run(self, read: Told, trouble: Told) -> None:
        told = False
        while not self._stopped.is_set():
            try:
                self._read_all(read)
            except OSError as error:
                if not told and not self._stopped.is_set():
                    _tell(trouble, f"{self._name}: {error.strerror or error}")
                told = True
                self._stopped.wait(_AGAIN_SECONDS)
            else:
                told = False

    def _read_all(self, read: Told) -> None:
        raise NotImplementedError


class Pipe(_Thread):
    """Lines from a FIFO, or from a descriptor: what `zbarcam --raw` writes."""

    def __init__(self, path: Path | None = None, *, descriptor: int | None = None) -> None:
        super().__init__(str(path or "-"))
        self._path, self._descriptor = path, descriptor

    def _read_all(self, read: Told) -> None:
        # Not blocking: a FIFO without a writer opens at once, and this thread can still stop.
        if self._path is not None:
            handle = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK)
        else:
            assert self._descriptor is not None, "a pipe has a path or a descriptor"
            handle = os.dup(self._descriptor)
        try:
            self._read_handle(handle, read)
        finally:
            os.close(handle)

    def _read_handle(self, handle: int, read: Told) -> None:
        cutter = Cutter()
        while not self._stopped.is_set():
            ready, _, _ = select.select([handle], [], [], _WAIT_SECONDS)
            if not ready:
                continue
            chunk = os.read(handle, _CHUNK)
            if not chunk:
                for line in cutter.put(b"\n"):
                    _tell(read, line)
                if self._path is None:
                    self._stopped.set()  # what was piped in has ended; it does not come back
                else:
                    time.sleep(_WAIT_SECONDS)  # no writer now: another one may come
                return
            for line in cutter.put(chunk):
                _tell(read, line)


class SerialLine(_Thread):
    """Lines from a serial port: `/dev/ttyACM0`. An unplugged scanner is found again."""

    def __init__(self, port: str) -> None:
        super().__init__(port)
        self._port = port

    def _read_all(self, read: Told) -> None:
        import serial  # noqa: PLC0415  (few desks have such a line)

        cutter = Cutter()
        with serial.Serial(self._port, _BAUD, timeout=_WAIT_SECONDS) as line:
            while not self._stopped.is_set():
                for text in cutter.put(line.read(max(1, line.in_waiting))):
                    _tell(read, text)


def source_of(text: str) -> ScanSource | None:
    """Read `--input`: `keys` (none beside the keyboard), `serial:PORT`, `fifo:PATH` or `-`.

    Raises:
        BadValue: it is none of these.
        NotFound: there is no such pipe.
    """
    kind, _, rest = text.partition(":")
    if text == "keys":
        return None
    if text == "-":
        return _stdin()
    if kind == "serial" and rest:
        return SerialLine(rest)
    if kind == "fifo" and rest:
        path = Path(rest)
        if not path.exists() or not stat.S_ISFIFO(path.stat().st_mode):
            raise NotFound("pipe", rest[:80], hint=f"make it: mkfifo {rest[:80]}")
        return Pipe(path)
    raise BadValue("--input", "must be keys, serial:PORT, fifo:PATH or -.")


def _stdin() -> ScanSource | None:
    """Take what is piped in for scans, and the terminal itself for the keys."""
    if os.isatty(0):
        return None
    piped = os.dup(0)
    try:
        keys = os.open("/dev/tty", os.O_RDWR)
    except OSError as error:
        os.close(piped)
        raise BadValue(
            "--input", "is piped, and there is no terminal for the keys.",
            hint="boxoffice desk --plain reads codes from a pipe",
        ) from error  # fmt: skip
    os.dup2(keys, 0)
    os.close(keys)
    return Pipe(descriptor=piped)


def _tell(hear: Told, text: str) -> None:
    """Tell the screen; one that has just closed hears nothing any more."""
    try:
        hear(text)
    except RuntimeError:
        return
