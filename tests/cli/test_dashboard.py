"""`boxoffice dashboard`, as far as a terminal is not needed, and commands run from inside."""

import io
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from boxoffice.cli.running import runner
from tests.commands import Commands
from tui.house import Answer


def test_without_a_terminal_it_says_so_and_draws_nothing(on_sqlite: Commands) -> None:
    ran = on_sqlite("dashboard")

    assert (ran.code, ran.out) == (2, "")
    assert "needs a terminal" in ran.err


def test_in_a_browser_it_draws_through_the_pipes_of_textual_serve(on_sqlite: Commands) -> None:
    told = b'{"type": "quit"}'  # a packet of textual-serve: its kind, its length, itself
    ran = on_sqlite.process(
        "dashboard",
        stdin=b"M" + len(told).to_bytes(4, "big") + told,
        more={"TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver", "COLUMNS": "80"},
    )

    assert (ran.code, ran.err) == (0, "")
    assert ran.raw_out.startswith(b"__GANGLION__\n")


@pytest.mark.parametrize("flags", ["--screen lobby", "--theme pink"])
def test_a_screen_or_theme_that_is_not_there_is_refused_by_name(
    on_sqlite: Commands, flags: str
) -> None:
    ran = on_sqlite(f"dashboard {flags}")

    assert ran.code == 2
    assert "is not one of" in ran.err


def test_the_program_alone_prints_help_where_nothing_can_be_drawn(on_sqlite: Commands) -> None:
    ran = on_sqlite.process("")

    assert ran.code == 0
    assert ran.out.startswith("Usage: boxoffice")


def test_a_command_that_is_run_inside_says_what_it_would_say_outside(
    on_sqlite: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in on_sqlite.settings.items():
        monkeypatch.setenv(name, value)
    run = runner(None, Answer)

    assert run(["event", "list", "--json"]) == Answer(0, "", "")
    refused = run(["event", "show", "nada"])
    assert (refused.code, refused.out) == (3, "")
    assert refused.err.startswith("error: there is no event nada.\nhint: ")


def test_a_command_that_is_run_inside_asks_nothing(
    on_sqlite: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in on_sqlite.settings.items():
        monkeypatch.setenv(name, value)
    on_sqlite.has_event()

    answer = runner(None, Answer)(["event", "close", "noite"])

    assert answer.code == 2
    assert "repeat with --yes" in answer.err


def test_commands_at_once_do_not_mix_what_they_say(
    on_sqlite: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in on_sqlite.settings.items():
        monkeypatch.setenv(name, value)
    run = runner(None, Answer)
    names = [f"nada-{number}" for number in range(12)]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda name: run(["event", "show", name]), names))

    assert all(f"no event {name}." in one.err for name, one in zip(names, answers, strict=True))


def test_the_settings_file_of_the_window_is_that_of_its_commands(
    tmp_path: Path, on_sqlite: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in on_sqlite.settings.items():
        monkeypatch.setenv(name, value)
    settings = tmp_path / "other.toml"
    settings.write_text('mail_from = "Outro <o@example.com>"\n', encoding="utf-8")

    answer = runner(settings, Answer)(["config", "show"])

    assert "Outro <o@example.com>" in answer.out


def test_the_streams_are_given_back(on_sqlite: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in on_sqlite.settings.items():
        monkeypatch.setenv(name, value)
    ours = io.StringIO()
    monkeypatch.setattr(sys, "stdout", ours)
    runner(None, Answer)(["event", "list"])

    assert sys.stdout is ours
