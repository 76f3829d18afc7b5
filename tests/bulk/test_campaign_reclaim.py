"""What no guest has used goes back, each place exactly once; who came or redeemed keeps it."""

from datetime import timedelta
from pathlib import Path

import pytest

from boxoffice.bulk import campaign_reclaim
from boxoffice.errors import BadValue, EventNotOnSale, Forbidden, Refused
from boxoffice.events.models import EventState
from boxoffice.events.publish import move
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order, OrderState
from boxoffice.outbox.jobs import ExpireCampaign
from boxoffice.outbox.models import Job, JobState
from boxoffice.promos.models import Campaign, CampaignRow, CampaignRowState
from boxoffice.staff.rules import Actor, Role
from boxoffice.tickets.models import Ticket, TicketState
from tasks.relay import run_until_empty
from tests.bulk.campaigns import (
    GIFT,
    TICKETS,
    a_file,
    a_night,
    applied,
    code_of,
    held,
    invited,
    kept,
    many,
    reclaimed,
    redeemed,
    reminded,
    states,
)
from tests.making import SLUG, Clock, codes_of, places_left, rows, shown_at, the_order
from tests.promos.codes import cancelled
from tests.races.books import disagreements
from tests.races.clerks import Seat, race, ready
from tests.tasks.working import again, ran


@pytest.fixture
def giving(office: BoxOffice) -> BoxOffice:
    a_night(office)
    return office


def test_codes_that_nobody_redeemed_are_revoked_and_their_places_go_back(
    giving: BoxOffice, tmp_path: Path
) -> None:
    invited(giving, tmp_path)
    redeemed(giving, code_of(giving), quantity=1)

    done = reclaimed(giving)

    assert (done.codes, done.places, done.kept) == (2, 2, 1)
    assert (states(giving), held(giving)) == (["redeemed", "revoked"], [0, 0])
    assert places_left(giving)[GIFT] == 9
    assert {ticket.state for ticket in rows(giving, Ticket)} == {TicketState.VALID}
    assert disagreements(giving) == []


def test_reclaiming_twice_is_once(giving: BoxOffice, tmp_path: Path) -> None:
    invited(giving, tmp_path)
    reclaimed(giving)

    done = reclaimed(giving)

    assert (done.codes, done.places) == (0, 0)
    assert places_left(giving)[GIFT] == 10


def test_a_large_campaign_is_reclaimed_in_parts(
    giving: BoxOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaign_reclaim, "CODES_AT_ONCE", 3)
    invited(giving, tmp_path, many(8))

    assert reclaimed(giving).codes == 8
    assert places_left(giving)[GIFT] == 10


def test_tickets_are_voided_only_when_it_is_said(giving: BoxOffice, tmp_path: Path) -> None:
    invited(giving, tmp_path, mode=TICKETS)

    with pytest.raises(Refused) as caught:
        reclaimed(giving)

    assert (caught.value.case, "--tickets" in caught.value.hint) == ("campaign.tickets", True)
    assert places_left(giving)[GIFT] == 7
    assert reclaimed(giving, tickets=True).tickets == 3
    assert {order.state for order in rows(giving, Order)} == {OrderState.CANCELLED}
    assert (states(giving), places_left(giving)[GIFT]) == (["revoked", "revoked"], 10)
    assert disagreements(giving) == []


def test_a_guest_who_came_keeps_the_tickets(
    giving: BoxOffice, clock: Clock, tmp_path: Path
) -> None:
    ana, _ = invited(giving, tmp_path, mode=TICKETS)
    clock.forward(days=1)
    shown_at(giving, codes_of(the_order(giving, ana.order or ""))[0])

    done = reclaimed(giving, tickets=True)

    assert (done.tickets, done.kept) == (1, 1)
    assert states(giving) == ["planned", "revoked"]


def test_codes_have_no_tickets_to_void(giving: BoxOffice, tmp_path: Path) -> None:
    invited(giving, tmp_path)

    with pytest.raises(BadValue):
        reclaimed(giving, tickets=True)


def test_an_order_that_was_cancelled_lists_its_guest_as_revoked(
    giving: BoxOffice, tmp_path: Path
) -> None:
    invited(giving, tmp_path, mode=TICKETS)
    (ana,) = [order for order in rows(giving, Order) if order.buyer_name == "Ana Lima"]

    cancelled(giving, ana.id)

    assert states(giving) == ["revoked", "planned"]


def test_only_who_edits_events_reclaims(giving: BoxOffice, tmp_path: Path) -> None:
    invited(giving, tmp_path)
    giving.actor = Actor("bia", Role.BOX_OFFICE)

    with pytest.raises(Forbidden):
        reclaimed(giving)


def test_expiry_gives_places_back_at_its_time_and_not_before(
    giving: BoxOffice, clock: Clock, tmp_path: Path
) -> None:
    invited(giving, tmp_path, expires_at=giving.now() + timedelta(hours=2))
    redeemed(giving, code_of(giving), quantity=1)
    run_until_empty(giving)
    assert places_left(giving)[GIFT] == 7

    clock.forward(hours=2)
    run_until_empty(giving)

    assert (states(giving), held(giving)) == (["redeemed", "expired"], [0, 0])
    assert places_left(giving)[GIFT] == 9
    assert {row.state for row in rows(giving, CampaignRow)} == {"redeemed", "expired"}
    assert disagreements(giving) == []


def test_expire_campaign_twice_is_once(giving: BoxOffice, clock: Clock, tmp_path: Path) -> None:
    invited(giving, tmp_path, expires_at=giving.now() + timedelta(hours=2))
    job = ExpireCampaign(rows(giving, Campaign)[0].id)
    clock.forward(hours=2)
    assert ran(giving, job) is JobState.DONE

    assert again(giving, job) is JobState.DONE

    assert places_left(giving)[GIFT] == 10
    assert disagreements(giving) == []


def test_reclaiming_what_has_expired_gives_nothing_back_again(
    giving: BoxOffice, clock: Clock, tmp_path: Path
) -> None:
    invited(giving, tmp_path, expires_at=giving.now() + timedelta(hours=2))
    clock.forward(hours=2)
    run_until_empty(giving)

    assert reclaimed(giving).places == 0
    assert (states(giving), places_left(giving)[GIFT]) == (["expired", "expired"], 10)


def reclaim_or_expire(seat: Seat, campaign_id: object) -> None:
    """Reclaim a campaign, or expire it, while the others do the one or the other."""
    office = seat.open()
    ready()
    if seat.number % 2:
        reclaimed(office)
    else:
        ran(office, ExpireCampaign(campaign_id))  # type: ignore[arg-type]  # a process is told an id


def test_reclaiming_while_it_expires_gives_each_place_back_once(
    giving: BoxOffice, clock: Clock, tmp_path: Path
) -> None:
    invited(giving, tmp_path, many(10), expires_at=giving.now() + timedelta(hours=2))
    clock.forward(hours=2)

    race(giving, 4, reclaim_or_expire, rows(giving, Campaign)[0].id)

    assert (set(held(giving)), places_left(giving)[GIFT]) == ({0}, 10)
    assert disagreements(giving) == []


def apply_or_reclaim(seat: Seat, path: Path) -> str:
    """Apply a plan while somebody else reclaims its campaign; say how it ended."""
    office = seat.open()
    ready()
    try:
        if seat.number:
            reclaimed(office)
        else:
            applied(office, path)
    except Refused as refusal:
        return refusal.case
    return "done"


def test_who_is_added_while_a_campaign_is_reclaimed_is_reclaimed_too_or_refused(
    giving: BoxOffice, tmp_path: Path
) -> None:
    invited(giving, tmp_path, a_file("Eva;eva@example.com;;;;1"))
    path = kept(giving, tmp_path, many(9))

    first, second = race(giving, 2, apply_or_reclaim, path)

    assert (first in {"done", "campaign.ended"}, second) == (True, "done")
    assert (set(held(giving)), places_left(giving)[GIFT]) == ({0}, 10)
    assert disagreements(giving) == []


def test_a_reminder_goes_to_who_has_not_redeemed_once_unless_again(
    giving: BoxOffice, tmp_path: Path
) -> None:
    invited(giving, tmp_path)
    assert reminded(giving) == 0, "no mail has left yet"
    run_until_empty(giving)
    redeemed(giving, code_of(giving))

    assert [reminded(giving), reminded(giving), reminded(giving, again=True)] == [1, 0, 1]

    run_until_empty(giving)
    assert len([job for job in rows(giving, Job) if job.kind == "courtesy.send"]) == 4
    assert {job.state for job in rows(giving, Job)} == {JobState.DONE}


def test_nobody_is_mailed_of_an_event_that_is_cancelled(giving: BoxOffice, tmp_path: Path) -> None:
    invited(giving, tmp_path)
    with giving.writing() as session:
        move(session, giving.actor, SLUG, EventState.CANCELLED, now=giving.now())

    run_until_empty(giving)

    assert {row.state for row in rows(giving, CampaignRow)} == {CampaignRowState.PLANNED}
    assert {job.state for job in rows(giving, Job)} == {JobState.DONE}
    with pytest.raises(EventNotOnSale):
        reminded(giving)


def test_tickets_and_expired_codes_are_not_reminded_of(
    giving: BoxOffice, clock: Clock, tmp_path: Path
) -> None:
    invited(giving, tmp_path, expires_at=giving.now() + timedelta(hours=1))
    clock.forward(hours=1)
    with pytest.raises(Refused) as over:
        reminded(giving)
    assert over.value.case == "promo.over"

    (tmp_path / "b").mkdir()
    raw = a_file("Eva;eva@example.com;;;;1")
    invited(giving, tmp_path / "b", raw, TICKETS, name="other")
    assert reclaimed(giving, tickets=True, name="other").tickets == 1
