"""The theme of high contrast: everything on every screen stands out from what is behind it."""

import pytest
from rich.segment import Segment
from textual.color import Color

from boxoffice.office import BoxOffice
from tests.making import LOTE, a_sale, an_event
from tests.tui.boards import seated
from tui.commands import Place
from tui.house import Answer, House
from tui.words import Language

BOARDS = [place for place in Place if place not in {Place.ANY, Place.DESK}]
_READABLE = 4.5  # WCAG 2.2, 1.4.3
_BARS = set("▁▂▃▄▅▆▇█")  # of scrolling: how far, not what


@pytest.mark.anyio
@pytest.mark.parametrize("place", BOARDS, ids=str)
async def test_nothing_is_pale_in_the_theme_of_high_contrast(
    office: BoxOffice, place: Place
) -> None:
    an_event(office)
    a_sale(office, (LOTE, 2))
    house = House(office, lambda *_: Answer(0, "", ""), Language.EN)

    async with seated(house, place, theme="contrast") as seat:
        strips = seat.app.screen._compositor.render_strips()  # noqa: SLF001  (no other way to it)
        pale = {part.text.strip() for strip in strips for part in strip if is_pale(part)}

        assert pale == set()


def is_pale(part: Segment) -> bool:
    text, style, _ = part
    if style is None or style.color is None or style.bgcolor is None or set(text.strip()) <= _BARS:
        return False
    front, back = (Color.from_rich_color(one) for one in (style.color, style.bgcolor))
    darker, lighter = sorted((luminance(front), luminance(back)))
    return (lighter + 0.05) / (darker + 0.05) < _READABLE


def luminance(color: Color) -> float:
    """Return how bright a colour is, as WCAG 2.2 defines it."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in color.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
