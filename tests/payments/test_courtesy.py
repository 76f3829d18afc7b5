"""A guest's code becomes tickets once, out of the places it has held."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from boxoffice.errors import BadValue, BoxOfficeError, EventNotOnSale, Forbidden, KeyReused
from boxoffice.events.models import EventState
from boxoffice.events.publish import move
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Channel, Order, OrderState
from boxoffice.outbox.models import Job
from boxoffice.promos.models import PromoUse
from boxoffice.tickets.models import Ticket, TicketState
from tests.bulk.campaigns import (
    GIFT,
    a_file,
    a_night,
    code_of,
    guests,
    held,
    invited,
    reclaimed,
    redeemed,
    states,
)
from tests.making import DOOR, RITA, SLUG, Clock, a_request, counts, placed, places_left, rows
from tests.promos.codes import a_courtesy, cancelled, revoked
from tests.races.books import disagreements
from tests.races.clerks import Seat, race, ready

MANY = "Ana Lima;ana@example.com;;;;9"


@pytest.fixture
def sent(office: BoxOffice, tmp_path: Path) -> BoxOffice:
    """An office whose guests Ana (two places) and Bia (one) have their codes for a day."""
    a_night(office, quota=3)
    invited(office, tmp_path, expires_at=office.now() + timedelta(days=1))
    return office


def refused(office: BoxOffice, code: str, **asked: object) -> str:
    """Redeem a code that is refused; check that nothing has changed; return the case."""
    before = counts(office), places_left(office), held(office)
    with pytest.raises(BoxOfficeError) as caught:
        redeemed(office, code, **asked)  # type: ignore[arg-type]  # what is asked varies
    assert (counts(office), places_left(office), held(office)) == before
    return caught.value.case


def test_a_code_becomes_an_order_of_valid_tickets_that_cost_nothing(sent: BoxOffice) -> None:
    done = redeemed(sent, code_of(sent).lower())

    (order,) = rows(sent, Order)
    assert (order.code, order.channel, order.state) == (
        done.code,
        Channel.COURTESY,
        OrderState.PAID,
    )
    assert (order.buyer_name, order.buyer_document, order.total_minor) == (
        "Ana Lima", RITA.document, 0,
    )  # fmt: skip
    assert [ticket.state for ticket in rows(sent, Ticket)] == [TicketState.VALID] * 2
    assert (done.left_count, held(sent), states(sent)) == (0, [0, 1], ["redeemed", "planned"])


def test_no_place_is_taken_twice_and_a_sold_out_tier_does_not_matter(sent: BoxOffice) -> None:
    assert places_left(sent)[GIFT] == 0

    redeemed(sent, code_of(sent))

    assert places_left(sent)[GIFT] == 0
    assert disagreements(sent) == []


def test_the_tickets_are_promised_to_whoever_is_named(sent: BoxOffice) -> None:
    redeemed(sent, code_of(sent), name="Rui Sá", email="rui@example.com")

    (order,) = rows(sent, Order)
    assert (order.buyer_name, order.buyer_email, order.buyer_document) == (
        "Rui Sá", "rui@example.com", "",
    )  # fmt: skip
    assert "tickets.deliver" in {job.kind for job in rows(sent, Job)}


def test_a_code_may_be_redeemed_in_parts_until_its_quota_is_used(sent: BoxOffice) -> None:
    code = code_of(sent)

    first, second = redeemed(sent, code, quantity=1), redeemed(sent, code, quantity=1)

    assert (first.left_count, second.left_count) == (1, 0)
    assert first.code != second.code
    assert refused(sent, code) == "promo.used_up"
    assert guests(sent)[0].redeemed == 2
    assert disagreements(sent) == []


@pytest.mark.parametrize(
    ("code", "case"),
    [("NADA", "promo.unknown"), ("é!", "promo.unreadable"), ("", "promo.unreadable")],
)
def test_a_wrong_code_is_refused(sent: BoxOffice, code: str, case: str) -> None:
    assert refused(sent, code) == case


def test_a_wrong_code_says_where_the_right_ones_are_listed(sent: BoxOffice) -> None:
    with pytest.raises(BoxOfficeError) as caught:
        redeemed(sent, "NADA")

    assert caught.value.hint.endswith(f"boxoffice courtesy list --event {SLUG}")


def test_more_places_than_the_code_holds_are_refused(sent: BoxOffice) -> None:
    assert refused(sent, code_of(sent), quantity=3) == "promo.used_up"


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_quantity_below_one_makes_no_sense(sent: BoxOffice, quantity: int) -> None:
    with pytest.raises(BadValue):
        redeemed(sent, code_of(sent), quantity=quantity)


def test_an_expired_code_is_refused_and_listed_so_though_its_places_are_not_back_yet(
    sent: BoxOffice, clock: Clock
) -> None:
    clock.forward(days=1)

    assert refused(sent, code_of(sent)) == "promo.over"
    assert (states(sent), held(sent)) == (["expired", "expired"], [2, 1])


def test_a_reclaimed_code_is_refused(sent: BoxOffice) -> None:
    reclaimed(sent)

    assert refused(sent, code_of(sent)) == "promo.revoked"


def test_a_code_revoked_by_itself_gives_its_places_back_once(sent: BoxOffice) -> None:
    code = code_of(sent)

    assert (revoked(sent, code), revoked(sent, code)) == (True, False)

    assert (places_left(sent)[GIFT], states(sent)) == (2, ["revoked", "planned"])
    assert refused(sent, code) == "promo.revoked"
    assert disagreements(sent) == []


def test_a_courtesy_that_no_campaign_sent_is_used_in_a_sale(sent: BoxOffice) -> None:
    assert refused(sent, a_courtesy(sent, uses_max=2)) == "promo.not_sent"


def test_a_guests_code_is_not_used_in_a_sale(office: BoxOffice, tmp_path: Path) -> None:
    a_night(office)
    invited(office, tmp_path)

    with pytest.raises(BoxOfficeError) as caught:
        placed(office, a_request(promo=code_of(office)))

    assert caught.value.case == "promo.reserved"
    assert "courtesy redeem" in caught.value.hint


def test_a_place_of_a_cancelled_order_goes_to_the_tier_and_the_code_stays_spent(
    sent: BoxOffice,
) -> None:
    done = redeemed(sent, code_of(sent))

    cancelled(sent, done.id)

    assert (places_left(sent)[GIFT], rows(sent, PromoUse)) == (2, [])
    assert refused(sent, code_of(sent)) == "promo.used_up"
    assert disagreements(sent) == []


def test_a_cancelled_event_redeems_nothing(sent: BoxOffice) -> None:
    with sent.writing() as session:
        move(session, sent.actor, SLUG, EventState.CANCELLED, now=sent.now())

    with pytest.raises(EventNotOnSale):
        redeemed(sent, code_of(sent))


def test_only_who_sells_redeems(sent: BoxOffice) -> None:
    sent.actor = DOOR

    with pytest.raises(Forbidden):
        redeemed(sent, code_of(sent))


def test_the_same_key_answers_with_the_same_order(sent: BoxOffice) -> None:
    code = code_of(sent)
    first = redeemed(sent, code, under="k1", quantity=1)

    again = redeemed(sent, code, under="k1", quantity=1)

    assert (again.id, again.is_new, again.left_count) == (first.id, False, 1)
    with pytest.raises(KeyReused):
        redeemed(sent, code, under="k1", quantity=2)


def redeem_until_refused(seat: Seat, code: str) -> tuple[int, str]:
    """Redeem one place again and again; return how often it went well, and the last refusal."""
    count = 0
    with closing(seat.open()) as office:
        ready()
        while True:
            try:
                redeemed(office, code, quantity=1)
            except BoxOfficeError as refusal:
                return count, refusal.case
            count += 1


def redeem_or_reclaim(seat: Seat, code: str) -> str:
    """Redeem all of a code, reclaim it or revoke it, while the others do the one or the other."""
    with closing(seat.open()) as office:
        ready()
        try:
            if seat.number == 0:
                reclaimed(office)
            elif seat.number == 1:
                revoked(office, code)
            else:
                redeemed(office, code)
        except BoxOfficeError as refusal:
            return refusal.case
    return "done"


def test_four_counters_redeem_a_code_exactly(office: BoxOffice, tmp_path: Path) -> None:
    a_night(office)
    invited(office, tmp_path, a_file(MANY))

    said = race(office, 4, redeem_until_refused, code_of(office))

    assert sum(count for count, _ in said) == len(rows(office, Ticket)) == 9
    assert {case for _, case in said} == {"promo.used_up"}
    assert (held(office), places_left(office)[GIFT]) == ([0], 1)
    assert disagreements(office) == []


def test_redeeming_while_it_is_reclaimed_ends_one_way(office: BoxOffice, tmp_path: Path) -> None:
    a_night(office)
    invited(office, tmp_path, a_file(MANY))

    said = race(office, 4, redeem_or_reclaim, code_of(office))

    assert said.count("done") in {2, 3}
    assert set(said) <= {"done", "promo.used_up", "promo.revoked"}
    assert len(rows(office, Ticket)) in {0, 9}
    assert held(office) == [0]
    assert disagreements(office) == []
