"""Keep what a carrier tells of mails: each event once, whether or not we understand it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from boxoffice.db import WriteSession
from boxoffice.inserts import insert_all_once
from boxoffice.outbox.messages import MailEvent
from boxoffice.staff.rules import Actor, Permission
from boxoffice.text import shown

BODY_MAX = 8 * 2**20  # bytes; batches were 768 KiB (reference/sendgrid.md §6), "accept several MB"
_KEY_MAX = 200  # the vendor's are 100 characters at most
_WORD_MAX = 40
_REASON_MAX = 200
_AHEAD = timedelta(days=1)  # a moment further ahead of us than this is no moment


@dataclass(frozen=True, slots=True)
class MailNews:
    """One event as a carrier told it, in our words."""

    event_key: str
    message_id: UUID | None
    provider_id: str | None
    kind: str
    reason: str
    happened_at: datetime


def keep_events(
    session: WriteSession, actor: Actor, news: Iterable[MailNews], *, now: datetime
) -> int:
    """Keep each event that was not kept before, and return how many were new.

    Nothing else moves: what became of a mail is derived when somebody asks, and neither an order
    nor its payment ever depends on it.

    Raises:
        Forbidden: the actor may not keep letters.
    """
    actor.must(Permission.KEEP_LETTERS)
    # In one order everywhere: two batches with the same events would else wait for each other.
    rows = {one.event_key: one for one in news}
    ready = [
        {
            "event_key": one.event_key,
            "message_id": one.message_id,
            "provider_id": one.provider_id,
            "kind": one.kind,
            "reason": one.reason,
            "happened_at": one.happened_at,
            "received_at": now,
        }
        for _, one in sorted(rows.items())
    ]
    return insert_all_once(session, MailEvent, ready)


def sendgrid_news(event: Any, *, now: datetime) -> MailNews | None:
    """Read one event of SendGrid; `None` when it is not even an object.

    Its address is not read: our own id, or the part of the vendor's before the first dot, says
    which mail is meant (reference/sendgrid.md §6).
    """
    if not isinstance(event, dict):
        return None
    try:
        key = _own_key(event)
    except RecursionError:  # nested as deep as it could just be read
        return None
    kind = _word(event.get("event")) or "(none)"
    if kind == "bounce" and event.get("type") == "blocked":
        kind = "blocked"
    reason = event.get("reason") or event.get("response") or ""
    provider_id = _word(str(event.get("sg_message_id") or "").partition(".")[0], 255)
    return MailNews(
        event_key=f"sendgrid:{key}",
        message_id=_uuid(event.get("message")),
        provider_id=provider_id or None,
        kind=kind,
        reason=shown(reason, length_max=_REASON_MAX) if isinstance(reason, str) else "",
        happened_at=_moment(event.get("timestamp"), now),
    )


def _own_key(event: dict[str, Any]) -> str:
    given = event.get("sg_event_id")
    if isinstance(given, str) and given.isprintable() and 0 < len(given) <= _KEY_MAX:
        return given
    same = json.dumps(event, sort_keys=True)
    return "sha256:" + hashlib.sha256(same.encode()).hexdigest()


def _word(value: object, length_max: int = _WORD_MAX) -> str:
    return shown(value, length_max=length_max) if isinstance(value, str) else ""


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _moment(value: object, now: datetime) -> datetime:
    """Return the moment of an event, or the one it came at when it says none that can be."""
    if isinstance(value, int | float) and 0 < value < (now + _AHEAD).timestamp():
        return datetime.fromtimestamp(int(value), UTC)
    return now
