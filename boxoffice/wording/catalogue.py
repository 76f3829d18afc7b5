"""Catalogues: the sentences of each language, read from gettext's `.po` files as they are.

A `.po` file is read when a mail is first written (a few milliseconds): a clone needs no build
step, the wheel ships the file that translators edit, and no compiled copy can be out of date.
"""

from functools import cache
from pathlib import Path
from types import MappingProxyType

from boxoffice.wording.languages import Language


@cache
def catalogue(language: Language) -> MappingProxyType[str, str]:
    """Return the sentences of a language by their English ones; English needs none."""
    path = Path(__file__).with_name(f"{language.replace('-', '_')}.po")
    if not path.is_file():
        return MappingProxyType({})
    from babel.messages.pofile import read_po  # noqa: PLC0415  (30 ms, only to write a mail)

    with path.open("rb") as file:
        messages = read_po(file, abort_invalid=True)
    return MappingProxyType(
        {
            str(one.id): str(one.string)
            for one in messages
            if one.id and one.string and not one.fuzzy
        }
    )


def say(sentence: str, language: Language) -> str:
    """Return a sentence of ours in `language`, or as it is when nobody has put it in words."""
    return catalogue(language).get(sentence, sentence)
