"""The jobs that can be promised: what each is called, and the ids it carries."""

from dataclasses import dataclass, fields
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
        return ":".join([self.kind, *(str(value) for value in vars(self).values())])

    @property
    def args(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {name: _plain(value) for name, value in vars(self).items()}

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
    """Close the charge of a payment whose order is expiring or cancelled.

    `again` counts the times that a closed charge was brought back.
    """

    kind = "payment.close_charge"
    queue = Queue.MONEY
    lease_seconds = 90  # longer than all its calls to the gateway together
    attempts_max = 40

    payment_id: UUID
    again: int = 0


@dataclass(frozen=True)
class SendRefund(Promise):
    """Ask the gateway to give back what was decided. `again` counts what a person repeats."""

    kind = "payment.send_refund"
    queue = Queue.MONEY
    lease_seconds = 90  # longer than all its calls to the gateway together
    attempts_max = 40

    refund_id: UUID
    again: int = 0


@dataclass(frozen=True)
class Reconcile(Promise):
    """Compare the gateway's charges of the last `days` with our payments. One job for each slot."""

    kind = "payment.reconcile"
    queue = Queue.MONEY
    lease_seconds = 900  # some hundred calls to the gateway
    attempts_max = 3  # the next slot looks again

    slot: str
    days: int = 2


@dataclass(frozen=True)
class CheckHooks(Promise):
    """See whether the gateway still sends us letters. One job for each slot."""

    kind = "payment.check_hooks"
    queue = Queue.MONEY
    attempts_max = 2  # the next slot looks again

    slot: str


@dataclass(frozen=True)
class ReadLetter(Promise):
    """Read a letter that was kept, and act on what the gateway says of its charge now.

    `again` counts how often it was replayed.
    """

    kind = "payment.read_letter"
    queue = Queue.MONEY
    lease_seconds = 90  # longer than all its calls to the gateway together
    attempts_max = 40

    letter_id: UUID
    again: int = 0


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
class TellRefund(Promise):
    """Tell the buyer that money has gone back."""

    kind = "refund.tell"

    refund_id: UUID


@dataclass(frozen=True)
class AskPayer(Promise):
    """Tell the payer of a boleto on which page to say where its money shall go."""

    kind = "refund.ask_payer"

    refund_id: UUID


@dataclass(frozen=True)
class RequestPayment(Promise):
    """Mail the buyer what is needed in order to pay. `copy` counts how often."""

    kind = "payment.request"

    payment_id: UUID
    copy: int = 0


@dataclass(frozen=True)
class ExpireOrder(Promise):
    """End an order whose clock ran out. `again` counts how often it was set anew."""

    kind = "order.expire"
    queue = Queue.MONEY
    lease_seconds = 90  # longer than all its calls to the gateway together
    attempts_max = 40  # about a week: its places stay taken until the gateway has answered

    order_id: UUID
    again: int = 0


@dataclass(frozen=True)
class SendCourtesy(Promise):
    """Mail a guest of a campaign: the tickets or the code. `copy` counts the reminders."""

    kind = "courtesy.send"
    queue = Queue.BULK

    campaign_row_id: UUID
    copy: int = 0


@dataclass(frozen=True)
class TellUninvited(Promise):
    """Tell a guest who was sent a code that its event was cancelled."""

    kind = "courtesy.tell_cancelled"
    queue = Queue.BULK

    campaign_row_id: UUID


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
class SealAudit(Promise):
    """Chain the entries of the audit that are not chained yet. `slot` names the minute."""

    kind = "audit.seal"
    queue = Queue.BULK
    attempts_max = 3  # the next minute brings the next one

    slot: str


@dataclass(frozen=True)
class ApplyRetention(Promise):
    """Erase the people of events whose time is over. `slot` names the day."""

    kind = "privacy.retention"
    queue = Queue.BULK
    lease_seconds = 600
    attempts_max = 5  # the next day brings the next one

    slot: str


@dataclass(frozen=True)
class RunExport(Promise):
    """Run a saved export for one moment of its schedule."""

    kind = "export.run"
    queue = Queue.BULK
    lease_seconds = 1_200  # longer than the database lets one read
    attempts_max = 8  # about ten minutes of trying again, and then somebody is told

    saved: str
    slot: str  # RFC 3339


@dataclass(frozen=True)
class TellExportFailed(Promise):
    """Tell whoever asked to be told that an export failed."""

    kind = "export.tell_failed"

    failure_id: UUID


@dataclass(frozen=True)
class MailStaffCode(Promise):
    """Mail a one-time code to a member of the staff."""

    kind = "staff.mail_code"
    attempts_max = 6  # the code is good for a quarter of an hour

    code_id: UUID


# Every job above, by the name that its row has.
KINDS: dict[str, type[Promise]] = {job.kind: job for job in Promise.__subclasses__()}
