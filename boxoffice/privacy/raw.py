"""What gateways wrote, without the person in it: the same JSON, every personal value replaced."""

import json
from typing import Any

from boxoffice.privacy.who import Marks
from boxoffice.text import ERASED

# What gateways call personal (reference: the objects of Asaas). The key decides, not the value.
_KEYS = frozenset(
    "name payername ownername holdername companyname email additionalemails cpfcnpj cpf cnpj "
    "document phone mobilephone address addressnumber complement province postalcode city "
    "cityname birthdate invoiceurl bankslipurl transactionreceipturl creditcardnumber "
    "creditcardtoken ownerbirthdate remoteip".split()
)


def names_them(value: Any, marks: Marks) -> bool:
    """Say whether any text in a JSON value holds one of the marks."""
    if isinstance(value, dict):
        return any(marks.are_in(str(key)) or names_them(v, marks) for key, v in value.items())
    if isinstance(value, list):
        return any(names_them(part, marks) for part in value)
    return isinstance(value, str | int) and marks.are_in(str(value))


def without_person(value: Any, marks: Marks | None, *, is_theirs: bool) -> Any:
    """Return a JSON value without the person: by their marks, and by key when it `is_theirs`.

    Numbers, dates, states and the gateway's own ids stay: they are the books.
    """
    if isinstance(value, dict):
        return {
            _key(key, marks): ERASED
            if is_theirs and key.casefold() in _KEYS and isinstance(part, str | int) and part != ""
            else without_person(part, marks, is_theirs=is_theirs)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [without_person(part, marks, is_theirs=is_theirs) for part in value]
    is_text = isinstance(value, str | int) and not isinstance(value, bool)  # a CPF may be a number
    if marks is not None and is_text and marks.are_in(str(value)):
        return ERASED
    return value


def _key(key: str, marks: Marks | None) -> str:
    return ERASED if marks is not None and marks.are_in(key) else key


def body_without_person(body: bytes, marks: Marks | None, *, is_theirs: bool) -> bytes:
    """Return a letter's body without the person; one that is no JSON is emptied."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return json.dumps({"erased": True}).encode()
    clean = without_person(content, marks, is_theirs=is_theirs)
    return json.dumps(clean, ensure_ascii=False).encode()


def read_body(body: bytes) -> Any:
    """Return what a letter says: its JSON, or its text when it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
