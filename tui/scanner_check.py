"""What a scanner does to a text that we know: its layout, its ending, what it puts around."""

from dataclasses import dataclass
from types import MappingProxyType

from tui.reading import tidy

# Letters that keyboard layouts exchange, and all digits of our alphabet. Print it as a barcode.
TEST_TEXT = "BOXTESTQAZWYM234567"
_ENDS = MappingProxyType({"\r\n": "CR+LF", "\r": "CR", "\n": "LF", "\t": "TAB"})
_SWAPS = MappingProxyType(
    {
        "german": str.maketrans("YZ", "ZY"),
        "french": str.maketrans("QAZWM234567", "AQWZ,É\"'(-È"),
    }
)
_LEAST = 8  # characters that are worth a guess


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found. Without problems the scanner can work at a door."""

    ending: str  # CR, LF, CR+LF, TAB, or nothing
    prefix: str
    case: str  # upper, lower, mixed
    layout: str  # same, german, french, unknown
    problems: tuple[tuple[str, str], ...]  # what is so, and what mends it


def check(typed: str) -> Checked:
    """Say what a scanner does, from what it typed for `TEST_TEXT`."""
    ending = next((name for end, name in _ENDS.items() if typed.endswith(end)), "")
    bare = typed.strip("\r\n\t")
    text = tidy(bare)
    case = "upper" if text.isupper() else "lower" if text.islower() else "mixed"
    layout, prefix = _layout_of(text.upper())
    problems = []
    if not ending:
        problems.append(
            ("the scanner ends a code with nothing", "scan its setting: suffix CR (or Enter)")
        )
    if case == "mixed" and layout == "same":
        problems.append(("capitals and small letters are mixed", "scan its setting: upper case"))
    if layout == "unknown" and len(text) < _LEAST:
        problems.append(("nothing that reads like the test code came", "scan the test code again"))
    elif layout != "same":
        problems.append(
            (
                f"the keyboard layout changes letters ({layout})",
                "scan its setting: the keyboard country of this computer",
            )
        )
    if prefix and layout == "same":
        problems.append(
            (f"it types {prefix!r} before the code", f"boxoffice desk --prefix {prefix}")
        )
    return Checked(ending, prefix, case, layout, tuple(problems))


def _layout_of(text: str) -> tuple[str, str]:
    """Return the layout, and what stands before the test text."""
    if text.endswith(TEST_TEXT):
        return "same", text.removesuffix(TEST_TEXT)
    for name, table in _SWAPS.items():
        if text.endswith(TEST_TEXT.translate(table)):
            return name, ""
    return "unknown", ""
