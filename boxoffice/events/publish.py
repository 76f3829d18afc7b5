"""Open, pause and end the sale of an event."""

from datetime import datetime

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import Refused, WrongState
from boxoffice.events.models import EventState
from boxoffice.events.queries import event_by_slug, tiers_of
from boxoffice.events.rules import STEPS
from boxoffice.staff.rules import Actor, Permission


def publish(session: WriteSession, actor: Actor, slug: str, *, now: datetime) -> None:
    """Put an event on sale. Publishing twice is publishing once.

    Raises:
        NotFound: there is no such event.
        Refused: it has no tier.
        WrongState: it has ended or was cancelled.
    """
    actor.must(Permission.EDIT_EVENT)
    event = event_by_slug(session, slug)
    if not tiers_of(session, event.id):
        raise Refused(
            f"{slug} has no tier to sell.",
            hint=f"add one: boxoffice tier add {slug} 'Lote 1' --price 100 --quota 50",
            code="event.no_tier",
        )
    move(session, actor, slug, EventState.ON_SALE, now=now)


def move(session: WriteSession, actor: Actor, slug: str, to: EventState, *, now: datetime) -> None:
    """Take an event to another state. One that is there already stays, without a word.

    Raises:
        NotFound: there is no such event.
        WrongState: there is no step from its state to this one.
    """
    actor.must(Permission.EDIT_EVENT)
    event = event_by_slug(session, slug)
    # Race: somebody cancels the event at this moment. Who comes second sees it, and is refused.
    session.refresh(event, with_for_update={"key_share": True})
    if event.state is to:
        return
    if to not in STEPS[event.state]:
        raise WrongState(
            f"{slug} is {event.state}; it cannot become {to}.",
            hint=f"see it: boxoffice event show {slug}",
        )
    record(session, actor, f"event.{to}", "event", event.id, now=now, before=event.state)
    event.state = to
