"""Where things stand on a ticket: the code has room, and no text leaves its box."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boxoffice.tickets import layout
from boxoffice.tickets.paper import PORTUGUESE, TicketPaper
from boxoffice.tickets.pen import MM, REGULAR, Code, Frame, Line, Rule, Style, fit

SHORT = "KUXTNQEERKXF53G64NLU"
SIGNED = "A2B3C4D5E6F7" * 11 + "KUXTNQ"
LONG = ["A" * 500, "Maria " * 100, "W" * 5_000, "i" * 500, "\u0301" * 500, " " * 500]
TEXTS = (
    "event_title starts_at_text doors_text venue address holder_name company tier price_text seat "
    "attention"
).split()


def saying(text: str, *, code: str = SHORT) -> TicketPaper:
    """Return a ticket that says `text` wherever a stranger may write."""
    said: dict[str, Any] = dict.fromkeys(TEXTS, text)
    return TicketPaper(order_code="K7QX2M", short_code="K7QX2M-1", code=code, **said)


@pytest.mark.parametrize("code", [SHORT, SIGNED])
@pytest.mark.parametrize("lay_out", [layout.a4, layout.receipt])
def test_a_code_is_large_with_a_quiet_zone_on_whole_dots(code: str, lay_out: Any) -> None:
    sheet = lay_out(saying("Ana", code=code), PORTUGUESE)
    (drawn,) = (mark for mark in sheet.marks if isinstance(mark, Code))

    side, quiet = drawn.module * len(drawn.matrix), 4 * drawn.module
    assert side >= 45 * MM
    assert (drawn.module / MM * 8) % 1 == pytest.approx(0)
    assert drawn.x >= quiet
    assert drawn.x + side + quiet <= sheet.width
    for mark in sheet.marks:
        assert isinstance(mark, Code) or not _touches(mark, drawn, side, quiet)


def _touches(mark: Line | Rule | Frame, code: Code, side: float, quiet: float) -> bool:
    """Whether `mark` reaches into the quiet zone of `code`."""
    if isinstance(mark, Line):
        width = mark.style.face.width(mark.text, mark.size)
        left = mark.x - width / 2 if mark.style.is_centred else mark.x
        top, bottom = mark.baseline - 0.75 * mark.size, mark.baseline + 0.24 * mark.size
    else:
        width, left, top = mark.width, mark.x, mark.y
        bottom = mark.y + (mark.depth if isinstance(mark, Frame) else 0)
    is_beside = left + width <= code.x - quiet or left >= code.x + side + quiet
    is_apart = bottom <= code.y - quiet or top >= code.y + side + quiet - 0.01
    return not is_beside and not is_apart


def test_a_roll_is_black_only() -> None:
    sheet = layout.receipt(saying("Ana"), PORTUGUESE)

    assert {mark.style.grey for mark in sheet.marks if isinstance(mark, Line)} == {0}
    assert {mark.grey for mark in sheet.marks if isinstance(mark, Rule)} == {0}


@given(st.text(max_size=300))
@settings(max_examples=40, deadline=None)
def test_any_text_at_all_stays_on_its_page(text: str) -> None:
    assert _strays(saying(text)) == []


@pytest.mark.parametrize("text", LONG + ["Maria da Conceição " * size for size in range(1, 12)])
@pytest.mark.parametrize("code", [SHORT, SIGNED])
def test_long_text_stays_in_its_box(text: str, code: str) -> None:
    assert _strays(saying(text, code=code)) == []


def _strays(ticket: TicketPaper) -> list[Line]:
    """Return the lines beyond the page's margin, over the fold, or in the terms' place."""
    roll, sheet = layout.receipt(ticket, PORTUGUESE), layout.a4(ticket, PORTUGUESE)
    foot = sheet.height - 20 * MM
    fold = sheet.height / 2
    return [
        *(line for line in _lines(roll) if _right(line) > 76.01 * MM),
        *(line for line in _lines(roll) if line.baseline > roll.height),
        *(line for line in _lines(sheet) if _right(line) > 190.01 * MM),
        *(line for line in _lines(sheet) if fold - 8 * MM < line.baseline < fold + 8 * MM),
        *(
            line
            for line in _lines(sheet)
            if line.baseline > foot and line.text not in PORTUGUESE.terms
        ),
    ]


def _lines(sheet: layout.Page) -> list[Line]:
    return [mark for mark in sheet.marks if isinstance(mark, Line)]


def _right(line: Line) -> float:
    width = line.style.face.width(line.text, line.size)
    return line.x + (width / 2 if line.style.is_centred else width)


def test_a_text_is_first_shrunk_to_keep_its_words_whole() -> None:
    size, lines = fit("Wolfeschlegel", Style(20, 10), 100)

    assert 10 < size < 20
    assert lines == ["Wolfeschlegel"]


def test_a_text_that_fits_is_written_at_its_size() -> None:
    assert fit("Maria Aparecida", Style(20, 10, lines_max=2), 100) == (20, ["Maria", "Aparecida"])


def test_a_text_with_no_room_even_when_small_ends_in_dots() -> None:
    size, lines = fit("Ana " * 99, Style(20, 10, lines_max=2), 100)

    assert size == 10
    assert len(lines) == 2
    assert lines[1].endswith("…")


def test_a_word_longer_than_its_box_is_broken_and_nothing_is_lost() -> None:
    _, lines = fit("Hippopotomonstrosesquippedaliophobie", Style(12, 12, lines_max=9), 60)

    assert "".join(lines) == "Hippopotomonstrosesquippedaliophobie"
    assert all(REGULAR.width(line, 12) <= 60 for line in lines)
