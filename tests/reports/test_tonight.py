"""How an evening stands, on both databases: small numbers that must be exact."""

from datetime import timedelta

import pytest
from sqlmodel import select

from boxoffice.errors import NotFound
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order, OrderState
from boxoffice.outbox.models import Job, JobState
from boxoffice.payments.models import Payment, PaymentState
from boxoffice.reports.tonight import HOURS, Tonight, Work, tonight, work
from boxoffice.reports.trail import latest_acts
from tests.making import (
    LOTE,
    SLUG,
    Clock,
    a_sale,
    a_tier,
    an_event,
    an_order,
    codes_of,
    shown_at,
    started,
)


def now_of(office: BoxOffice, slug: str = SLUG) -> Tonight:
    with office.reading() as session:
        return tonight(session, slug, now=office.now())


def work_of(office: BoxOffice) -> Work:
    with office.reading() as session:
        return work(session, now=office.now())


def test_paid_places_are_told_by_the_hour_they_were_asked_for(
    office: BoxOffice, clock: Clock
) -> None:
    an_event(office)
    a_sale(office, (LOTE, 2))
    clock.forward(hours=3)
    a_sale(office, (LOTE, 1))

    found = now_of(office)

    assert len(found.pace) == HOURS
    assert (found.pace[-4], found.pace[-1], sum(found.pace)) == (2, 1, 3)
    assert (found.taken, found.quota) == (3, 10)


def test_today_begins_at_midnight_where_the_event_is(office: BoxOffice, clock: Clock) -> None:
    an_event(office)
    a_sale(office, (LOTE, 2))
    clock.forward(hours=13)  # 01:00 of the next day in São Paulo
    a_sale(office, (LOTE, 1))

    found = now_of(office)

    assert (found.today_count, found.today.minor) == (1, 10_000)


def test_an_order_of_several_tiers_counts_its_money_once(office: BoxOffice) -> None:
    an_event(office, a_tier(), a_tier("Meia", price="50,00"))
    a_sale(office, (LOTE, 1), ("Meia", 2))

    found = now_of(office)

    assert (found.today_count, found.today.minor) == (3, 20_000)


def test_held_orders_count_until_their_clock_runs_out(office: BoxOffice, clock: Clock) -> None:
    an_event(office)
    order = an_order(office)
    started(office, order.id)
    clock.forward(minutes=16)  # of thirty
    soon = now_of(office)
    clock.forward(minutes=15)

    assert (soon.held_count, soon.soon_count) == (1, 1)
    assert (soon.asked_count, soon.asked.minor) == (1, 10_000)
    assert soon.today_count == 0
    assert now_of(office).held_count == 0


def test_money_that_waits_for_a_decision_is_told(office: BoxOffice) -> None:
    an_event(office)
    order = an_order(office)
    with office.writing() as session:
        session.get_one(Order, order.id).state = OrderState.NEEDS_REVIEW

    assert now_of(office).late_count == 1


def test_who_came_is_told_by_door(office: BoxOffice) -> None:
    doors = [{"name": "main"}, {"name": "vip"}]
    an_event(office, lists=doors)
    sale = a_sale(office, (LOTE, 2))
    shown_at(office, codes_of(sale)[0])

    arrivals = {one.door: (one.admitted, one.inside) for one in now_of(office).arrivals}

    assert arrivals == {"main": (1, 1), "vip": (0, 0)}


def test_another_event_is_not_counted(office: BoxOffice) -> None:
    an_event(office)
    an_event(office, slug="outra")
    a_sale(office, (LOTE, 2), event="outra")

    found = now_of(office)

    assert (found.taken, found.today_count, sum(found.pace)) == (0, 0, 0)


def test_jobs_that_wait_and_jobs_that_ended_badly_are_told(office: BoxOffice, clock: Clock) -> None:
    an_event(office)
    a_sale(office)
    clock.forward(seconds=90)
    waiting = work_of(office)
    with office.writing() as session:
        for job in session.exec(select(Job)).all():
            job.state, job.finished_at = JobState.DEAD, office.now()

    broken = work_of(office)

    assert (waiting.due_count, waiting.oldest_seconds, waiting.bad_count) == (1, 90.0, 0)
    assert (broken.due_count, broken.bad_count) == (0, 1)
    assert broken.bad_kinds == ("tickets.deliver",)


def test_a_payment_that_is_closed_is_not_asked_for(office: BoxOffice) -> None:
    an_event(office)
    payment_id = started(office, an_order(office).id)
    with office.writing() as session:
        session.get_one(Payment, payment_id).state = PaymentState.CLOSED

    assert now_of(office).asked_count == 0


def test_an_event_that_is_not_there_is_refused(office: BoxOffice) -> None:
    with pytest.raises(NotFound):
        now_of(office, "nada")


def test_what_was_done_last_is_told_first(office: BoxOffice, clock: Clock) -> None:
    an_event(office)
    clock.forward(seconds=1)
    a_sale(office)

    with office.reading() as session:
        acts = latest_acts(session, office.actor, limit=2)

    assert acts[0].at - acts[-1].at <= timedelta(seconds=1)
    assert acts[0].verb.startswith(("order.", "payment."))
