"""What a scanner has typed, made a code or a command. Pure: no clock and no terminal."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from boxoffice.tickets.code import SHORT_LENGTH, SIGNED_LENGTH, ShortCode, SignedCode, read_code

REPEAT_SECONDS = 3.0  # one code read twice within is one reading (ux.md §3.2, rule 4)
# An AIM identifier names the kind of barcode: `]Q1` (ISO/IEC 15424).
_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_WRAPS = "\x02\x03*"  # STX and ETX, and the start and stop of Code 39


class Order(StrEnum):
    """What a printed command asks for."""

    CONFIRM = "confirm"
    UNDO = "undo"
    WAY_OUT = "way_out"
    WAY_IN = "way_in"
    SOUND = "sound"
    REPRINT = "reprint"


# Letters alone: they survive every keyboard layout. None is as long as a code.
ORDERS: Mapping[str, Order] = MappingProxyType(
    {
        "CONFIRMA": Order.CONFIRM,
        "BOXCMDCONFIRMA": Order.CONFIRM,
        "BOXCMDDESFAZ": Order.UNDO,
        "BOXCMDSAIDA": Order.WAY_OUT,
        "BOXCMDENTRADA": Order.WAY_IN,
        "BOXCMDSOM": Order.SOUND,
        "BOXCMDREIMPRIME": Order.REPRINT,
    }
)


def tidy(line: str, prefix: str = "") -> str:
    """Return a line without what a scanner was told to put around the code."""
    text = line.strip().strip(_WRAPS).strip()
    if prefix and text.casefold().startswith(prefix.casefold()):
        text = text[len(prefix) :].lstrip()
    found = _AIM.match(text)
    if found:
        text = text[found.end() :]
    return text.strip(_WRAPS).strip()


def order_of(text: str) -> Order | None:
    """Return the command that was read, if it was one."""
    return ORDERS.get("".join(text.split()).upper())


def same_code(text: str) -> str:
    """Return what two readings of one code have in common."""
    return "".join(text.split()).upper().replace("-", "")


def code_at_end(text: str) -> tuple[str, str]:
    """Split a text into what a person typed and the code that a scanner put behind it.

    The check characters tell: one in a million texts ends like a code by chance.
    """
    for length in (SIGNED_LENGTH, SHORT_LENGTH):
        tail = text[-length:]
        if len(tail) == length and isinstance(read_code(tail), ShortCode | SignedCode):
            return text[:-length], tail
    return text, ""


def scan_at_end(text: str) -> tuple[str, str]:
    """Split a text into what came before a code or a printed command, and that."""
    before, code = code_at_end(text)
    if code:
        return before, code
    for words in ORDERS:
        if text[-len(words) :].upper() == words:
            return text[: -len(words)], text[-len(words) :]
    return text, ""


@dataclass(slots=True)
class Repeats:
    """Tells whether a reading is the one before it, once more: a trigger that was held."""

    _text: str = ""
    _at: float = float("-inf")

    def is_repeat(self, text: str, at: float) -> bool:
        """Say whether `text` was read within three seconds before `at`, and remember it.

        The seconds begin anew each time: a scanner that reads on and on confirms nothing.
        """
        mark = same_code(text)
        repeats = mark == self._text and at - self._at < REPEAT_SECONDS
        self._text, self._at = mark, at
        return repeats

    def forget(self) -> None:
        """Take the next reading for a new one, whatever it is."""
        self._text = ""
