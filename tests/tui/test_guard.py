"""The scan guard: a person's keys go on in order, and none of a scanner's presses anything."""

import pytest

from boxoffice.tickets.code import TicketKey, short_text
from tests.making import SECRET
from tui.guard import HOLD_SECONDS, Ended, Guard
from tui.reading import ORDERS, scan_at_end

CODE = short_text(bytes(range(10)))
FIELD = "a field"


class Hand:
    """Presses keys at a guard, so many seconds apart, and keeps what goes on."""

    def __init__(self) -> None:
        self.guard: Guard[str, str] = Guard(scan_at_end)
        self.at = 0.0
        self.went_on = ""

    def type(self, text: str, gap: float, field: str | None = None) -> None:
        for character in text:
            self.at += gap
            if gap > HOLD_SECONDS:
                self.went_on += "".join(self.guard.release())
            self.went_on += "".join(self.guard.key(character, character, self.at, field))

    def end(self, gap: float = 0.004) -> Ended[str, str]:
        self.at += gap
        ended = self.guard.end("⏎", self.at)
        self.went_on += "".join(ended.keys)
        return ended


@pytest.mark.parametrize("gap", [0.0, 0.002, 0.016, 0.055])
@pytest.mark.parametrize("text", [CODE, CODE.lower(), f"]Q1{CODE}", "CONFIRMA", "BOXCMDDESFAZ"])
def test_a_scan_lets_no_key_through(text: str, gap: float) -> None:
    hand = Hand()
    hand.type(text, gap)

    assert hand.end().scan == scan_at_end(text)[1]
    assert hand.went_on == ""
    assert hand.guard.release() == []


def test_a_signed_code_is_a_scan_too() -> None:
    from boxoffice.ids import new_id  # noqa: PLC0415  (here alone)

    hand = Hand()
    hand.type(TicketKey(SECRET).signed(new_id(), 1), 0.008)

    assert hand.end().scan
    assert hand.went_on == ""


@pytest.mark.parametrize("text", ["ab", "maria da silva", "7891234567895", CODE[:-1], CODE + "A"])
def test_what_is_no_code_goes_on_in_order_however_quick(text: str) -> None:
    hand = Hand()
    hand.type(text, 0.001)

    assert hand.end() == Ended("", [*text, "⏎"])


def test_a_code_that_hands_typed_is_no_scan() -> None:
    hand = Hand()
    hand.type(CODE, 0.07)

    assert hand.end().scan == ""
    assert hand.went_on == f"{CODE}⏎"


def test_a_field_has_each_letter_at_once_and_loses_those_of_a_scan() -> None:
    hand = Hand()
    hand.type("mar", 0.15, FIELD)
    assert hand.went_on == "mar"
    hand.at += 0.07  # the hand is still on its way to the next letter
    hand.type(CODE, 0.004, FIELD)
    ended = hand.end()

    assert ended == Ended(CODE, [], [(FIELD, CODE)])


def test_what_a_scanner_puts_before_a_code_is_taken_back_too() -> None:
    hand = Hand()
    hand.type(f"]Q1{CODE}", 0.004, FIELD)

    assert hand.end().taken_back == [(FIELD, f"]Q1{CODE}")]


def test_a_letter_never_overtakes_one_that_waits() -> None:
    hand = Hand()
    hand.type("/", 0.15)
    hand.type("ana", 0.01, FIELD)

    assert hand.went_on == ""
    assert "".join(hand.guard.release()) == "/ana"


def test_a_scan_that_begins_in_a_field_and_ends_outside_presses_nothing() -> None:
    hand = Hand()
    hand.type(CODE[:8], 0.004, FIELD)
    hand.type(CODE[8:], 0.004)

    assert hand.end() == Ended(CODE, [], [(FIELD, CODE[:8])])


def test_a_second_end_of_the_same_line_presses_nothing_and_a_later_one_does() -> None:
    hand = Hand()
    hand.type(CODE, 0.004)
    hand.end()

    assert hand.end(0.004) == Ended("")
    assert hand.end(0.5) == Ended("", ["⏎"])


def test_what_nobody_ends_does_not_grow() -> None:
    hand = Hand()
    hand.type("x" * 2_000, 0.001)

    assert len(hand.went_on) + len(hand.guard.release()) == 2_000
    hand.type("x" * 2_000, 0.001, FIELD)
    assert len(hand.guard._held) <= 512  # noqa: SLF001  (the memory is what is asked for)


def test_a_printed_command_is_found_at_the_end() -> None:
    assert all(scan_at_end(f"12{words}") != (f"12{words}", "") for words in ORDERS)
