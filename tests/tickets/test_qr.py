"""QR codes as grids: small, always the same, and read by a reader that is not ours."""

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from boxoffice.errors import BadValue
from boxoffice.tickets.qr import QUIET_MODULES, Level, Matrix, matrix

SHORT = "KUXTNQEERKXF53G64NLU"
SIGNED = "A2B3C4D5E6F7" * 11 + "KUXTNQ"
PIX = (
    "00020126850014br.gov.bcb.pix2563qr.psp.example/v2/cobv/3f2b1c0d9e8a4f7db6a5c4d3e2f1a0b9"
    "5204000053039865406360.005802BR5917PRODUTORA EXEMPLO6009SAO PAULO62070503***6304A1B2"
)
CODES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=20, max_size=20)


def picture(grid: Matrix) -> Image.Image:
    """Return `grid` as dots on paper, four to a module."""
    side = len(grid) + 2 * QUIET_MODULES
    image = Image.new("L", (side, side), 255)
    for y, row in enumerate(grid):
        for x, is_dark in enumerate(row):
            image.putpixel((x + QUIET_MODULES, y + QUIET_MODULES), 0 if is_dark else 255)
    return image.resize((side * 4, side * 4), Image.Resampling.NEAREST)


def read(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize(
    ("text", "modules"), [(SHORT, 21), (SIGNED, 41), (PIX, 53), ("João d’Ávila", 25)]
)
def test_a_text_is_read_back_from_the_smallest_code_that_holds_it(text: str, modules: int) -> None:
    grid = matrix(text)

    assert len(grid) == modules
    assert {len(row) for row in grid} == {modules}
    assert read(picture(grid)) == [text]


@given(CODES)
@settings(max_examples=60, deadline=None)
def test_every_ticket_code_is_read_back_whatever_its_letters(code: str) -> None:
    assert read(picture(matrix(code))) == [code]


def test_paper_may_lose_a_corner_stain_and_still_be_read() -> None:
    image = picture(matrix(SIGNED))
    stain = Image.new("L", (28, 28), 128)
    image.paste(stain, (image.width - 80, image.height - 110))

    assert read(image) == [SIGNED]


def test_the_same_text_always_gives_the_same_code() -> None:
    assert matrix(SHORT) == matrix(SHORT)


def test_a_screen_needs_fewer_modules_than_paper() -> None:
    assert len(matrix(PIX, level=Level.L)) < len(matrix(PIX, level=Level.M))


@pytest.mark.parametrize("text", ["", "A" * 3392, "a" * 2332, "\ud800"])
def test_what_no_qr_code_holds_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        matrix(text)


def test_the_longest_text_that_fits_is_drawn() -> None:
    assert len(matrix("A" * 3391)) == 177
