"""QR codes as plain grids of modules, for paper and terminals to draw."""

import re
from enum import IntEnum
from typing import TypeAlias

from boxoffice.errors import BadValue

Matrix: TypeAlias = tuple[tuple[bool, ...], ...]
"""Rows of modules from the top, `True` for dark, without the quiet zone."""

QUIET_MODULES = 4
"""The light border the standard asks for, in modules."""

# Choosing a mask for each code costs five times as much as drawing with one. On random ticket codes
# all eight are read equally well, and this one looks best to the standard's own penalty rules.
_MASK = 2
_ALPHANUMERIC = re.compile(r"[0-9A-Z $%*+\-./:]+")


class Level(IntEnum):
    """How much of the code may be lost and still be read; the numbers are the standard's."""

    L = 1  # 7 %: for screens, where nothing is torn or stained
    M = 0  # 15 %: for paper


def matrix(text: str, *, level: Level = Level.M) -> Matrix:
    """Return the smallest QR code that holds `text`; the same text always gives the same code.

    Capitals and digits cost 5½ bits each: a 20-character ticket code makes 21 modules a side, one
    of 138 characters 41. Anything else is held as UTF-8, 8 bits a byte.

    Raises:
        BadValue: the text is empty, or is too long for any QR code.
    """
    from qrcode.exceptions import DataOverflowError  # noqa: PLC0415  (80 ms with PIL, only to draw)
    from qrcode.main import QRCode  # noqa: PLC0415  (the same)
    from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, QRData  # noqa: PLC0415  (the same)

    if not text:
        raise BadValue("code", "is empty.")
    mode = MODE_ALPHA_NUM if _ALPHANUMERIC.fullmatch(text) else MODE_8BIT_BYTE
    code = QRCode(error_correction=level, border=0, mask_pattern=_MASK)
    try:
        code.add_data(QRData(text.encode(), mode=mode))
        code.make()
    except (DataOverflowError, ValueError) as error:  # ValueError: a version 41 was asked for
        raise BadValue("code", f"of {len(text)} characters does not fit a QR code.") from error
    return tuple(tuple(map(bool, row)) for row in code.modules)
