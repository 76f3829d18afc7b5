"""Text from outside on the screen: inert first, then a type that is never read as markup."""

import re
import unicodedata
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.text import Text
from textual.color import Color
from textual.content import Content
from textual.filter import LineFilter

from boxoffice.text import shown

_MARKS_MAX = 4  # combining marks on one letter: more of them climb over the lines above
_TOO_MANY_MARKS = re.compile(
    rf"([\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff]{{{_MARKS_MAX}}})"
    r"[\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff]+"
)


def safe(text: str, *, length_max: int = 200) -> str:
    """Return text of anybody as one line that acts on no terminal, cut with `…`."""
    tidy = unicodedata.normalize("NFC", text.replace("\t", " ").replace("\n", " "))
    return shown(_TOO_MANY_MARKS.sub(r"\1", tidy), length_max=length_max)


def said(text: str, style: str = "", *, length_max: int = 200) -> Content:
    """Return text of anybody for a widget."""
    return Content.styled(safe(text, length_max=length_max), style)


def cell(text: str, style: str = "", *, length_max: int = 200) -> Text:
    """Return text of anybody for the cell of a table, which takes nothing but Rich's own."""
    return Text(safe(text, length_max=length_max), style, no_wrap=True, overflow="ellipsis")


def fit(text: str, cells: int) -> str:
    """Return inert text exactly `cells` wide: cut with `…`, or with blanks behind it."""
    if cell_len(text) > cells:
        return set_cell_size(text, max(0, cells - 1)) + "…"[:cells]
    return set_cell_size(text, cells)


class ControlStrip(LineFilter):
    """The last line of defence: what slipped through everything else leaves no line of ours."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Make the text of each segment inert; control segments are Textual's own."""
        del background
        return [_inert(segment) for segment in segments]


# What has a twin among the 95 signs of ASCII, one cell for one cell.
_TWINS = str.maketrans(
    "━┏┓┗┛┃═╔╗╚╝║─╭╮╰╯│╌╎┅┇▌▐▔▁▂▃▄▅▆▇█▓░▀■▏○●◐✔✖▲↶▸◂↑↓←→…–—·•♪×⇄º",
    "-++++|=++++|-++++|-|-|||-._,-~=+#%.#*|o*o+x^<><^v<>.--.*fx=o",
)


class Ascii(LineFilter):
    """Everything in ASCII, cell for cell: for terminals and fonts that have nothing else."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Write letters without their accents, and signs as their nearest twin."""
        del background
        return [_spelt_out(segment) for segment in segments]


def _spelt_out(segment: Segment) -> Segment:
    text, style, control = segment
    if control or text.isascii():
        return segment
    return Segment("".join(map(_twin, text)), style, control)


def _twin(character: str) -> str:
    """Return as many ASCII signs as the character has cells."""
    if character.isascii():
        return character
    twin = character.translate(_TWINS)
    if not twin.isascii():
        twin = unicodedata.normalize("NFKD", character)[:1]
    cells = cell_len(character)
    return twin.ljust(cells)[:cells] if twin.isascii() else "?" * cells


def _inert(segment: Segment) -> Segment:
    text, style, control = segment
    if control or text.isprintable():
        return segment
    return Segment(shown(text, length_max=len(text)), style, control)


def joined(parts: Sequence[str | Content], *, between: str = " · ") -> Content:
    """Join what is not empty, as one line of Content."""
    contents = [part if isinstance(part, Content) else said(part) for part in parts if part]
    return Content(between).join(contents)
