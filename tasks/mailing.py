"""Send one mail for one job: as close to once as a carrier allows.

A job that mails is three lines:

    @works(TellOfRefund)
    def tell_of_refund(office: BoxOffice, job: TellOfRefund, claim: Claim) -> None:
        send_once(office, claim, lambda session: _letter(session, job.refund_id))

where the function reads everything fresh and returns a `Wanted`, or `None` when nobody is to be
told any more. Everything else (the row, the carrier, the repeat after a crash) is done in here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlmodel import select

from boxoffice.db import ReadSession, WriteSession
from boxoffice.errors import BoxOfficeError, MailSilent, Misconfigured
from boxoffice.inserts import insert_once
from boxoffice.mail import Attachment, Mail
from boxoffice.office import BoxOffice
from boxoffice.outbox.mail_queries import heard_of
from boxoffice.outbox.messages import Message, MessageState
from boxoffice.text import shown
from boxoffice.wording.compose import Composed, Fact, compose
from boxoffice.wording.languages import Language
from tasks.registry import Claim

NEWS_SECONDS = 120  # how long an event of a mail whose call was cut off is waited for


@dataclass(frozen=True, slots=True)
class Wanted:
    """A mail that somebody is to get: to whom, what it says, and the files with it."""

    to_address: str
    template: str  # one of `boxoffice.wording.templates`
    language: Language
    facts: dict[str, Fact]
    to_name: str = ""
    order_id: UUID | None = None  # the order that shows whether it arrived
    campaign_row_id: UUID | None = None  # the guest of a campaign
    attachments: Sequence[Attachment] = field(default=())

    def composed(self) -> Composed:
        """Write it."""
        return compose(self.template, self.language, name=self.to_name, **self.facts)


def send_once(
    office: BoxOffice,
    claim: Claim,
    write: Callable[[ReadSession], Wanted | None],
    *,
    then: Callable[[WriteSession], None] = lambda _session: None,
) -> None:
    """Send the mail that `write` returns and finish the job; a second run finds it sent and stops.

    What `then` writes is kept together with the news that it was sent.

    The one window for a second copy is the carrier's call: when it is cut off, or our worker dies
    in it, nobody knows whether the mail left. Then an event that carries our id is looked for,
    for up to two minutes where the carrier tells of events, before the mail is sent again.

    Raises:
        MailRefused, BadValue: a definite no; it stands on the message too.
        Unavailable, Misconfigured: not now; the job is tried again.
    """
    message = _kept(office, claim)
    if message is not None and message.state is MessageState.SENT:
        with claim.finishing():
            return
    with office.reading() as session:
        wanted = write(session)
    if wanted is None or not wanted.to_address:
        with claim.finishing():
            return
    message = message or _begun(office, claim, wanted)
    has_left = _has_left(office, claim, message)
    carrier_id = "" if has_left else _carried(office, claim, message, wanted)
    with claim.finishing() as session:
        row = session.get_one(Message, message.id)
        row.state = MessageState.SENT
        row.provider_id = carrier_id or row.provider_id
        row.sent_at = office.now()
        row.called_at = None
        session.flush()
        then(session)


def _kept(office: BoxOffice, claim: Claim) -> Message | None:
    with office.reading() as session:
        return session.exec(select(Message).where(Message.job_id == claim.job_id)).first()


def _begun(office: BoxOffice, claim: Claim, wanted: Wanted) -> Message:
    with office.writing() as session:
        # Race: a worker that was thought dead writes it too. One job has one message.
        insert_once(
            session,
            Message(
                job_id=claim.job_id,
                order_id=wanted.order_id,
                campaign_row_id=wanted.campaign_row_id,
                recipient=wanted.to_address,
                template=wanted.template,
                state=MessageState.SENDING,
                provider=office.mailer.name,
                created_at=office.now(),
            ),
        )
        return session.exec(select(Message).where(Message.job_id == claim.job_id)).one()


def _has_left(office: BoxOffice, claim: Claim, message: Message) -> bool:
    """Whether an attempt before this one got the mail out, as far as anybody can tell.

    Raises:
        MailSilent: an event may still come; try again when that time is over.
    """
    if claim.attempt == 1 and message.called_at is None:
        return False
    with office.reading() as session:
        if list(heard_of(session, message.id, message.provider_id)):
            return True
    if office.mailer.was_sent(str(message.id)):
        return True
    if message.called_at is not None and _tells(office):
        left = message.called_at + timedelta(seconds=NEWS_SECONDS) - office.now()
        if left > timedelta(0):
            raise MailSilent(
                "the mail may have left; its events are waited for.",
                retry_seconds=left / timedelta(seconds=1),
            )
    return False


def _tells(office: BoxOffice) -> bool:
    """Whether the carrier tells us of events at all."""
    return office.mailer.name == "sendgrid" and bool(office.settings.get("sendgrid_webhook_key"))


def _carried(office: BoxOffice, claim: Claim, message: Message, wanted: Wanted) -> str:
    """Hand the mail to the carrier, and write down before it that we do."""
    said = wanted.composed()
    mail = Mail(
        message_id=str(message.id),
        sender=office.settings.get("mail_from") or "",
        to_name=shown(wanted.to_name),
        to_address=wanted.to_address,
        subject=said.subject,
        text=said.text,
        html=said.html,
        attachments=list(wanted.attachments),
    )
    claim.renew()
    _note(office, message.id, MessageState.SENDING, called_for=wanted.to_address)
    try:
        return office.mailer.send(mail)
    except BoxOfficeError as error:
        if not (isinstance(error, MailSilent) and error.may_have_left):
            is_over = not error.retryable and not isinstance(error, Misconfigured)
            state = MessageState.REFUSED if is_over else MessageState.SENDING
            _note(office, message.id, state)
        raise


def _note(
    office: BoxOffice, message_id: UUID, state: MessageState, *, called_for: str | None = None
) -> None:
    """Write down that the carrier is being called now for an address, or that the call is over."""
    with office.writing() as session:
        row = session.get_one(Message, message_id, with_for_update=True)
        # Race: a worker that was thought dead comes back late. What was sent stays sent.
        if row.state is MessageState.SENT:
            return
        row.state = state
        row.called_at = None if called_for is None else office.now()
        if called_for is not None:
            row.provider, row.recipient = office.mailer.name, called_for
