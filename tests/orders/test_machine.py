"""An order's whole life in any order, against a small model: no place is lost or sold twice."""

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from boxoffice.db import WriteSession
from boxoffice.events.take import give_back
from boxoffice.office import BoxOffice
from boxoffice.orders import cancel as ending
from boxoffice.tickets.issue import void_all
from boxoffice.tickets.models import Ticket
from tests.making import Clock
from tests.orders.life import Life

EXAMPLES = 500  # on each database
STEPS_MAX = 10  # of one example

LIVELY = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS_MAX,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
# One failure is enough, and it need not be a small one.
HUNT = settings(LIVELY, phases=[Phase.generate], database=None, derandomize=True)


def lives(office: BoxOffice, clock: Clock, how: settings) -> None:
    """Live through many orders' lives, each at an event of its own."""

    class HereAndNow(Life):
        """The machine on these books: Hypothesis makes one for each example."""

        def __init__(self) -> None:
            super().__init__(office, clock)

    run_state_machine_as_test(HereAndNow, settings=how)


def test_places_money_and_tickets_agree_whatever_happens(office: BoxOffice, clock: Clock) -> None:
    lives(office, clock, LIVELY)


def test_a_careless_give_back_is_noticed(
    office: BoxOffice, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_one(session: WriteSession, event_id: UUID, places: Mapping[UUID, int]) -> None:
        give_back(session, event_id, dict.fromkeys(places, 1))

    monkeypatch.setattr(ending, "give_back", give_one)

    with pytest.raises(AssertionError):
        lives(office, clock, HUNT)


def test_places_that_are_given_back_twice_are_noticed(
    office: BoxOffice, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def void_whatever(session: WriteSession, order_id: UUID) -> Counter[UUID]:
        void_all(session, order_id)
        return Counter(session.exec(select(Ticket.tier_id).where(Ticket.order_id == order_id)))

    monkeypatch.setattr(ending, "end_tickets", void_whatever)

    with pytest.raises((AssertionError, IntegrityError)):  # ours, or the database's last word
        lives(office, clock, HUNT)
