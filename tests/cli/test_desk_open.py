"""`boxoffice desk` and `door scanner-test`, as programs and people start them."""

import pytest

from boxoffice.cli.desk_open import has_ascii_alone
from tests.commands import Commands
from tests.making import SLUG
from tui.scanner_check import TEST_TEXT


@pytest.fixture
def selling(on_sqlite: Commands) -> Commands:
    on_sqlite.has_event()
    return on_sqlite


def codes_sold(selling: Commands, line: str = "") -> list[str]:
    return [ticket["code"] for ticket in selling.sells(line)["order"]["tickets"]]


def plain(selling: Commands, *lines: str, flags: str = "--lang en") -> list[str]:
    ran = selling(f"desk -e {SLUG} --plain {flags}", stdin="\n".join((*lines, "")).encode())

    assert (ran.code, ran.err) == (0, "")
    return ran.out.splitlines()


def test_plain_says_one_sentence_a_scan_the_verdict_first(selling: Commands) -> None:
    first, second = codes_sold(selling, "--quantity 2 --buyer-name 'Ana Lima'")
    said = plain(selling, first, "7891234567895", second)

    assert said[0].startswith("ADMIT. Ana Lima. Lote 1 · ")
    assert said[1].startswith("NO. this is not a ticket code.")
    assert said[2].startswith("ADMIT. ")
    assert len(said) == 3


def test_plain_speaks_portuguese(selling: Commands) -> None:
    (code,) = codes_sold(selling, "--buyer-name 'Ana Lima'")

    assert plain(selling, code, flags="--lang pt-BR")[0].startswith("ENTRA. Ana Lima. Lote 1")


def test_plain_confirms_searches_counts_and_takes_back(selling: Commands) -> None:
    (code,) = codes_sold(selling, "--tier Meia --buyer-name 'Ana Lima'")
    said = plain(selling, code, "/ok", "/count", "/search ana l", "/undo", "/count", "/quit", code)

    assert said[0].startswith("HOLD. ")
    assert said[1].startswith("ADMIT. ")
    assert said[2] == "in 1 of 1."
    assert said[3].startswith("Ana Lima. Meia. ")
    assert said[4].startswith("undone: ")
    assert said[5] == "in 0 of 1."
    assert len(said) == 6


def test_without_a_terminal_it_says_what_works_there(selling: Commands) -> None:
    ran = selling(f"desk -e {SLUG}")

    assert (ran.code, ran.out) == (2, "")
    assert "boxoffice desk --plain" in ran.err


def test_without_words_and_without_a_terminal_its_verbs_are_listed(selling: Commands) -> None:
    ran = selling("desk")

    assert ran.code == 0
    assert "enrol" in ran.out


@pytest.mark.parametrize(
    ("flags", "code"),
    [("--theme pink", 2), ("--lang fr", 2), ("-e nowhere", 3), ("-e noite --list nowhere", 3)],
)
def test_a_wrong_flag_is_refused(selling: Commands, flags: str, code: int) -> None:
    ran = selling(f"desk --plain {flags}")

    assert (ran.code, ran.out) == (code, "")
    assert "hint: " in ran.err or "error: " in ran.err


def test_a_machine_that_is_not_enrolled_needs_an_event(selling: Commands) -> None:
    ran = selling("desk --plain")

    assert (ran.code, ran.out) == (3, "")


def test_a_scanner_that_is_set_well_is_told_so(selling: Commands) -> None:
    ran = selling("door scanner-test --json", stdin=f"{TEST_TEXT}\r".encode())

    assert ran.json == {
        "layout": "same", "ending": "CR", "case": "upper", "prefix": "", "problems": [],
    }  # fmt: skip


def test_a_scanner_that_is_set_wrongly_is_mended(selling: Commands) -> None:
    ran = selling("door scanner-test", stdin=b"BOXTESTQAYWZM234567\r")

    assert ran.code == 8
    assert "the keyboard layout changes letters (german)" in ran.out


@pytest.mark.parametrize(
    ("environment", "has_ascii"),
    [
        ({}, False),
        ({"TERM": "xterm-256color", "LANG": "pt_BR.UTF-8"}, False),
        ({"TERM": "linux", "LANG": "pt_BR.UTF-8"}, True),
        ({"TERM": "dumb"}, True),
        ({"TERM": "xterm", "LANG": "pt_BR.ISO-8859-1"}, True),
        ({"TERM": "xterm", "LANG": "pt_BR.ISO-8859-1", "LC_ALL": "C.utf8"}, False),
        ({"TERM": "xterm", "LANG": "ca_ES.UTF-8@valencia"}, False),
    ],
)
def test_ascii_is_chosen_for_a_terminal_without_our_signs(
    environment: dict[str, str], *, has_ascii: bool
) -> None:
    assert has_ascii_alone(environment) is has_ascii
