"""Text from outside, made inert: one gate on the way in, one for each way out.

Names, spreadsheet cells, gateway answers and scanned codes are written by strangers. `clean_in`
refuses what no honest name holds; the gates below make what is left harmless where it is shown.
PDF text is drawn, never parsed, so `shown` is its gate too.
"""

import re
import unicodedata

from boxoffice.errors import BadValue

ERASED = "(erased)"  # what stands where a person was
TEXT_MAX = 200  # characters: longer than any name on a Brazilian document

# C0, DEL and C1 controls drive terminals; bidi marks and isolates reorder what is read;
# line and paragraph separators break lines; the tag block and noncharacters are invisible.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff"
    "\ud800-\udfff\ufdd0-\ufdef\U000e0000-\U000e0fff]"
)
# Letters and marks that leave no trace: fillers, joiners, blanks and selectors.
_INVISIBLE = re.compile(
    r"[\s\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c\u200d\u2800\u3164\ufe00-\ufe0f"
    r"\uffa0]+"
)
_BLANKS = re.compile(" {2,}")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"-?\d+([.,]\d+)?")
_PUNCTUATION = re.compile(r"[^\w@.]+|_")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def clean_in(text: str, *, name: str, length_max: int = TEXT_MAX, empty: bool = False) -> str:
    """Return `text` normalised (NFC, edges trimmed, inner blanks single), or refuse it.

    Raises:
        BadValue: it is empty, too long, holds control or direction-changing characters, or none
            that can be seen.
    """
    # Plain ASCII, as most cells are, holds nothing that the questions below ask for.
    is_plain = text.isascii() and text.isprintable()
    tidy = text if is_plain else unicodedata.normalize("NFC", text).replace("\t", " ")
    tidy = _BLANKS.sub(" ", tidy.strip()) if "  " in tidy else tidy.strip()
    if not tidy and not empty:
        raise BadValue(name, "is empty.")
    if len(tidy) > length_max:
        raise BadValue(name, f"has {len(tidy)} characters; the limit is {length_max}.")
    if is_plain:
        return tidy
    found = _UNSAFE.search(tidy)
    if found:
        raise BadValue(
            name,
            f"holds the control character U+{ord(found[0]):04X}.",
            hint="type the text again instead of pasting it",
        )
    if _INVISIBLE.fullmatch(tidy):
        raise BadValue(name, "has nothing in it that can be seen.")
    return tidy


def shown(text: str, *, length_max: int = 1_000) -> str:
    """Return `text` for a terminal, a log or a page: one line, and nothing in it that acts."""
    cut = text if len(text) <= length_max else text[: length_max - 1] + "…"
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", cut)


def spreadsheet_cell(text: str) -> str:
    """Return `text` for a spreadsheet that people open: never a formula, numbers left alone."""
    if text.startswith(FORMULA_STARTS) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def folded(text: str) -> str:
    """Return `text` without accents, case or punctuation: what searching compares."""
    bare = text
    if not text.isascii():  # ASCII has no accent to take off: most addresses, codes and documents
        plain = unicodedata.normalize("NFKD", text)
        bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _PUNCTUATION.sub(" ", bare.casefold()).strip()


def slug(text: str) -> str:
    """Return `text` as `a-z 0-9 -`, for slugs and file names made by us."""
    return _NOT_SLUG.sub("-", folded(text)).strip("-")


def inert_json(text: str) -> str:
    """Return JSON text with every character that would act on a terminal written as an escape.

    It means the same to a parser; JSON itself escapes only C0 controls.
    """
    return _UNSAFE.sub(_json_escape, text)


def _json_escape(found: re.Match[str]) -> str:
    raw = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{raw[i]:02x}{raw[i + 1]:02x}" for i in range(0, len(raw), 2))
