"""A mail that leaves us, and the port to whoever carries it."""

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable


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
    html: str = ""  # the same again for programs that show it; empty: text alone
    attachments: list[Attachment] = field(default_factory=list)


class Mailer(Protocol):
    """Whoever carries mail. A call may take seconds: never make one inside a transaction."""

    name: str

    def was_sent(self, message_id: str) -> bool:
        """Say whether this message is known to have left already."""

    def send(self, mail: Mail) -> str:
        """Hand the mail over and return the carrier's own id for it; it may be empty.

        Raises:
            MailRefused, BadValue: a definite no; the same mail would bring the same answer.
            Misconfigured: the carrier refuses our key, our sender or our address.
            Unavailable: not now. A `MailSilent` says whether the mail may have left.
        """


@runtime_checkable
class Checked(Protocol):
    """A carrier that can be asked, without sending anything, whether it would carry."""

    def check(self) -> str:
        """Ask, and return what is so.

        Raises:
            Misconfigured: it refuses our key or our address.
            Unavailable: it does not answer.
        """
