"""QR codes in a terminal: drawn back from their characters and read as a phone would."""

import pytest
import zxingcpp
from PIL import Image
from rich.style import Style

from boxoffice.errors import BadValue
from boxoffice.tickets.half_blocks import QR_STYLE, terminal_qr

SHORT = "KUXTNQEERKXF53G64NLU"
PIX = (
    "00020126850014br.gov.bcb.pix2563qr.psp.example/v2/cobv/3f2b1c0d9e8a4f7db6a5c4d3e2f1a0b9"
    "5204000053039865406360.005802BR5917PRODUTORA EXEMPLO6009SAO PAULO62070503***6304A1B2"
)
HALVES = {" ": (255, 255), "▀": (0, 255), "▄": (255, 0), "█": (0, 0)}


def screen(lines: list[str]) -> Image.Image:
    """Return `lines` as a dark terminal shows them in `QR_STYLE`, 8 × 16 dots to a character."""
    width, height = len(lines[0]), 2 * len(lines)
    image = Image.new("L", (width + 8, height + 8), 0)
    for row, line in enumerate(lines):
        for column, character in enumerate(line):
            upper, lower = HALVES[character]
            image.putpixel((column + 4, 2 * row + 4), upper)
            image.putpixel((column + 4, 2 * row + 5), lower)
    return image.resize((image.width * 8, image.height * 8), Image.Resampling.NEAREST)


def drawn(text: str, *, columns: int, rows: int) -> list[str]:
    lines = terminal_qr(text, columns=columns, rows=rows)
    assert lines is not None
    return lines


@pytest.mark.parametrize(
    ("text", "columns", "rows"),
    [(SHORT, 25, 13), (SHORT, 80, 24), (PIX, 53, 27), (PIX, 120, 40)],
)
def test_a_code_on_a_dark_screen_is_read_back(text: str, columns: int, rows: int) -> None:
    lines = drawn(text, columns=columns, rows=rows)

    assert [found.text for found in zxingcpp.read_barcodes(screen(lines))] == [text]


@pytest.mark.parametrize(("columns", "rows"), [(53, 27), (57, 29), (300, 100)])
def test_lines_are_of_one_width_and_stay_inside(columns: int, rows: int) -> None:
    lines = drawn(PIX, columns=columns, rows=rows)

    assert len({len(line) for line in lines}) == 1
    assert len(lines[0]) <= columns
    assert len(lines) <= rows


def test_a_roomy_screen_gets_the_border_of_the_standard() -> None:
    tight, roomy = drawn(PIX, columns=53, rows=27), drawn(PIX, columns=57, rows=29)

    assert (len(tight[0]), len(tight)) == (53, 27)
    assert (len(roomy[0]), len(roomy)) == (57, 29)


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (52, 27), (53, 26), (0, 0)])
def test_a_pix_code_that_does_not_fit_is_not_drawn(columns: int, rows: int) -> None:
    assert terminal_qr(PIX, columns=columns, rows=rows) is None


def test_the_style_is_black_on_white_whatever_the_theme() -> None:
    style = Style.parse(QR_STYLE)

    assert style.color is not None
    assert style.color.triplet == (0, 0, 0)
    assert style.bgcolor is not None
    assert style.bgcolor.triplet == (255, 255, 255)


def test_an_empty_payload_is_refused() -> None:
    with pytest.raises(BadValue):
        terminal_qr("", columns=80, rows=40)
