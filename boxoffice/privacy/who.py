"""Who is meant, and whether a text names them."""

import re
from dataclasses import dataclass
from enum import StrEnum

from boxoffice.errors import BadValue
from boxoffice.people import parse_document, parse_email, parse_name, parse_phone
from boxoffice.text import folded

_NAME_WORDS_MIN = 2  # a first name alone is many people's
_DIGITS_MIN = 8
_COUNTRY = "55"
_APOSTROPHE = re.compile("['’`\u00b4]")


class By(StrEnum):
    """What a person is known by."""

    EMAIL = "e-mail"
    DOCUMENT = "document"
    PHONE = "phone"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Who:
    """The person that is asked for. A name is good within one event alone."""

    by: By
    value: str
    event: str | None = None


def parse_who(text: str, *, event: str | None = None) -> Who:
    """Read an e-mail address, a CPF or CNPJ, a phone number or a whole name.

    Raises:
        BadValue: it is none of these, or too little to mean one person.
    """
    tidy = text.strip()
    if "@" in tidy:
        return Who(By.EMAIL, parse_email(tidy, name="WHO"), event)
    if any(sign.isdigit() for sign in tidy):
        try:
            return Who(By.DOCUMENT, parse_document(tidy, name="WHO"), event)
        except BadValue:
            if not re.fullmatch(r"\+?[0-9 ().\-/]+", tidy):
                raise
        return Who(By.PHONE, digits_of(parse_phone(tidy, name="WHO")), event)
    name = parse_name(tidy, name="WHO")
    if len(folded(name).split()) < _NAME_WORDS_MIN:
        raise BadValue("WHO", "is one word: many people have that name.", hint="give their e-mail")
    return Who(By.NAME, name, event)


def digits_of(phone: str) -> str:
    """Return the digits of a phone number without Brazil's own prefix, for comparing."""
    digits = re.sub(r"\D", "", phone)
    is_ours = digits.startswith(_COUNTRY) and len(digits) > 11  # noqa: PLR2004  (area and number)
    return digits[2:] if is_ours else digits


def spellings(text: str) -> set[str]:
    """Return `text` folded, and folded as if it had no apostrophe: D'Ávila is DAVILA to a bank."""
    return {folded(text), folded(_APOSTROPHE.sub("", text))}


class Marks:
    """All that a person is known by, and whether a text holds any of it."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.names: set[str] = set()
        self.emails: set[str] = set()
        self.documents: set[str] = set()
        self.phones: set[str] = set()

    def learn(
        self, *, name: str = "", email: str = "", document: str = "", phone: str = ""
    ) -> None:
        """Add what one row says of them. What would mean many people is left out."""
        if len(folded(name).split()) >= _NAME_WORDS_MIN:
            self.names |= spellings(name)
        if "@" in email:
            self.emails.add(email.casefold())
        if len(document) >= _DIGITS_MIN:
            self.documents.add(document.upper())
        if len(digits_of(phone)) >= _DIGITS_MIN:
            self.phones.add(digits_of(phone))

    def learn_who(self, who: Who) -> None:
        """Add what was asked for."""
        self.learn(
            name=who.value if who.by is By.NAME else "",
            email=who.value if who.by is By.EMAIL else "",
            document=who.value if who.by is By.DOCUMENT else "",
            phone=who.value if who.by is By.PHONE else "",
        )

    def are_in(self, text: str) -> bool:
        """Say whether `text` holds any of it: accents, case and punctuation do not matter."""
        if not text:
            return False
        if self.emails and "@" in text:
            low = text.casefold()
            if any(email in low for email in self.emails):
                return True
        if self.documents:
            bare = re.sub(r"[^0-9A-Z]", "", text.upper())
            if any(document in bare for document in self.documents):
                return True
        if self.phones:
            digits = re.sub(r"\D", "", text)
            if any(phone in digits for phone in self.phones):
                return True
        if self.names:
            spelled = [f" {words} " for words in spellings(text)]
            return any(f" {name} " in words for name in self.names for words in spelled)
        return False
