"""What a scanner types, made a code or a command; letters, dwell and looks. No terminal in here."""

import pytest

from boxoffice.door.rules import Verdict
from boxoffice.tickets.code import TicketKey, short_text
from tests.making import SECRET
from tui.dwell import Dwell
from tui.letters import GLYPHS, HEIGHT, drawn
from tui.looks import LOOKS, look_of
from tui.reading import ORDERS, Order, Repeats, code_at_end, order_of, tidy
from tui.scanner_check import TEST_TEXT, check
from tui.sources import Cutter
from tui.words import Language

CODE = short_text(bytes(range(10)))
KEY = TicketKey(SECRET)


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        f"]Q1{CODE}",
        f"\x02{CODE}\x03",
        f"*{CODE}*",
        f"  {CODE} ",
        f"ABC{CODE}",
        f"abc]C0{CODE}",
    ],
)
def test_what_a_scanner_puts_around_a_code_is_taken_off(typed: str) -> None:
    assert tidy(typed, prefix="ABC") == CODE


@pytest.mark.parametrize("before", ["", "maria", CODE[:7], CODE])
def test_a_code_is_found_behind_what_was_typed(before: str) -> None:
    assert code_at_end(before + CODE.lower()) == (before, CODE.lower())


@pytest.mark.parametrize("text", ["", "maria", "7891234567895", CODE[:-1], CODE + "A", "K7QX2M-1"])
def test_what_is_no_code_at_its_end_is_left_alone(text: str) -> None:
    assert code_at_end(text) == (text, "")


def test_a_printed_command_is_no_code_and_no_code_is_a_command() -> None:
    assert [code_at_end(text)[1] for text in ORDERS] == [""] * len(ORDERS)
    assert order_of("confirma ") is Order.CONFIRM
    assert order_of(CODE) is None


def test_a_trigger_that_is_held_for_ever_is_one_reading() -> None:
    repeats = Repeats()

    assert not repeats.is_repeat(CODE, 0.0)
    assert all(repeats.is_repeat(CODE.lower(), at) for at in (1.0, 3.5, 6.0))
    assert not repeats.is_repeat(CODE, 9.1)


def test_every_word_can_be_drawn_and_fits_80_columns() -> None:
    for look in LOOKS:
        for language in Language:
            lines = drawn(f"{look.symbol} {look.say(language)}", width=76)

            assert len(lines) == HEIGHT
            assert max(map(len, lines)) <= 76
    assert {len(row) for rows in GLYPHS.values() for row in rows} <= {2, 5, 7}


def test_each_verdict_looks_like_its_class_and_rings_more_the_worse_it_is() -> None:
    bells = {look_of(verdict).name: look_of(verdict).bells for verdict in Verdict}

    assert bells == {"admit": 1, "hold": 2, "warn": 3, "refuse": 3, "fault": 3}


def test_who_is_stopped_stands_two_seconds_and_who_comes_waits() -> None:
    dwell: Dwell[str] = Dwell()
    dwell.come("no", stops=True, at=0.0)
    dwell.come("yes", stops=False, at=0.5)

    assert (dwell.shown, dwell.waiting_count) == ("no", 1)
    assert dwell.tick(2.0)
    assert (dwell.shown, dwell.waiting_count) == ("yes", 0)


def test_a_key_says_that_it_was_seen_and_after_half_a_minute_the_desk_is_ready() -> None:
    dwell: Dwell[str] = Dwell()
    dwell.come("no", stops=True, at=0.0)
    dwell.come("yes", stops=False, at=0.1)
    dwell.key(0.2)
    assert dwell.shown == "yes"
    dwell.tick(31.0)

    assert dwell.shown is None


def test_a_flood_of_refusals_is_not_shown_for_minutes() -> None:
    dwell: Dwell[int] = Dwell()
    for number in range(100):
        dwell.come(number, stops=True, at=0.0)

    assert dwell.waiting_count == 5
    for turn in range(1, 6):
        dwell.tick(2.0 * turn)
    assert dwell.shown == 99


@pytest.mark.parametrize("ends", [b"\r", b"\n", b"\t", b"\r\n"])
def test_bytes_are_cut_wherever_they_were_split(ends: bytes) -> None:
    cutter = Cutter()
    whole = b"".join(f"CODE{number}".encode() + ends for number in range(5))
    lines = [line for at in range(len(whole)) for line in cutter.put(whole[at : at + 1])]

    assert lines == [f"CODE{number}" for number in range(5)]


@pytest.mark.parametrize(
    ("typed", "layout", "ending", "problems"),
    [
        (TEST_TEXT + "\r", "same", "CR", 0),
        (TEST_TEXT.lower() + "\n", "same", "LF", 0),
        (f"]Q1{TEST_TEXT}\t", "same", "TAB", 0),
        (TEST_TEXT, "same", "", 1),
        (
            TEST_TEXT.replace("Y", "Z*").replace("ZW", "YW").replace("Z*", "Z") + "\r",
            "german",
            "CR",
            1,
        ),
        ("BOXTESTAQWZY,É\"'(-È\r\n", "french", "CR+LF", 1),
        ("XYZ" + TEST_TEXT + "\r", "same", "CR", 1),
        ("\r", "unknown", "CR", 1),
        ("B0XTESTQAZWYM9999\r", "unknown", "CR", 1),
        (TEST_TEXT.title() + "\r", "same", "CR", 1),
    ],
)
def test_a_scanner_that_is_set_wrongly_is_told(
    typed: str, layout: str, ending: str, problems: int
) -> None:
    found = check(typed)

    assert (found.layout, found.ending, len(found.problems)) == (layout, ending, problems)


def test_a_signed_code_is_found_at_the_end_too() -> None:
    from boxoffice.ids import new_id  # noqa: PLC0415  (here alone)

    code = KEY.signed(new_id(), 1)

    assert code_at_end("maria" + code) == ("maria", code)
