"""Questions about mails: what became of the newest one of an order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from boxoffice.db import ReadSession
from boxoffice.outbox.mail_rules import TROUBLE_KINDS, Became, Heard, MailState, became
from boxoffice.outbox.messages import MailEvent, Message, MessageState


@dataclass(frozen=True, slots=True)
class MailView:
    """The newest mail of an order."""

    template: str
    state: MailState
    is_trouble: bool
    at: datetime
    reason: str


def newest_mail(session: ReadSession, order_id: UUID) -> MailView | None:
    """Return the newest mail of an order: it went to the address that the order has now."""
    message = session.exec(
        select(Message)
        .where(Message.order_id == order_id)
        .order_by(col(Message.created_at).desc(), col(Message.id).desc())
        .limit(1)
    ).first()
    if message is None:
        return None
    what = became_of(session, message)
    return MailView(message.template, what.state, what.is_trouble, what.at, what.reason)


def became_of(session: ReadSession, message: Message) -> Became:
    """Return what became of one mail, from everything that was heard of it."""
    events = heard_of(session, message.id, message.provider_id)
    return became(message.state, message.sent_at or message.created_at, events)


def heard_of(session: ReadSession, message_id: UUID, provider_id: str | None) -> Iterable[Heard]:
    """Return what was told of a mail: by our id, or else by the carrier's."""
    meant = col(MailEvent.message_id) == message_id
    if provider_id:
        meant = or_(meant, _by_provider(provider_id))
    rows = session.exec(select(MailEvent).where(meant)).all()
    return [Heard(row.kind, row.happened_at, row.reason) for row in rows]


def in_mail_trouble(order_id: Any) -> Any:
    """Return the condition that the newest mail of an order did not arrive."""
    newer = aliased(Message)
    is_newest = ~exists().where(
        newer.order_id == Message.order_id,  # type: ignore[arg-type]  # columns, not values
        or_(
            col(newer.created_at) > col(Message.created_at),
            and_(col(newer.created_at) == col(Message.created_at), col(newer.id) > col(Message.id)),
        ),
    )
    told = exists().where(
        or_(col(MailEvent.message_id) == col(Message.id), _by_provider(col(Message.provider_id))),
        col(MailEvent.kind).in_(TROUBLE_KINDS),
    )
    return exists().where(
        col(Message.order_id) == order_id,
        is_newest,
        or_(col(Message.state) == MessageState.REFUSED, told),
    )


def _by_provider(provider_id: Any) -> Any:
    return and_(col(MailEvent.message_id).is_(None), col(MailEvent.provider_id) == provider_id)
