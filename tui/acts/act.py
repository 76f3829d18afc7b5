"""An act: what is asked first, and the command that is made of the answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tui.words import Words

Given = Mapping[str, str]

SURE = Words("Certeza? (s/N)", "Sure? (y/N)")
_YES = frozenset({"s", "sim", "y", "yes"})


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is asked. What is left empty is not said to the command."""

    name: str
    label: Words
    default: str = ""
    example: str = ""
    is_secret: bool = False  # it is typed for the command, and stands in no line
    is_needed: bool = False  # the command cannot do without it


@dataclass(frozen=True, slots=True)
class Act:
    """Something that can be done. Without fields and doubts it is done at once."""

    title: Words
    words: Callable[[Given], list[str]]
    fields: tuple[Field, ...] = ()
    warning: Words | None = None  # what cannot be undone; then it is asked, and No is the default
    proof: str = ""  # for the worst: characters to be typed, which no scanner and no held key does
    unshown: tuple[str, ...] = ()  # words of the command that say nothing to people
    has_key: bool = False  # the command makes money or orders: a second try must not do it twice

    @property
    def is_asked(self) -> bool:
        """Whether anything has to be asked before it is done."""
        return bool(self.fields) or self.warning is not None

    def missing(self, given: Given) -> Field | None:
        """Return the first field that is needed and empty."""
        return next(
            (one for one in self.fields if one.is_needed and not given[one.name].strip()), None
        )

    def typed(self, given: Given) -> str:
        """Return the secrets, one a line, as the command reads them."""
        return "".join(f"{given[field.name]}\n" for field in self.fields if field.is_secret)

    def is_meant(self, typed: str) -> bool:
        """Say whether what was typed in answer to the warning means yes."""
        if self.proof:
            return typed.strip().upper() == self.proof.upper()
        return typed.strip().lower() in _YES


def flags(given: Given, /, **names: str) -> list[str]:
    """Return the options of the fields that were filled in: `flags(given, name="--buyer-name")`."""
    return [
        word
        for field, flag in names.items()
        if given.get(field, "").strip()
        for word in (flag, given[field].strip())
    ]


def proof_of(code: str) -> str:
    """Return the characters that prove that this very thing is meant: the last two of its code."""
    return code[-2:].upper()
