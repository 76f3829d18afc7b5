"""The languages that we write to people in."""

from enum import StrEnum


class Language(StrEnum):
    """A language with a catalogue; an event names the one its mails are written in."""

    PT_BR = "pt-BR"
    EN = "en"
