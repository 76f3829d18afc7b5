"""What the screens say, in Brazilian Portuguese and in English."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """A language of the screens. Commands, codes and JSON are English in both."""

    PT = "pt-BR"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """One thing to say, in each language. `{name}` is filled in by `say`."""

    pt: str
    en: str

    def say(self, language: Language, **facts: object) -> str:
        """Return it in one language. Facts from outside must be `safe` already."""
        text = self.pt if language is Language.PT else self.en
        return text.format(**facts) if facts else text


def language_of(environment: Mapping[str, str] = os.environ) -> Language:
    """Return the language of whoever sits there: BOXOFFICE_LANG, else the system's.

    The C locale of a bare machine is a Brazilian's: that is who we serve.
    """
    named = environment.get("BOXOFFICE_LANG") or environment.get("LC_ALL") or ""
    named = named or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
    return Language.EN if named.lower().startswith("en") else Language.PT
