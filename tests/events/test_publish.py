"""Opening, pausing and ending the sale of an event."""

from pathlib import Path

import pytest

from boxoffice.audit.models import AuditEntry
from boxoffice.errors import Forbidden, NotFound, Refused, WrongState
from boxoffice.events.file import event_plan
from boxoffice.events.models import EventState
from boxoffice.events.publish import move, publish
from boxoffice.events.queries import event_by_slug
from boxoffice.events.rules import STEPS
from boxoffice.office import BoxOffice
from tests.making import (
    DOOR,
    NOON,
    SLUG,
    Clock,
    a_plan,
    an_event,
    an_office,
    applied,
    counts,
    rows,
    the_event,
)


def moved(office: BoxOffice, to: EventState) -> None:
    with office.writing() as session:
        move(session, office.actor, SLUG, to, now=office.now())


def published(office: BoxOffice) -> None:
    with office.writing() as session:
        publish(session, office.actor, SLUG, now=office.now())


def test_a_draft_sells_nothing_and_a_published_event_does(office: BoxOffice) -> None:
    applied(office, a_plan())
    draft = the_event(office)

    published(office)

    assert [tier.on_sale for tier in draft.tiers] == [False]
    assert [tier.on_sale for tier in the_event(office).tiers] == [True]


def test_publishing_twice_is_publishing_once(office: BoxOffice) -> None:
    an_event(office)
    before = counts(office)

    published(office)

    assert counts(office) == before
    assert [entry.verb for entry in rows(office, AuditEntry)].count("event.on_sale") == 1


def test_an_event_without_a_tier_is_not_published(office: BoxOffice) -> None:
    event = {"slug": SLUG, "title": "Noite", "starts_at": "2026-11-22T20:00"}
    applied(office, event_plan({"event": event}, now=NOON))

    with pytest.raises(Refused) as caught:
        published(office)

    assert caught.value.case == "event.no_tier"


def test_an_event_that_is_not_there_is_not_found(office: BoxOffice) -> None:
    with pytest.raises(NotFound):
        published(office)


def test_every_step_of_an_event_is_allowed_or_refused_as_the_table_says(
    office: BoxOffice,
) -> None:
    an_event(office)
    steps = [EventState.PAUSED, EventState.ON_SALE, EventState.PAUSED, EventState.ENDED]

    for to in steps:
        before = the_event(office).state
        for wrong in set(EventState) - STEPS[before] - {before}:
            with pytest.raises(WrongState):
                moved(office, wrong)
        moved(office, to)

        assert the_event(office).state is to


def test_who_may_not_edit_events_moves_none(office: BoxOffice) -> None:
    an_event(office)

    with pytest.raises(Forbidden), office.writing() as session:
        move(session, DOOR, SLUG, EventState.PAUSED, now=office.now())

    assert the_event(office).state is EventState.ON_SALE


def test_an_event_that_is_cancelled_at_this_moment_does_not_go_back_on_sale(
    postgres_url: str, tmp_path: Path, clock: Clock
) -> None:
    office = an_office(postgres_url, tmp_path, clock)  # SQLite lets one of them in at a time
    an_event(office)
    moved(office, EventState.PAUSED)
    with office.writing() as session:
        before = event_by_slug(session, SLUG).state
        moved(office, EventState.CANCELLED)
        with pytest.raises(WrongState):
            publish(session, office.actor, SLUG, now=office.now())

    assert (before, the_event(office).state) == (EventState.PAUSED, EventState.CANCELLED)
    office.close()
