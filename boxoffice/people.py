"""People as we know them: a name, an address to write to, a document in the tax office's books."""

import re
from dataclasses import dataclass
from functools import lru_cache

from boxoffice.errors import BadValue
from boxoffice.text import clean_in

EMAIL_MAX = 254  # characters, RFC 5321
DOCUMENT_MAX = 60  # characters as typed, punctuation and stray blanks included
CPF_LENGTH = 11
CNPJ_LENGTH = 14
PHONE_MAX = 40  # characters as typed
PHONE_DIGITS = (8, 15)
PHONE_SHOWN = 4  # digits of a masked number, the last ones

# What RFC 5322 §3.2.3 lets stand before the @ without quotes, where case has nothing to say.
_ATOM = r"[a-z0-9_!#$%&'*+\-/=?^`{|}~]+"
_PLAIN_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_PLAIN_DOMAIN = re.compile(r"(?!.*xn--)[a-z0-9.\-]+", re.IGNORECASE | re.ASCII)
_PHONE = re.compile(r"\+?[0-9 ().\-/]+")
_ADDRESS = re.compile(r"[^\s<>()\"',;:@]+@[^\s<>()\"',;:@]+")
_DOCUMENT = re.compile(
    r"(?<![\w.])(?:\d{11}|\d{3}\.\d{3}\.\d{3}-\d{2}|[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-\d{2})(?!\w)"
)


@dataclass(frozen=True, slots=True)
class Person:
    """A buyer or a guest, in values already cleaned by the functions below. `""` is unknown."""

    name: str
    email: str = ""
    document: str = ""  # a CPF or CNPJ without punctuation
    phone: str = ""
    company: str = ""
    title: str = ""  # what they do there, for the badge


def parse_name(text: str, *, name: str = "name") -> str:
    """Return a name with its blanks and accents in order.

    Raises:
        BadValue: it is empty, too long, or holds control characters.
    """
    return clean_in(text, name=name)


def parse_document(text: str, *, name: str = "document") -> str:
    """Read a CPF or a CNPJ, with or without punctuation, and return it bare and upper case.

    A CNPJ may hold letters (all new ones do since July 2026). The number itself is personal
    data and is not repeated in the refusal.

    Raises:
        BadValue: it is neither, or its check digits do not match.
    """
    # 40 ms, only to read a document
    from stdnum.br import cnpj, cpf  # noqa: PLC0415
    from stdnum.exceptions import InvalidChecksum, ValidationError  # noqa: PLC0415

    bare = cnpj.compact(clean_in(text, name=name, length_max=DOCUMENT_MAX))
    if len(bare) not in (CPF_LENGTH, CNPJ_LENGTH):
        raise BadValue(
            name,
            f"has {len(bare)} characters; a CPF has {CPF_LENGTH} and a CNPJ {CNPJ_LENGTH}.",
            hint=_zeros_hint(bare),
        )
    kind, signs = ("CPF", "digits") if len(bare) == CPF_LENGTH else ("CNPJ", "digits and letters")
    # Every one-digit CPF passes the check digits, and none was ever given out.
    if not bare.isascii() or not bare.isalnum() or len(set(bare)) == 1:
        raise BadValue(name, f"is not a {kind}: a {kind} is made of {signs}, not all the same.")
    try:
        return cpf.validate(bare) if kind == "CPF" else cnpj.validate(bare)
    except InvalidChecksum:
        problem = f"is not a {kind}: its last two digits do not match the others."
        raise BadValue(name, problem, hint="look for a digit typed wrong or swapped") from None
    except ValidationError:
        raise BadValue(name, f"is not a {kind}: a {kind} has only {signs}.") from None


def _zeros_hint(bare: str) -> str:
    """Guess at the commonest fault: the column was a number, and lost its zeros on the left."""
    if bare.isdecimal() and len(bare) in (CPF_LENGTH - 1, CPF_LENGTH - 2, CNPJ_LENGTH - 1):
        return "a spreadsheet may have dropped the zeros on the left; keep the column as text"
    return ""


def parse_email(text: str, *, name: str = "e-mail") -> str:
    """Read one e-mail address and return it normalised (NFC, domain in lower case).

    `.test` and `.example` are accepted, because organizers rehearse with them. Whether the
    address exists is not asked.

    Raises:
        BadValue: it is not an e-mail address.
    """
    tidy = clean_in(text, name=name, length_max=EMAIL_MAX)
    local, _, domain = tidy.rpartition("@")
    if _PLAIN_LOCAL.fullmatch(local) and _PLAIN_DOMAIN.fullmatch(domain):
        # A hundred thousand guests have a few hundred domains.
        known = _plain_domain(domain)
        if known:
            return f"{local}@{known}"
    try:
        return _normalised(tidy)
    except ValueError as error:
        reason = str(error)
        problem = f"is not an e-mail address: {reason[:1].lower()}{reason[1:]}"
        raise BadValue(name, problem) from None


def _normalised(address: str) -> str:
    """Return an address as mail servers compare it, or raise `EmailNotValidError`."""
    # 60 ms, only to read an address
    from email_validator import validate_email  # noqa: PLC0415

    # Mail servers without SMTPUTF8 are many: an address that few can write to is refused now.
    return validate_email(
        address, check_deliverability=False, test_environment=True, allow_smtputf8=False
    ).normalized


@lru_cache(maxsize=4_096)
def _plain_domain(domain: str) -> str:
    """Return the domain of an address in ASCII, normalised; `""` when it is none."""
    try:
        return _normalised(f"a@{domain}").removeprefix("a@")
    except ValueError:
        return ""


def parse_phone(text: str, *, name: str = "phone") -> str:
    """Read a telephone number and return it as it was written, with single blanks.

    Any country's: 8 digits (a local one) to 15 (ITU-T E.164, the most there are). Whether somebody
    answers it is not asked.

    Raises:
        BadValue: it is no telephone number.
    """
    tidy = clean_in(text, name=name, length_max=PHONE_MAX)
    digits = sum(sign.isdigit() for sign in tidy)
    if not _PHONE.fullmatch(tidy) or not PHONE_DIGITS[0] <= digits <= PHONE_DIGITS[1]:
        raise BadValue(
            name,
            f"is no phone number: one has {PHONE_DIGITS[0]} to {PHONE_DIGITS[1]} digits.",
            hint="write it with its area: (11) 91234-5678 or +55 11 91234-5678",
        )
    return tidy


def masked_document(document: str) -> str:
    """Return `document` with enough hidden to be shown in a listing: `***.456.789-**`.

    A CNPJ becomes `**.345.678/****-**`; of anything else nothing is shown.
    """
    if len(document) == CPF_LENGTH:
        return f"***.{document[3:6]}.{document[6:9]}-**"
    if len(document) == CNPJ_LENGTH:
        return f"**.{document[2:5]}.{document[5:8]}/****-**"
    return "***" if document else ""


def masked_email(email: str) -> str:
    """Return `email` with enough hidden to be shown in a listing: `a***@example.com`."""
    name, _, host = email.rpartition("@")
    return f"{name[:1]}***@{host}" if name else "***" if email else ""


def masked_phone(phone: str) -> str:
    """Return `phone` with enough hidden to be shown in a listing: `*** 5678`."""
    digits = "".join(sign for sign in phone if sign.isdigit())
    return f"*** {digits[-PHONE_SHOWN:]}" if digits else "***" if phone else ""


def masked_words(text: str) -> str:
    """Return somebody's words for a listing: addresses and numbers of documents are masked."""
    hidden = _ADDRESS.sub(lambda found: masked_email(found[0]), text)
    return _DOCUMENT.sub(lambda found: masked_document(re.sub(r"[./\-]", "", found[0])), hidden)
