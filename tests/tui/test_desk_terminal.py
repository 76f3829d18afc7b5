"""The real program in a real pseudo-terminal: bursts, a stalled screen, names that would act."""

import os
import pty
import re
import shlex
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import col

from boxoffice.door.models import Entry, Scan
from boxoffice.door.scan import Shown
from boxoffice.office import BoxOffice
from boxoffice.people import Person
from boxoffice.tickets.models import Ticket
from tests.commands import Commands
from tests.making import (
    LOTE,
    SECRET,
    SLUG,
    Clock,
    a_sale,
    a_tier,
    an_event,
    an_office,
    codes_of,
    rows,
)
from tests.tui.terminal import Terminal, terminal

HOSTILE = (
    "Ana \x1b[31mEVIL",
    "Ana \x1b]52;c;EVIL\x07",
    "Ana \x9b31mEVIL",
    "Ana \x9d0;EVIL\x9c",
    "Ana [/b] [@click=app.quit]EVIL[/]",
    "[bold]EVIL",
    "EVIL :fire: \u202ecba",
    "EVIL" + "\u0301" * 200,
    "EVIL\r\n\x1b[2J",
    "\x00\x07\x08EVIL",
)
ACTS = re.compile(rb"\x1b\]52|\x1b\[31mEVIL|\x9b31m|\x9d0;|\x1b\[2J\x1b\[31|\x07\x08EVIL")


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path) -> Iterator[BoxOffice]:
    """An office with many tickets to sell."""
    with closing(an_office(sqlite_url, tmp_path / "home", Clock())) as made:
        an_event(made, a_tier(LOTE, quota=500))
        yield made


@pytest.fixture
def boxoffice(sqlite_url: str, tmp_path: Path) -> Commands:
    return Commands(sqlite_url, tmp_path / "home", secret_key=SECRET.hex())


def sold(office: BoxOffice, count: int) -> list[str]:
    """Sell so many tickets, ten an order."""
    return [code for _ in range(count // 10) for code in codes_of(a_sale(office, (LOTE, 10)))]


@contextmanager
def a_desk(
    boxoffice: Commands, flags: str = "", size: tuple[int, int] = (80, 24)
) -> Iterator[Terminal]:
    """Open a desk, and wait until it is ready."""
    command = boxoffice.words(f"desk --event {SLUG} --gate A --lang en {flags}")
    with terminal(command, boxoffice.environment(), size) as made:
        made.wait_for("SCAN")
        yield made


def in_order(office: BoxOffice) -> list[str]:
    """Return the digests of all scans, in the order they were judged."""
    scans = sorted(rows(office, Scan), key=lambda scan: (scan.scanned_at, str(scan.id)))
    return [scan.text_digest for scan in scans]


def digests(codes: list[str]) -> list[str]:
    return [Shown(code, "").digest for code in codes]


def test_100_codes_back_to_back_are_all_judged_in_order(
    office: BoxOffice, boxoffice: Commands
) -> None:
    codes = sold(office, 100)
    with a_desk(boxoffice, "--mute") as desk:
        desk.type("".join(f"{code}\r" for code in codes).encode())
        desk.wait(lambda: len(rows(office, Scan)) == 100)

    assert in_order(office) == digests(codes)
    assert len(rows(office, Entry)) == 100


def test_5_scans_a_second_while_the_screen_moves_lose_nothing(
    office: BoxOffice, boxoffice: Commands
) -> None:
    codes = sold(office, 20)
    with a_desk(boxoffice, size=(120, 40)) as desk:
        for code in codes:
            for letter in code:
                desk.type(letter.encode())
            desk.type(b"\r")
            desk.read(0.2)
        desk.wait(lambda: len(rows(office, Scan)) == 20)

    assert in_order(office) == digests(codes)


def test_a_terminal_that_stalls_loses_no_scan(office: BoxOffice, boxoffice: Commands) -> None:
    codes = sold(office, 20)
    with a_desk(boxoffice, "--mute", size=(120, 40)) as desk:
        for code in codes:
            os.write(desk.keys, f"{code}\r".encode())  # and nothing is read meanwhile
            time.sleep(0.1)
        desk.wait(lambda: len(rows(office, Scan)) == 20)

    assert in_order(office) == digests(codes)


def test_codes_typed_while_it_starts_are_judged(office: BoxOffice, boxoffice: Commands) -> None:
    codes = sold(office, 10)
    command = boxoffice.words(f"desk --event {SLUG} --mute")
    with terminal(command, boxoffice.environment()) as desk:
        desk.wait_for("\x1b[?1049h")  # the screen is ours; nothing is drawn yet
        desk.type("".join(f"{code}\r" for code in codes).encode())
        desk.wait(lambda: len(rows(office, Scan)) == 10)

    assert in_order(office) == digests(codes)


def test_no_name_acts_on_the_terminal(office: BoxOffice, boxoffice: Commands) -> None:
    codes = sold(office, 10)
    with office.writing() as session:
        by_number = sorted(rows(office, Ticket), key=lambda ticket: ticket.number)
        for ticket, name in zip(by_number, HOSTILE, strict=True):
            session.connection().execute(
                update(Ticket)
                .where(col(Ticket.id) == ticket.id)
                .values(holder_name=name, holder_company=name, attention=name)
            )
    with a_desk(boxoffice, size=(120, 40)) as desk:
        for at, code in enumerate(codes, 1):
            desk.type(f"{code}\r".encode())
            while len(rows(office, Entry)) < at:  # the note is read first, however long it takes
                desk.read(1.0)
                desk.type(b"CONFIRMA\r")
            desk.read(0.2)
        desk.type(b"\x06evil")  # ctrl+f
        desk.read(1.0)
        assert desk.process.poll() is None
        written = desk.written

    assert b"EVIL" in written
    assert ACTS.findall(written) == []
    assert len(rows(office, Entry)) == 10


def test_lines_of_a_pipe_are_scans_while_the_keys_still_work(
    office: BoxOffice, boxoffice: Commands, tmp_path: Path
) -> None:
    codes = sold(office, 10)
    pipe = tmp_path / "zbarcam"
    os.mkfifo(pipe)
    with a_desk(boxoffice, f"--mute --input fifo:{pipe}") as desk:
        with pipe.open("w") as camera:
            camera.write("".join(f"{code}\n" for code in codes[:5]))
        desk.wait(lambda: len(rows(office, Scan)) == 5)
        desk.type("".join(f"{code}\r" for code in codes[5:]).encode())
        desk.wait(lambda: len(rows(office, Scan)) == 10)

    assert in_order(office) == digests(codes)


def test_what_is_piped_in_is_scanned_and_the_keys_are_those_of_the_terminal(
    office: BoxOffice, boxoffice: Commands, tmp_path: Path
) -> None:
    codes = sold(office, 10)
    (tmp_path / "codes").write_text("".join(f"{code}\n" for code in codes[:5]))
    command = shlex.join(boxoffice.words(f"desk --event {SLUG} --mute --input -"))
    piped = ["sh", "-c", f"cat {tmp_path / 'codes'} | {command}"]
    with terminal(piped, boxoffice.environment()) as desk:
        desk.wait(lambda: len(rows(office, Scan)) == 5)
        desk.type("".join(f"{code}\r" for code in codes[5:]).encode())
        desk.wait(lambda: len(rows(office, Scan)) == 10)

    assert in_order(office) == digests(codes)


def test_a_scanner_on_a_serial_line_is_read(office: BoxOffice, boxoffice: Commands) -> None:
    codes = sold(office, 10)
    scanner, port = pty.openpty()
    try:
        with a_desk(boxoffice, f"--mute --input serial:{os.ttyname(port)}") as desk:
            desk.read(0.5)
            os.write(scanner, "".join(f"{code}\r\n" for code in codes).encode())
            desk.wait(lambda: len(rows(office, Scan)) == 10)
    finally:
        os.close(scanner)
        os.close(port)

    assert in_order(office) == digests(codes)


def test_it_ends_by_key_and_leaves_a_usable_terminal(
    office: BoxOffice, boxoffice: Commands
) -> None:
    assert rows(office, Scan) == []
    with a_desk(boxoffice) as desk:
        desk.type(b"\x11")  # ctrl+q
        desk.wait_for("Leave the desk?")
        desk.read(1.0)  # a person looks first
        desk.type(b"\x0f")  # ctrl+o
        desk.wait(lambda: desk.process.poll() is not None)

        assert desk.process.returncode == 0
        assert b"\x1b[?1049l" in desk.written  # the other screen is back


def test_in_ascii_no_other_byte_is_written_and_a_verdict_is_still_read(
    office: BoxOffice, boxoffice: Commands
) -> None:
    (code, *_) = codes_of(a_sale(office, (LOTE, 1), buyer=Person("João d'Ávila – 東京")))
    with a_desk(boxoffice, "--ascii", size=(120, 40)) as desk:
        desk.type(f"{code}\r7891234567895\r".encode())
        desk.wait_for("XX")
        desk.type(b"\x06")  # ctrl+f
        desk.wait_for("SEARCH THE LIST")
        desk.read(0.5)
        written = desk.written

    assert b"Joao d'Avila" in written
    assert b"OK" in written
    assert max(written) < 0x80
