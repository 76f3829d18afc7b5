"""People are kept as long as their event says, and no longer."""

from pathlib import Path

import pytest

from boxoffice.errors import BadValue, NotFound
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order
from boxoffice.outbox.jobs import ApplyRetention
from boxoffice.outbox.models import JobState
from boxoffice.privacy.models import Retention
from boxoffice.privacy.retention import (
    Applied,
    apply_retention,
    promise_retention,
    retentions,
    set_retention,
)
from boxoffice.staff.rules import SYSTEM
from boxoffice.tickets.models import Ticket
from tests.making import LOTE, NOON, SLUG, Clock, a_sale, an_event, an_order, rows
from tests.privacy.knowing import ANA, JOEL, all_bytes, canaries_in, knows
from tests.tasks.working import again, ran

JOB = ApplyRetention(NOON.isoformat())


def kept_for(office: BoxOffice, days: int, slug: str = SLUG) -> None:
    with office.writing() as session:
        set_retention(session, office.actor, slug, days, now=office.now())


def applied(office: BoxOffice) -> Applied:
    reading = office.database.reading
    return apply_retention(reading, office.writing, SYSTEM, now=office.now())


def names(office: BoxOffice) -> set[str]:
    told = {row.buyer_name for row in rows(office, Order)}
    return told | {row.holder_name for row in rows(office, Ticket)} - {""}


def test_nobody_is_erased_before_the_time_is_over(office: BoxOffice, clock: Clock) -> None:
    an_event(office)
    a_sale(office, buyer=ANA)
    kept_for(office, 30)
    clock.forward(days=31)  # the event is tomorrow

    assert applied(office) == Applied()
    assert names(office) == {ANA.name}


def test_everybody_in_the_event_is_erased_when_it_is(
    office: BoxOffice, tmp_path: Path, clock: Clock
) -> None:
    knows(office, tmp_path)
    kept_for(office, 30)
    clock.forward(days=32)

    assert ran(office, JOB) is JobState.DONE

    assert names(office) == {"(erased)"}
    (rule,) = rows(office, Retention)
    assert rule.applied_at == office.now()
    assert list((office.settings.home / "mail" / "new").iterdir()) == []
    if office.database.is_sqlite:  # what nobody's row is: a transfer's note, a carrier's reason
        left = canaries_in(all_bytes(office))
        assert {canary.casefold() for canary in left} <= {
            "avila",
            "davila",
            "ana.davila@example.com",
        }


def test_an_event_without_a_rule_keeps_its_people(office: BoxOffice, clock: Clock) -> None:
    an_event(office)
    a_sale(office, buyer=JOEL)
    clock.forward(days=9_000)

    assert applied(office) == Applied()
    assert names(office) == {JOEL.name}


def test_an_order_that_is_not_over_waits_for_another_day(office: BoxOffice, clock: Clock) -> None:
    an_event(office)
    a_sale(office, buyer=ANA)
    an_order(office, (LOTE, 1), buyer=JOEL)
    kept_for(office, 1)
    clock.forward(days=3)

    assert applied(office) == Applied(events=1, orders=1, waiting=1)
    assert names(office) == {"(erased)", JOEL.name}
    assert [row.applied_at for row in rows(office, Retention)] == [None]


def test_apply_retention_twice_is_once(office: BoxOffice, clock: Clock) -> None:
    an_event(office)
    a_sale(office, buyer=ANA)
    kept_for(office, 1)
    clock.forward(days=3)

    assert (ran(office, JOB), again(office, JOB)) == (JobState.DONE, JobState.DONE)

    assert names(office) == {"(erased)"}
    assert applied(office) == Applied()


def test_a_day_promises_its_round_once(office: BoxOffice) -> None:
    for _ in range(2):
        with office.writing() as session:
            promise_retention(session, NOON, office.now())

    assert again(office, JOB) is JobState.DONE


def test_a_rule_is_shown_with_the_day_it_comes_due(office: BoxOffice) -> None:
    an_event(office)
    kept_for(office, 7)

    with office.reading() as session:
        (view,) = retentions(session, office.actor, limit=9)

    assert (view.event, view.days, view.applied_at) == (SLUG, 7, None)
    assert view.due_at is not None
    assert view.due_at.isoformat() == "2026-11-30T23:00:00+00:00"


def test_a_rule_needs_days_and_an_event(office: BoxOffice) -> None:
    an_event(office)

    with pytest.raises(BadValue):
        kept_for(office, 0)
    with pytest.raises(NotFound):
        kept_for(office, 1, "nowhere")
