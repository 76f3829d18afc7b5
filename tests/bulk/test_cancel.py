"""A whole event ends: every order once, its money where it came from, and nothing is lost."""

from pathlib import Path
from uuid import UUID

import pytest

from boxoffice.audit.models import AuditEntry
from boxoffice.bulk.cancel_apply import Canceller, apply_cancel
from boxoffice.bulk.cancel_file import read_cancel, rows_beside
from boxoffice.bulk.cancel_plan import plan_cancel
from boxoffice.errors import BadFile, EventNotOnSale, Forbidden, NotFound, Refused
from boxoffice.events.models import Event, EventState
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order, OrderState
from boxoffice.outbox.jobs import CloseCharge, TellCancelled
from boxoffice.outbox.models import Job
from boxoffice.payments.end_order import end_order
from boxoffice.payments.models import Payment, Refund, RefundState
from boxoffice.payments.owed import Owed, list_owed
from boxoffice.tickets.models import Ticket, TicketState
from tests.bulk.cancelling import (
    applied,
    ended,
    given_away,
    kept,
    one_of_each,
    paid_by_pix,
    pays,
    planned,
    results,
)
from tests.bulk.files import mode
from tests.making import (
    AUDITOR,
    LOTE,
    SLUG,
    a_plan,
    a_sale,
    a_tier,
    an_event,
    an_order,
    counts,
    places_left,
    rows,
    started,
    state_of,
)
from tests.making import applied as file_applied
from tests.payments.refunding import refunded
from tests.races.books import disagreements


def owed(office: BoxOffice) -> list[Owed]:
    with office.reading() as session:
        return list_owed(session, limit=100, event=SLUG)


def event_state(office: BoxOffice) -> EventState:
    (event,) = rows(office, Event)
    return event.state


def test_a_plan_says_what_becomes_of_every_order_and_writes_nothing(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office)
    made = one_of_each(office, tmp_path)
    before = counts(office)

    plan = planned(office)

    assert plan.endings == {"call_off": 1, "refund": 1, "by_hand": 2, "free": 1, "bank": 0}
    assert plan.methods == {"cash": 10_000, "external": 10_000, "pix": 10_000}
    assert [order.charges for order in plan.orders] == [1, 0, 0, 0, 0]
    assert all(order.mail for order in plan.orders)
    assert len(plan.orders) == len(made)
    assert counts(office) == before
    assert event_state(office) is EventState.ON_SALE


def test_a_plan_is_for_its_owner_alone(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    a_sale(office)

    path = kept(office, tmp_path)

    assert (mode(path), mode(rows_beside(path))) == (0o600, 0o600)


def test_every_order_ends_and_its_money_goes_where_it_came_from(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office)
    made = one_of_each(office, tmp_path)

    done = ended(office, tmp_path)

    assert event_state(office) is EventState.CANCELLED
    assert {kind: state_of(office, order_id) for kind, order_id in made.items()} == {
        "call_off": OrderState.CANCELLED,
        "refund": OrderState.REFUNDED,
        "by_hand": OrderState.CANCELLED,
        "free": OrderState.CANCELLED,
        "import": OrderState.CANCELLED,
    }
    (refund,) = rows(office, Refund)
    assert (refund.order_id, refund.state) == (made["refund"], RefundState.REQUESTED)
    assert refund.amount_minor == done.asked_minor == 10_000
    assert {ticket.state for ticket in rows(office, Ticket)} == {TicketState.VOID}
    assert places_left(office) == {LOTE: 10, "*": 10}
    assert disagreements(office) == []
    assert (done.ended, done.already, done.by_hand, done.by_hand_minor) == (5, 0, 2, 20_000)
    assert [line["outcome"] for line in results(done)] == [
        "call_off", "refund", "by_hand", "free", "by_hand",
    ]  # fmt: skip


def test_every_buyer_is_told_and_every_open_charge_is_closed(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office)
    made = one_of_each(office, tmp_path)

    ended(office, tmp_path)

    kinds = [job.kind for job in rows(office, Job)]
    told = {job.args["order_id"] for job in rows(office, Job) if job.kind == TellCancelled.kind}
    assert told == {str(order_id) for order_id in made.values()}
    assert kinds.count(CloseCharge.kind) == 1


def test_what_goes_back_by_hand_is_listed_until_a_refund_answers_for_it(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office)
    made = one_of_each(office, tmp_path)
    ended(office, tmp_path)
    before = [(each.methods, each.amount.minor) for each in owed(office)]

    refunded(office, made["by_hand"])
    refunded(office, made["import"])

    assert before == [(("cash",), 10_000), (("external",), 10_000)]
    assert owed(office) == []
    assert {refund.state for refund in rows(office, Refund)} == {
        RefundState.REQUESTED,
        RefundState.BY_HAND,
    }


def test_applying_twice_ends_every_order_once_and_still_tells_what_is_owed(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office)
    one_of_each(office, tmp_path)
    path = kept(office, tmp_path)
    applied(office, path)
    before = counts(office)

    again = applied(office, path)

    assert (again.ended, again.already, again.by_hand) == (0, 5, 2)
    assert again.needs_a_hand
    assert counts(office) == before


def test_a_fee_that_is_not_refundable_stays(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office, fee_percent=10, fee_refundable=False)
    paid_by_pix(office)
    a_sale(office)

    done = ended(office, tmp_path)

    assert [refund.amount_minor for refund in rows(office, Refund)] == [10_000]
    assert (done.asked_minor, done.by_hand_minor) == (10_000, 10_000)


def test_a_fee_that_is_refundable_goes_back_too(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office, fee_percent=10)
    paid_by_pix(office)

    ended(office, tmp_path)

    assert [refund.amount_minor for refund in rows(office, Refund)] == [11_000]


def test_an_ordinary_refund_keeps_a_fee_that_is_not_refundable(office: BoxOffice) -> None:
    an_event(office, fee_percent=10, fee_refundable=False)
    sale = a_sale(office)

    done = refunded(office, sale.id)

    assert done.amount.minor == 10_000


def test_a_plan_is_stale_after_another_sale(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    path = kept(office, tmp_path)
    a_sale(office)

    with pytest.raises(Refused, match="changed since the plan") as refusal:
        applied(office, path)

    assert refusal.value.case == "plan.stale"
    assert event_state(office) is EventState.ON_SALE


def test_a_plan_is_stale_after_the_fee_rule_changed(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    path = kept(office, tmp_path)
    file_applied(office, a_plan(a_tier(), fee_refundable=False))

    with pytest.raises(Refused, match="changed since the plan"):
        applied(office, path)


def test_nothing_is_sold_brought_in_or_accepted_afterwards(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office)
    ended(office, tmp_path)

    with pytest.raises(EventNotOnSale):
        a_sale(office)

    assert rows(office, Order) == []


def test_money_that_comes_afterwards_waits_and_a_second_plan_gives_it_back(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office)
    order = an_order(office)
    payment_id = started(office, order.id)
    ended(office, tmp_path)
    pays(office, order.id, payment_id)
    assert state_of(office, order.id) is OrderState.NEEDS_REVIEW

    done = ended(office, tmp_path)

    assert (done.ended, done.asked_minor) == (1, 10_000)
    assert state_of(office, order.id) is OrderState.REFUNDED


def test_what_a_bank_decides_about_is_left_and_told(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    order_id = paid_by_pix(office)
    with office.writing() as session:
        session.get_one(Order, order_id).state = OrderState.DISPUTED

    done = ended(office, tmp_path)

    assert (done.ended, done.bank, done.needs_a_hand) == (0, 1, True)
    assert state_of(office, order_id) is OrderState.DISPUTED
    assert rows(office, Refund) == []


def test_money_that_comes_before_its_order_ends_is_given_back(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office)
    order = an_order(office)
    payment_id = started(office, order.id)
    path = kept(office, tmp_path)
    with office.writing() as session:
        session.get_one(Event, rows(office, Event)[0].id).state = EventState.CANCELLED
    pays(office, order.id, payment_id)

    with office.writing() as session:
        due = end_order(session, office.actor, order.id, now=office.now())

    assert (due.ending, due.asked_minor) == ("refund", 10_000)
    assert read_cancel(path).orders == (order.code,)


def test_a_ticket_of_an_order_given_back_in_part_is_paid_back_for_the_rest(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office)
    order_id = paid_by_pix(office, 2)
    ticket = next(ticket.id for ticket in rows(office, Ticket) if ticket.number == 1)
    refunded(office, order_id, ticket)

    ended(office, tmp_path)

    (payment,) = rows(office, Payment)
    assert payment.refunded_minor == payment.paid_minor == 20_000
    assert state_of(office, order_id) is OrderState.REFUNDED


def test_one_entry_tells_of_the_event_and_one_of_each_order(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office)
    free: UUID = given_away(office)

    ended(office, tmp_path)

    verbs = [entry.verb for entry in rows(office, AuditEntry)]
    assert verbs.count("event.cancelled") == 1
    assert verbs.count("order.event_cancelled") == 1
    assert "Rita" not in str([entry.facts for entry in rows(office, AuditEntry)])
    assert state_of(office, free) is OrderState.CANCELLED


def test_who_may_not_edit_events_plans_nothing(office: BoxOffice) -> None:
    an_event(office)

    with pytest.raises(Forbidden), office.reading() as session:
        plan_cancel(session, AUDITOR, SLUG)


def test_who_may_not_edit_events_ends_nothing(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    path = kept(office, tmp_path)

    with pytest.raises(Forbidden):
        apply_cancel(Canceller(office.database, AUDITOR, office.now), path)

    assert event_state(office) is EventState.ON_SALE


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema":"plan/1","act":"order.import"}', "\0"])
def test_what_is_no_plan_is_refused(office: BoxOffice, tmp_path: Path, text: str) -> None:
    an_event(office)
    path = tmp_path / "end.json"
    path.write_text(text, "utf-8")
    rows_beside(path).write_text("", "utf-8")

    with pytest.raises(BadFile, match="is not a plan of `event cancel`"):
        applied(office, path)


def test_orders_that_are_not_the_plans_own_are_refused(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    a_sale(office)
    path = kept(office, tmp_path)
    rows_beside(path).write_text('{"order":"K7QX2M"}\n', "utf-8")

    with pytest.raises(BadFile, match="is not what"):
        applied(office, path)


def test_a_plan_that_is_not_there_is_named(office: BoxOffice, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"end\.json"):
        applied(office, tmp_path / "end.json")
