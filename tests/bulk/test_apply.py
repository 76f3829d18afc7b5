"""A plan is applied once, however often: every order whole, and every row told."""

import fcntl
from pathlib import Path

import pytest

from boxoffice.bulk.plan_files import result_beside
from boxoffice.errors import Busy, EventNotOnSale, Forbidden, Refused
from boxoffice.events.models import EventState
from boxoffice.events.publish import move
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Channel, Order, OrderState
from boxoffice.outbox.models import Job
from boxoffice.payments.models import Payment, PaymentState
from boxoffice.payments.provider import Method
from boxoffice.tickets.models import Ticket, TicketState
from tests.bulk.files import (
    ANA,
    BIA,
    CID,
    a_file,
    applied,
    brought,
    importer,
    kept,
    many,
    mode,
    results,
)
from tests.making import (
    DOOR,
    SLUG,
    Clock,
    a_plan,
    a_sale,
    a_tier,
    an_event,
    codes_of,
    counts,
    places_left,
    rows,
    shown_at,
    the_order,
)
from tests.making import applied as event_applied
from tests.races.books import disagreements

TWO_TIERS = (a_tier(quota=10), a_tier("Lote 2", price="150,00", quota=5, after="Lote 1"))


@pytest.fixture
def selling(office: BoxOffice) -> BoxOffice:
    an_event(office, *TWO_TIERS, fee_percent=10)
    return office


def test_every_order_of_the_plan_is_paid_elsewhere_and_carries_no_fee(
    selling: BoxOffice, tmp_path: Path
) -> None:
    done = brought(selling, a_file(), tmp_path)

    assert (done.made, done.already, done.refused, done.tickets) == (3, 0, 0, 4)
    assert {(o.channel, o.state, o.fee_minor) for o in rows(selling, Order)} == {
        (Channel.IMPORT, OrderState.PAID, 0)
    }
    assert {(p.method, p.state, p.provider) for p in rows(selling, Payment)} == {
        (Method.EXTERNAL, PaymentState.SETTLED, "import")
    }
    assert sum(p.paid_minor for p in rows(selling, Payment)) == 3 * 100_00 + 150_00
    assert {ticket.state for ticket in rows(selling, Ticket)} == {TicketState.VALID}
    assert places_left(selling) == {"Lote 1": 7, "Lote 2": 4, "*": 11}
    assert disagreements(selling) == []


def test_a_guest_who_was_brought_in_is_let_in(
    selling: BoxOffice, clock: Clock, tmp_path: Path
) -> None:
    done = brought(selling, a_file(ANA), tmp_path)

    order = the_order(selling, results(done)[0]["order"])
    assert [ticket.holder_name for ticket in order.tickets] == ["Ana Lima"]
    clock.forward(days=1)
    assert shown_at(selling, codes_of(order)[0]).verdict == "ok"


def test_a_second_apply_adds_nothing(selling: BoxOffice, tmp_path: Path) -> None:
    path = kept(selling, a_file(), tmp_path)
    first = results(applied(selling, path))
    before = counts(selling)

    done = applied(selling, path)

    assert counts(selling) == before
    assert (done.made, done.already) == (0, 3)
    assert [line["order"] for line in results(done)] == [line["order"] for line in first]
    assert {line["outcome"] for line in results(done)} == {"already"}


def test_the_same_file_twice_is_a_no_op_though_its_columns_moved(
    selling: BoxOffice, tmp_path: Path
) -> None:
    brought(selling, a_file(ANA, CID), tmp_path)
    before = counts(selling)
    moved = a_file("Lote 2;Cid d'Ávila;", "Lote 1;Ana Lima;P1", head="Lote;Nome;Pedido")

    done = brought(selling, moved, tmp_path)

    assert counts(selling) == before
    assert done.orders == 0


def test_an_order_that_came_in_between_is_not_made_again(
    selling: BoxOffice, tmp_path: Path
) -> None:
    path = kept(selling, a_file(), tmp_path)
    (tmp_path / "other").mkdir()
    brought(selling, a_file(BIA), tmp_path / "other")

    done = applied(selling, path)

    assert (done.made, done.already) == (2, 1)
    assert disagreements(selling) == []


def test_the_results_say_what_became_of_each_row(selling: BoxOffice, tmp_path: Path) -> None:
    done = brought(selling, a_file(ANA, BIA, ANA), tmp_path)

    codes = {order.external_id: order.code for order in rows(selling, Order)}
    assert results(done) == [
        {"rows": [2, 4], "external_id": "P1", "outcome": "made", "order": codes["P1"]},
        {"rows": [3], "external_id": "P2", "outcome": "made", "order": codes["P2"]},
    ]
    assert mode(done.result) == 0o600


def test_nobody_is_mailed_unless_it_is_said(selling: BoxOffice, tmp_path: Path) -> None:
    brought(selling, a_file(ANA), tmp_path)
    assert rows(selling, Job) == []

    brought(selling, a_file(BIA, CID), tmp_path, mails=True)

    assert [job.kind for job in rows(selling, Job)] == ["tickets.deliver"]


def test_a_draft_is_filled_before_its_sale_opens(office: BoxOffice, tmp_path: Path) -> None:
    event_applied(office, a_plan(*TWO_TIERS))

    assert brought(office, a_file(), tmp_path).made == 3


@pytest.mark.parametrize(
    "tiers",
    [
        (a_tier(price="120,00"), TWO_TIERS[1]),
        (a_tier(quota=2), TWO_TIERS[1]),
    ],
)
def test_a_plan_is_stale_when_a_price_or_the_places_moved(
    selling: BoxOffice, tmp_path: Path, tiers: tuple[object, ...]
) -> None:
    path = kept(selling, a_file(), tmp_path)
    event_applied(selling, a_plan(*tiers, fee_percent=10))
    before = counts(selling)

    with pytest.raises(Refused) as caught:
        applied(selling, path)

    assert (caught.value.case, caught.value.exit_code) == ("plan.stale", 5)
    assert counts(selling) == before


def test_a_sale_at_the_counter_that_leaves_room_does_not_make_it_stale(
    selling: BoxOffice, tmp_path: Path
) -> None:
    path = kept(selling, a_file(), tmp_path)
    a_sale(selling, ("Lote 1", 7))

    assert applied(selling, path).made == 3
    assert places_left(selling)["Lote 1"] == 0


def test_a_cancelled_event_takes_nobody_in(selling: BoxOffice, tmp_path: Path) -> None:
    path = kept(selling, a_file(), tmp_path)
    with selling.writing() as session:
        move(session, selling.actor, SLUG, EventState.CANCELLED, now=selling.now())

    with pytest.raises(EventNotOnSale):
        applied(selling, path)


def test_an_order_whose_places_go_meanwhile_is_refused_and_the_others_are_made(
    selling: BoxOffice, tmp_path: Path
) -> None:
    path = kept(selling, a_file(ANA, BIA, CID), tmp_path)

    def sold_out_at_the_counter(count: int, _total: int) -> None:
        if count == 1:
            a_sale(selling, ("Lote 1", 8))

    done = applied(selling, path, progress=sold_out_at_the_counter, together=1)

    assert [line["outcome"] for line in results(done)] == ["made", "refused", "made"]
    assert results(done)[1]["code"] == "tier.sold_out"
    assert disagreements(selling) == []
    assert {order.external_id for order in rows(selling, Order)} == {"P1", None} | {
        results(done)[2]["external_id"]
    }


def test_one_plan_is_applied_by_one_run_at_a_time(selling: BoxOffice, tmp_path: Path) -> None:
    path = kept(selling, a_file(), tmp_path)
    with result_beside(path).open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)

        with pytest.raises(Busy) as caught:
            applied(selling, path)

    assert caught.value.case == "plan.locked"
    assert rows(selling, Order) == []


def test_results_are_not_written_through_a_link(selling: BoxOffice, tmp_path: Path) -> None:
    path = kept(selling, a_file(), tmp_path)
    (tmp_path / "precious").write_text("kept")
    result_beside(path).symlink_to(tmp_path / "precious")

    with pytest.raises(Exception, match="cannot be written"):
        applied(selling, path)

    assert (tmp_path / "precious").read_text() == "kept"


def test_progress_is_told_after_each_order(selling: BoxOffice, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []

    brought(selling, many(3), tmp_path, progress=lambda *counted: seen.append(counted))

    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_the_door_may_not_apply(selling: BoxOffice, tmp_path: Path) -> None:
    path = kept(selling, a_file(), tmp_path)
    selling.actor = DOOR

    with pytest.raises(Forbidden):
        applied(selling, path)
    assert importer(selling).actor is DOOR
