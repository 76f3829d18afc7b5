"""Whether rows can be written as they are, seen as a whole: that costs a tenth of each cell.

One pass gives every byte its class; what is left are searches for one or two bytes.
"""

from collections.abc import Sequence

from boxoffice.exports.block import ROW, Block
from boxoffice.exports.columns import CELL, QUOTE
from boxoffice.text import FORMULA_STARTS

CELL_MAX = 1_000  # characters of a cell that people are shown

_ROW = ROW.encode()
_ACTS, _STARTS, _PARTS, _CALM = b"!", b"=", b"|", b"."
_ASCII = bytes(range(0x80))
_WIDE_STARTS = tuple(sign for sign in FORMULA_STARTS if not sign.isascii())


def _classes(*, special: str, parts: str = "", starts: Sequence[str] = ()) -> bytes:
    """Return the class of each byte: `special` and what nobody can see acts; UTF-8 is calm."""
    return b"".join(
        _PARTS
        if chr(byte) in parts
        else _ACTS
        if byte < 0x80 and (chr(byte) in special or not chr(byte).isprintable())  # noqa: PLR2004  (ASCII)
        else _STARTS
        if chr(byte) in starts
        else _CALM
        for byte in range(256)
    )


_CSV = _classes(special='",', parts=CELL + ROW, starts=[s for s in FORMULA_STARTS if s.isascii()])
_JSON = _classes(special="", parts=QUOTE + ROW)


def is_harmless_csv(block: Block, width: int) -> bool:
    """Say whether rows of so many cells can be CSV with commas between their cells.

    No cell needs quotes, is too long or a formula.
    """
    seen = block.raw.translate(_CSV)
    return (
        _ACTS not in seen
        and _are_as_many(block)
        and block.longest <= CELL_MAX
        and not seen.startswith(_STARTS)
        and _PARTS + _STARTS not in seen
        and _is_printable(block.raw, _WIDE_STARTS)
        # A line of one empty cell would be no line.
        and (width > 1 or all(block.rows))
    )


def is_harmless_json(block: Block) -> bool:
    """Say whether rows need no escape in JSON, nor on a terminal.

    But for quotes and backslashes: whoever writes them escapes these, a block at once. Texts that
    are JSON themselves have them in every row.
    """
    raw = block.raw
    return _ACTS not in raw.translate(_JSON) and _are_as_many(block) and _is_printable(raw, ())


def _are_as_many(block: Block) -> bool:
    """Say whether no row has a `ROW` of its own."""
    return block.raw.count(_ROW) == block.count


def _is_printable(raw: bytes, special: Sequence[str]) -> bool:
    """Look at what is not ASCII: accents, for the most part."""
    rest = raw.translate(None, _ASCII).decode()
    return rest.isprintable() and not any(sign in rest for sign in special)
