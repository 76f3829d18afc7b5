"""A mail that leaves us, and the port to whoever carries it."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels with a mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to one person. `message_id` is ours and stays the same however often we try."""

    message_id: str
    sender: str
    to_name: str
    to_address: str
    subject: str
    text: str
    attachments: list[Attachment] = field(default_factory=list)


class Mailer(Protocol):
    """Whoever carries mail. Raises `Unavailable` when the outcome is unknown."""

    name: str

    def was_sent(self, message_id: str) -> bool:
        """Say whether this message is known to have left already."""

    def send(self, mail: Mail) -> str:
        """Hand the mail over and return the carrier's own id for it."""
