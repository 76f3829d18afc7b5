"""The program as a process: pipes that close, signals, locales, and no trace at all."""

import os
import signal
from pathlib import Path

import pytest

from tests.commands import Commands


@pytest.fixture
def selling(on_sqlite: Commands) -> Commands:
    on_sqlite.has_event()
    return on_sqlite


@pytest.mark.parametrize(
    "line",
    [
        "help environment",
        "order --help",
        "event list --json",
        "export run attendees -e noite --out -",
    ],
)
def test_a_reader_that_has_left_ends_it_quietly(selling: Commands, line: str) -> None:
    read, write = os.pipe()
    os.close(read)

    ran = selling.process(line, stdout=write)
    os.close(write)

    assert (ran.code, ran.err) == (141, "")


def test_a_stream_ends_with_its_reader(selling: Commands) -> None:
    with selling.started("door scan --stdin -e noite --json") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"a\n")
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(b"b\nc\n")
        process.stdin.close()
        code, said = process.wait(30), process.stderr.read()

    assert (code, said) == (141, b"")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_without_a_trace(selling: Commands, number: int, code: int) -> None:
    with selling.started("door scan --stdin -e noite --json") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"a\n")
        process.stdin.flush()
        process.stdout.readline()  # it is at work
        process.send_signal(number)
        ended, said = process.wait(30), process.stderr.read()

    assert ended == code
    assert b"Traceback" not in said


def test_any_locale_gets_names_in_utf8(selling: Commands) -> None:
    poor = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": ""}

    told = selling.process("event show noite --json --fields title", more=poor)
    marked = selling.process("doctor", more=poor)

    assert told.json == {"title": "Noite das Farmácias"}
    assert (marked.code, marked.out[0]) == (0, "✔")


def test_a_full_disk_behind_stdout_is_told_without_a_trace(selling: Commands) -> None:
    with Path("/dev/full").open("wb") as full:
        ran = selling.process("event list", stdout=full.fileno())

    assert ran.code == 1
    assert ran.err.startswith("error: ")
    assert "Traceback" not in ran.err


def test_a_log_that_cannot_be_written_does_not_stop_a_sale(selling: Commands) -> None:
    log = selling.home / "boxoffice.log"
    log.unlink(missing_ok=True)
    log.symlink_to("/dev/full")

    ran = selling.process("order sell -e noite --tier 'Lote 1' --json --buyer-email a@example.com")

    assert ran.json["order"]["state"] == "paid"
    assert ran.err == ""


def test_a_settings_file_is_read_where_the_command_is_run(
    selling: Commands, tmp_path: Path
) -> None:
    (tmp_path / "boxoffice.toml").write_text('mail_from = "Box <box@example.com>"\n')

    ran = selling.process("config show --json", cwd=tmp_path)

    origin = {row["name"]: row["origin"] for row in ran.rows}
    assert origin["mail_from"] == "boxoffice.toml"


def test_an_argument_in_no_encoding_is_a_mistake_and_no_failure(selling: Commands) -> None:
    broken = os.fsdecode(b"\xff\xfe")
    lines = [
        "event show",
        "order find",
        "order show",
        "ticket pdf --out x.pdf",
        "event apply --yes",
        "order sell -e noite --tier",
        "order sell -e noite --tier 'Lote 1' --buyer-name",
        "order sell -e noite --tier 'Lote 1' --idempotency-key",
        "door scan x -e noite --gate",
        "door scan x -e noite --list",
        "door undo -e noite",
        "export run attendees --out x.csv -e",
        "config show --config",
    ]

    codes = {line: selling(line, broken).code for line in lines}

    assert set(codes.values()) <= {0, 2, 3, 78}, codes
