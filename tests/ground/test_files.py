"""Files that are whole or not there: killed at any moment, on any kind of path."""

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from boxoffice.errors import BadFile
from boxoffice.files import publish

# Says when each part is written, and goes on only when it is told to.
WRITER = """
import sys
from pathlib import Path
from boxoffice.files import publish

def parts():
    for number in range(3):
        yield b"new" * 100_000
        print(number, flush=True)
        sys.stdin.readline()

publish(Path(sys.argv[1]), parts())
print("done", flush=True)
sys.stdin.readline()
"""
NEW = b"new" * 300_000


def drafts(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("moment", range(4))
def test_a_writer_killed_at_any_moment_leaves_the_old_file_or_the_new_one(
    tmp_path: Path, moment: int
) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"old")

    with subprocess.Popen(  # noqa: S603  (our own program)
        [sys.executable, "-c", WRITER, str(target)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        for _ in range(moment):
            writer.stdout.readline()
            writer.stdin.write(b"\n")
            writer.stdin.flush()
        writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)

    assert target.read_bytes() == (NEW if moment == 3 else b"old")
    assert publish(target, [b"next"]) == 4
    assert target.read_bytes() == b"next"


def test_a_writer_that_fails_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"old")

    def parts() -> Iterator[bytes]:
        yield b"new"
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        publish(target, parts())

    assert target.read_bytes() == b"old"
    assert drafts(tmp_path) == []


def test_a_reader_of_the_old_file_reads_it_to_its_end(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"old")

    with target.open("rb") as reader:
        publish(target, [b"new"])

        assert reader.read() == b"old"
    assert target.read_bytes() == b"new"


def test_a_new_file_is_private_and_an_old_one_keeps_its_mode(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.touch()
    old.chmod(0o640)

    for path in (old, new):
        publish(path, [b"x"])

    assert [stat.S_IMODE(path.stat().st_mode) for path in (old, new)] == [0o640, 0o600]


def test_a_link_stays_a_link_and_its_target_is_replaced(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)

    publish(link, [b"new"])

    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_link_to_nothing_yet_makes_its_target(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "target")

    publish(link, [b"new"])

    assert (tmp_path / "target").read_bytes() == b"new"


def test_a_pipe_is_written_and_survives(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()

    size = publish(pipe, [b"a", b"bc"])
    reader.join()

    assert (size, read) == (3, [b"abc"])
    assert pipe.is_fifo()


def test_a_device_is_written_and_survives(tmp_path: Path) -> None:
    link = tmp_path / "null"
    link.symlink_to(os.devnull)

    assert publish(link, [b"gone"]) == 4
    assert publish(Path(os.devnull), [b"gone"]) == 4
    assert Path(os.devnull).is_char_device()


def test_the_name_of_standard_output_is_standard_output() -> None:
    script = (
        "from pathlib import Path; from boxoffice.files import publish; "
        "publish(Path('/dev/stdout'), [b'out']); publish(Path('-'), [b'put'])"
    )

    ran = subprocess.run(  # noqa: S603  (our own program)
        [sys.executable, "-c", script], capture_output=True, timeout=30, check=False
    )

    assert (ran.stdout, ran.stderr) == (b"output", b"")


@pytest.mark.parametrize("name", ["no/such/folder", "", "file/below", "n" * 300])
def test_a_path_that_cannot_be_written_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(BadFile, match="cannot be written"):
        publish(tmp_path / name, [b"x"])
    assert drafts(tmp_path) == []


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    link = tmp_path / "full"
    link.symlink_to("/dev/full")

    with pytest.raises(BadFile, match="No space left"):
        publish(link, [b"x"])


def test_a_long_name_has_room_for_its_draft(tmp_path: Path) -> None:
    target = tmp_path / ("n" * 255)

    publish(target, [b"x"])

    assert target.read_bytes() == b"x"
