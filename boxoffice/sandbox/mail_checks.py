"""What SendGrid would refuse in a mail (reference/sendgrid.md §2 and §3), as it would say it."""

import binascii
from base64 import b64decode
from typing import Any

BYTES_MAX = 30_000_000
CUSTOM_ARGS_MAX = 10_000  # bytes
_PEOPLE = ("to", "cc", "bcc")


class MailProblem(Exception):
    """A definite no, with the field that is wrong."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


def check_mail(body: Any) -> None:
    """Check the body of one call.

    Raises:
        MailProblem: the vendor would answer 400.
    """
    if not isinstance(body, dict):
        raise MailProblem("Bad Request", "")
    personalizations = body.get("personalizations")
    if not isinstance(personalizations, list) or not 1 <= len(personalizations) <= 1000:  # noqa: PLR2004  (the vendor's limit)
        raise MailProblem("The personalizations field is required.", "personalizations")
    for number, one in enumerate(personalizations):
        _check_receivers(one, f"personalizations.{number}")
        _check_custom_args(one.get("custom_args", {}), f"personalizations.{number}.custom_args")
    _check_person(body.get("from"), "from", is_ascii=True)
    if not isinstance(body.get("subject"), str) or not body["subject"]:
        raise MailProblem("The subject is required.", "subject")
    _check_content(body.get("content"))
    for number, attachment in enumerate(body.get("attachments", [])):
        _check_attachment(attachment, f"attachments.{number}")
    _check_custom_args(body.get("custom_args", {}), "custom_args")


def _check_receivers(one: Any, where: str) -> None:
    if not isinstance(one, dict) or not isinstance(one.get("to"), list) or not one["to"]:
        raise MailProblem("The to array is required.", f"{where}.to")
    seen = set()
    for kind in _PEOPLE:
        for number, person in enumerate(one.get(kind, [])):
            _check_person(person, f"{where}.{kind}.{number}")
            address = person["email"].lower()
            if address in seen:
                raise MailProblem(
                    "Each email address in the personalization block should be unique.", where
                )
            seen.add(address)


def _check_person(person: Any, where: str, *, is_ascii: bool = False) -> None:
    address = person.get("email") if isinstance(person, dict) else None
    if not isinstance(address, str) or address.count("@") != 1 or not address.isprintable():
        raise MailProblem("Does not contain a valid address.", f"{where}.email")
    if is_ascii and not address.isascii():
        raise MailProblem("The from address must be ASCII.", f"{where}.email")
    name = person.get("name", "")
    if not isinstance(name, str) or ";" in name or "," in name:
        raise MailProblem("The name must not contain ; or ,", f"{where}.name")


def _check_content(content: Any) -> None:
    if not isinstance(content, list) or not content:
        raise MailProblem("The content is required.", "content")
    for number, part in enumerate(content):
        if not isinstance(part, dict) or not part.get("value"):
            raise MailProblem(
                "The content value must be a string at least one character.", "content"
            )
        if part.get("type") == "text/plain" and number:
            raise MailProblem(
                "If present, text/plain and text/html may only be provided once, text first.",
                "content",
            )


def _check_attachment(attachment: Any, where: str) -> None:
    content = attachment.get("content") if isinstance(attachment, dict) else None
    try:
        b64decode(content if isinstance(content, str) else "?", validate=True)
    except (binascii.Error, ValueError) as error:
        raise MailProblem("The attachment content must be base64 encoded.", where) from error
    if not attachment.get("filename"):
        raise MailProblem("The attachment filename is required.", f"{where}.filename")


def _check_custom_args(given: Any, where: str) -> None:
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise MailProblem("The custom_args values must be strings.", where)
    if sum(len(str(key)) + len(value) for key, value in given.items()) > CUSTOM_ARGS_MAX:
        raise MailProblem("The custom_args are too large.", where)
