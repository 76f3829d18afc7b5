"""The jobs that can be promised: what each is called, and the ids it carries."""

from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, get_type_hints
from uuid import UUID

from boxoffice.outbox.models import Queue


@dataclass(frozen=True)
class Promise:
    """A job to be: its fields are ids, its class says how it is run."""

    kind: ClassVar[str]
    queue: ClassVar[Queue] = Queue.MAIL
    attempts_max: ClassVar[int] = 12  # with doubling waits: about a day
    lease_seconds: ClassVar[int] = 45

    @property
    def dedupe_key(self) -> str:
        """The same for the same business fact, for ever."""
        return ":".join([self.kind, *(str(value) for value in asdict(self).values())])

    @property
    def args(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {name: _plain(value) for name, value in asdict(self).items()}

    @classmethod
    def from_args(cls, args: dict[str, Any]) -> "Promise":
        """Build the job from what the row kept."""
        kinds = get_type_hints(cls)
        return cls(
            **{
                field.name: UUID(args[field.name])
                if kinds[field.name] is UUID
                else args[field.name]
                for field in fields(cls)
            }
        )


def _plain(value: object) -> object:
    return str(value) if isinstance(value, UUID) else value


@dataclass(frozen=True)
class OpenCharge(Promise):
    """Ask the gateway for the charge of a payment."""

    kind = "payment.open_charge"
    queue = Queue.MONEY
    lease_seconds = 90  # longer than all its calls to the gateway together
    attempts_max = 40

    payment_id: UUID


@dataclass(frozen=True)
class CloseCharge(Promise):
    """Close the charge of a payment whose order is expiring or cancelled."""

    kind = "payment.close_charge"
    queue = Queue.MONEY
    lease_seconds = 90  # longer than all its calls to the gateway together
    attempts_max = 40

    payment_id: UUID


@dataclass(frozen=True)
class ReadLetter(Promise):
    """Read a letter that was kept, and act on what the gateway says of its charge now."""

    kind = "payment.read_letter"
    queue = Queue.MONEY
    lease_seconds = 90  # longer than all its calls to the gateway together
    attempts_max = 40

    letter_id: UUID


@dataclass(frozen=True)
class DeliverTickets(Promise):
    """Mail the tickets of a paid order. `copy` counts deliberate re-sends."""

    kind = "tickets.deliver"

    order_id: UUID
    copy: int = 0


@dataclass(frozen=True)
class TellCancelled(Promise):
    """Tell the buyer of an order that its event was cancelled, and what goes back."""

    kind = "order.tell_cancelled"

    order_id: UUID


@dataclass(frozen=True)
class ExpireOrder(Promise):
    """End an order whose clock ran out."""

    kind = "order.expire"
    queue = Queue.MONEY
    lease_seconds = 90  # longer than all its calls to the gateway together
    attempts_max = 40  # about a week: its places stay taken until the gateway has answered

    order_id: UUID


@dataclass(frozen=True)
class SendCourtesy(Promise):
    """Mail a guest of a campaign: the tickets or the code. `copy` counts the reminders."""

    kind = "courtesy.send"
    queue = Queue.BULK

    campaign_row_id: UUID
    copy: int = 0


@dataclass(frozen=True)
class ExpireCampaign(Promise):
    """Give the places of a campaign's codes back once nobody can redeem them any more."""

    kind = "courtesy.expire"
    queue = Queue.BULK
    lease_seconds = 300  # ten thousand guests, a few hundred a transaction

    campaign_id: UUID


@dataclass(frozen=True)
class EndAddition(Promise):
    """Give up what was added to a paid order, when its payment did not come in time."""

    kind = "order.end_addition"
    queue = Queue.MONEY
    lease_seconds = 90  # longer than all its calls to the gateway together
    attempts_max = 40

    payment_id: UUID


@dataclass(frozen=True)
class MailStaffCode(Promise):
    """Mail a one-time code to a member of the staff."""

    kind = "staff.mail_code"
    attempts_max = 6  # the code is good for a quarter of an hour

    code_id: UUID


KINDS: dict[str, type[Promise]] = {
    job.kind: job
    for job in (
        OpenCharge,
        CloseCharge,
        ReadLetter,
        DeliverTickets,
        TellCancelled,
        ExpireOrder,
        EndAddition,
        SendCourtesy,
        ExpireCampaign,
        MailStaffCode,
    )
}
