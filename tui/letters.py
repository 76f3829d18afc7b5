"""Big letters of five by seven pixels: a verdict is read from three metres away."""

from types import MappingProxyType

HEIGHT = 7  # pixels
_BLANK = "."

_DRAWN = """
A .###. #...# #...# ##### #...# #...# #...#
D ####. #...# #...# #...# #...# #...# ####.
E ##### #.... #.... ####. #.... #.... #####
F ##### #.... #.... ####. #.... #.... #....
G .#### #.... #.... #.### #...# #...# .###.
H #...# #...# #...# ##### #...# #...# #...#
I .###. ..#.. ..#.. ..#.. ..#.. ..#.. .###.
L #.... #.... #.... #.... #.... #.... #####
M #...# ##.## #.#.# #...# #...# #...# #...#
N #...# ##..# #.#.# #.#.# #..## #...# #...#
O .###. #...# #...# #...# #...# #...# .###.
P ####. #...# #...# ####. #.... #.... #....
R ####. #...# #...# ####. #.#.. #..#. #...#
S .#### #.... #.... .###. ....# ....# ####.
T ##### ..#.. ..#.. ..#.. ..#.. ..#.. ..#..
U #...# #...# #...# #...# #...# #...# .###.
Y #...# #...# .#.#. ..#.. ..#.. ..#.. ..#..
✔ ......# .....## ....##. #..##.. ####... .##.... .......
● ..###.. .#####. ####### ####### ####### .#####. ..###..
▲ ...#... ..###.. ..#.#.. .##.##. .#...#. ##...## #######
✖ ##...## .##.##. ..###.. ...#... ..###.. .##.##. ##...##
? ..###.. .#...#. .....#. ....#.. ...#... ....... ...#...
○ ..###.. .#...#. #.....# #.....# #.....# .#...#. ..###..
"""
GLYPHS = MappingProxyType(
    {line[0]: tuple(line[2:].split()) for line in _DRAWN.splitlines() if line}
    | {" ": ("..",) * HEIGHT}
)


def pixels(text: str) -> list[str]:
    """Draw a text as seven rows of `#` and `.`, with a column between two letters."""
    glyphs = [GLYPHS[letter] for letter in text]
    return [_BLANK.join(glyph[row] for glyph in glyphs) for row in range(HEIGHT)]


def drawn(text: str, *, width: int, low: bool = False) -> list[str]:
    """Draw a text in cells: two a pixel where there is room, half as high where there is little.

    Return no line when even the narrow letters do not fit into `width`.
    """
    rows = pixels(text)
    if len(rows[0]) > width:
        return []
    if low:
        return _halved(rows)
    times = 2 if 2 * len(rows[0]) <= width else 1
    return ["".join(("█" if dot == "#" else " ") * times for dot in row) for row in rows]


def _halved(rows: list[str]) -> list[str]:
    """Put two rows of pixels into one row of cells."""
    blank = _BLANK * len(rows[0])
    cells = {("#", "#"): "█", ("#", "."): "▀", (".", "#"): "▄", (".", "."): " "}
    even = [*rows, blank] if len(rows) % 2 else rows
    return [
        "".join(cells[pair] for pair in zip(above, below, strict=True))
        for above, below in zip(even[::2], even[1::2], strict=True)
    ]
