"""What became of a mail: derived from all that was heard of it, in whatever order it came."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from boxoffice.outbox.messages import MessageState


class MailState(StrEnum):
    """What is known of a mail. Each one outweighs those above it, whichever was heard first."""

    SENDING = "sending"
    SENT = "sent"  # the carrier has it; nothing more is known
    DEFERRED = "deferred"  # the receiver said "later"; the carrier goes on for up to three days
    DELIVERED = "delivered"  # the receiving server took it: neither read nor in the inbox for sure
    REFUSED = "refused"  # the carrier would not take it from us
    BLOCKED = "blocked"  # the receiver refused this mail; another may arrive
    DROPPED = "dropped"  # not sent at all: the address bounced before, or asked for no mail
    BOUNCED = "bounced"  # the receiver refused the address
    REPORTED = "reported"  # its reader called it spam


WEIGHTS = {state: weight for weight, state in enumerate(MailState)}
TROUBLE = frozenset(
    {
        MailState.REFUSED,
        MailState.BLOCKED,
        MailState.DROPPED,
        MailState.BOUNCED,
        MailState.REPORTED,
    }
)
STATES = {
    "processed": MailState.SENT,
    "deferred": MailState.DEFERRED,
    "delivered": MailState.DELIVERED,
    "blocked": MailState.BLOCKED,
    "dropped": MailState.DROPPED,
    "bounce": MailState.BOUNCED,
    "spamreport": MailState.REPORTED,
}  # fmt: skip
TROUBLE_KINDS = frozenset(kind for kind, state in STATES.items() if state in TROUBLE)


@dataclass(frozen=True, slots=True)
class Heard:
    """One event, as far as it decides anything."""

    kind: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a mail, since when, and what was said of it."""

    state: MailState
    at: datetime
    reason: str = ""

    @property
    def is_trouble(self) -> bool:
        """Whether somebody should do something about it."""
        return self.state in TROUBLE


def became(left: MessageState, at: datetime, events: Iterable[Heard]) -> Became:
    """Return what became of a mail. An event more can only add weight, never take it away.

    An event proves that the mail left, whatever we had written down. Of events of one weight the
    first in time speaks.
    """
    best = Became(MailState(left), at)
    for heard in events:
        state = STATES.get(heard.kind)
        if state is None:
            continue
        told = Became(state, heard.at, heard.reason)
        if _rank(told) > _rank(best):
            best = told
    return best


def _rank(what: Became) -> tuple[int, float, str]:
    return WEIGHTS[what.state], -what.at.timestamp(), what.reason
