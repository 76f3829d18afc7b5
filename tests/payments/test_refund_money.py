"""Where refunded money comes from and how it goes: by hand, by the gateway, once under a key."""

import pytest
from sqlalchemy import update
from sqlmodel import select

from boxoffice.audit.models import AuditEntry
from boxoffice.errors import BadValue, KeyReused, Refused
from boxoffice.ids import new_id
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.drop import drop
from boxoffice.orders.models import OrderState
from boxoffice.payments.models import Payment, Refund, RefundState
from boxoffice.payments.provider import Method
from boxoffice.payments.queries import history, refunds_of_order
from boxoffice.tickets.models import TicketState
from boxoffice.till.models import EntryKind, TillEntry
from tests.making import LOTE, Clock, a_sale, a_tier, an_event, counts, rows, state_of
from tests.payments.refunding import PROOF, given_back, paid_by_pix, refunded, states
from tests.promos.codes import CODE, a_promo, the_promo
from tests.till.working import Clerk


def test_cash_goes_back_by_hand_with_a_proof(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)
    with pytest.raises(BadValue, match="proof"):
        refunded(office, sale.id, proof="")

    refunded(office, sale.id)

    with office.reading() as session:
        (view,) = refunds_of_order(session, sale.id)
    assert (view.state, view.proof, view.done_at) == (RefundState.BY_HAND, PROOF, office.now())


def test_money_of_the_gateway_is_asked_for_and_waits(office: BoxOffice) -> None:
    an_event(office)
    order_id = paid_by_pix(office)

    refunded(office, order_id, proof="")

    (row,) = rows(office, Refund)
    assert (row.state, row.done_at, row.amount_minor) == (RefundState.REQUESTED, None, 20_000)
    assert given_back(office) == (20_000, 20_000)
    assert state_of(office, order_id) is OrderState.REFUNDED


def test_a_boleto_goes_back_by_hand_when_there_is_a_proof(office: BoxOffice) -> None:
    an_event(office)
    order_id = paid_by_pix(office)
    with office.writing() as session:
        session.exec(update(Payment).values(method=Method.BOLETO))

    refunded(office, order_id, amount=1_000, proof="")
    refunded(office, order_id, amount=2_000)

    told = {row.amount_minor: (row.state, row.proof) for row in rows(office, Refund)}
    assert told == {1_000: (RefundState.REQUESTED, ""), 2_000: (RefundState.BY_HAND, PROOF)}


def test_money_of_two_payments_goes_back_out_of_the_older_one_first(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, (LOTE, 2))
    with office.writing() as session:
        (cash,) = session.exec(select(Payment))
        cash.paid_minor = cash.amount_minor = 12_000
        more = cash.model_dump() | {"id": new_id(), "method": Method.EXTERNAL}
        session.add(Payment(**more | {"amount_minor": 8_000, "paid_minor": 8_000}))

    done = refunded(office, sale.id, amount=15_000)

    with office.reading() as session:
        parts = [(view.method, view.amount.minor) for view in refunds_of_order(session, sale.id)]
    assert len(done.refund_ids) == 2
    assert sorted(parts) == [(Method.CASH, 12_000), (Method.EXTERNAL, 3_000)]


def test_cash_that_goes_back_leaves_the_drawer_of_who_gave_it(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5))
    clerk = Clerk(office)
    clerk.opens()
    order_id = clerk.sells(2)
    office.actor = clerk.actor

    refunded(office, order_id, amount=5_000, key="k")
    refunded(office, order_id, amount=5_000, key="k")

    entries = [(entry.kind, entry.amount_minor) for entry in rows(office, TillEntry)]
    assert sorted(entries) == [(EntryKind.REFUND, 5_000), (EntryKind.SALE, 20_000)]


def test_a_clerk_without_an_open_till_gives_no_cash_back(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5))
    sale = a_sale(office, (LOTE, 2))
    before, office.actor = counts(office), Clerk(office).actor

    with pytest.raises(Refused) as refusal:
        refunded(office, sale.id)

    assert refusal.value.case == "till.closed"
    assert counts(office) == before
    assert states(office, sale) == [TicketState.VALID] * 2


def test_a_ticket_that_goes_back_gives_its_use_of_a_promo_back(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5))
    a_promo(office, uses_max=5)
    sale = a_sale(office, (LOTE, 3), promo=CODE)

    first = refunded(office, sale.id, sale.tickets[0].id)
    after_one = the_promo(office).uses_left
    with office.writing() as session:
        drop(session, office.actor, sale.tickets[1].id, reason="ill", now=office.now())
    after_two = the_promo(office).uses_left
    refunded(office, sale.id)

    assert first.amount == Money(9_000)
    assert (after_one, after_two, the_promo(office).uses_left) == (3, 4, 5)


def test_a_refund_under_a_key_happens_once(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, (LOTE, 2))
    first = refunded(office, sale.id, sale.tickets[0].id, key="k")
    before = counts(office)

    second = refunded(office, sale.id, sale.tickets[0].id, key="k")

    assert (first.is_new, second.is_new) == (True, False)
    assert (second.amount, second.refund_ids) == (first.amount, first.refund_ids)
    assert counts(office) == before


def test_a_key_does_not_answer_for_another_refund(office: BoxOffice) -> None:
    an_event(office)
    sale, other = a_sale(office, (LOTE, 2)), a_sale(office, (LOTE, 2))
    refunded(office, sale.id, amount=1_000, key="k")

    with pytest.raises(KeyReused):
        refunded(office, sale.id, amount=2_000, key="k")
    with pytest.raises(KeyReused):
        refunded(office, other.id, amount=1_000, key="k")

    assert given_back(office) == (1_000, 1_000)


def test_the_history_tells_the_story_from_the_first_sale(office: BoxOffice, clock: Clock) -> None:
    an_event(office)
    a_sale(office)
    sale = a_sale(office, (LOTE, 2))
    clock.forward(minutes=5)
    refunded(office, sale.id, sale.tickets[0].id)
    clock.forward(minutes=5)
    with office.writing() as session:
        drop(session, office.actor, sale.tickets[1].id, reason="ill", now=office.now())

    with office.reading() as session:
        story = history(session, sale.id)

    assert [told.verb for told in story] == [
        "order.place",
        "payment.take",
        "order.confirm",
        "order.refund",
        "order.cancel",
    ]
    assert (story[3].facts["amount_minor"], story[3].facts["tickets"]) == (10_000, [1])
    assert PROOF not in str([entry.facts for entry in rows(office, AuditEntry)])
