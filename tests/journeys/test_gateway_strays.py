"""The vendor's decision table through real sockets: what is doubled, strange or late (34 to 40)."""

from decimal import Decimal

import pytest

from boxoffice.orders.models import OrderState
from boxoffice.outbox.jobs import CheckHooks
from boxoffice.outbox.models import JobState
from boxoffice.payments.exceptions import Kind
from boxoffice.payments.models import PaymentState, Stray
from boxoffice.payments.provider import Method
from boxoffice.sandbox.faults import Faults
from tests.journeys.gateway import Wired
from tests.making import rows
from tests.tasks.charging import called_off
from tests.tasks.working import ran

ALL = 20_000


def test_row_34_a_second_payment_goes_back_and_the_order_has_one_set_of_tickets(
    line: Wired,
) -> None:
    line.event()
    sale = line.sale()
    line.sandbox.board.set(Faults(paid_twice=1))
    line.sandbox.pay(sale.charge_id)
    line.news()

    first, second = line.charges()
    assert (line.given_back(first["id"]), line.given_back(second["id"])) == (
        [],
        [(Decimal(200), "DONE")],
    )
    assert sale.payments == [(PaymentState.SETTLED, ALL, 0), (PaymentState.REFUNDED, ALL, ALL)]
    assert (sale.state, sale.tickets) == (OrderState.PAID, {"valid": 2})
    assert (line.left_for_people(), line.agree) == ([], True)


@pytest.mark.parametrize(
    ("reference", "left_over"), [(None, []), ("shop-77", [Kind.STRAY])], ids=["none", "unknown"]
)
def test_rows_35_and_36_money_that_is_not_ours_is_kept_as_a_stray(
    line: Wired, reference: str | None, left_over: list[Kind]
) -> None:
    line.event()
    sale = line.sale()
    mine = line.sandbox.charge(sale.charge_id)
    other = line.sandbox.create_charge({**mine, "externalReference": reference})
    line.sandbox.pay(other["id"])
    line.news()

    (stray,) = rows(line.office, Stray)
    assert (stray.provider_id, stray.paid_minor) == (other["id"], ALL)
    assert sale.state is OrderState.PLACED
    assert line.left_for_people() == left_over


def test_row_37_events_and_fields_that_nobody_knows_are_taken_and_looked_at(line: Wired) -> None:
    line.event()
    sale = line.sale()
    line.sandbox.board.set(Faults(letters_unknown=True, fields_unknown=True, letters_lost=1))
    line.sandbox.pay(sale.charge_id)
    line.news()

    assert sale.state is OrderState.PAID
    assert {each.status_code for each in line.sandbox.letters.deliveries} == {200}


@pytest.mark.parametrize(
    "event", ["ANTICIPATED", "BANK_SLIP_VIEWED", "SPLIT_DONE", "BANK_SLIP_CANCELLED"]
)
@pytest.mark.parametrize("is_paid", [False, True], ids=["unpaid", "paid"])
def test_row_38_what_is_only_told_changes_nothing(
    line: Wired, event: str, *, is_paid: bool
) -> None:
    (hook,) = line.sandbox.hooks.listed({})["data"]
    asked_for = [*hook["events"], f"PAYMENT_{event}"]  # somebody ticked more boxes than we do
    line.sandbox.hooks.update(hook["id"], {"events": asked_for})
    line.event()
    sale = line.paid(Method.BOLETO) if is_paid else line.sale(Method.BOLETO)
    before = sale.state, sale.payments, sale.tickets
    count = len(line.outcomes)
    line.sandbox.mention(sale.charge_id, {"event": f"PAYMENT_{event}"})
    line.news()

    assert (sale.state, sale.payments, sale.tickets) == before
    assert line.outcomes[count:] == ["already so"]
    assert line.left_for_people() == []


def test_rows_38_and_39_a_debt_that_is_collected_is_money(line: Wired) -> None:
    line.event()
    sale = line.sale(Method.BOLETO)
    line.sandbox.overdue(sale.charge_id)
    line.sandbox.dun(sale.charge_id)
    line.news()
    asked = sale.state, sale.payments
    line.sandbox.recover(sale.charge_id)
    line.news()

    assert asked == (OrderState.PLACED, [(PaymentState.WAITING, 0, 0)])
    assert (sale.state, sale.tickets) == (OrderState.PAID, {"valid": 2})
    assert sale.payments == [(PaymentState.SETTLED, ALL, 0)]
    assert (line.left_for_people(), line.agree) == ([], True)


@pytest.mark.parametrize(
    ("policy", "state", "left_over"),
    [
        ("accept_if_seat", OrderState.PAID, []),
        ("review", OrderState.NEEDS_REVIEW, [Kind.REVIEW]),
    ],
)
def test_row_39_a_debt_of_a_cancelled_order_that_is_collected_is_late_money(
    line: Wired, policy: str, state: OrderState, left_over: list[Kind]
) -> None:
    line.event(late_payment=policy)
    sale = line.sale(Method.BOLETO)
    line.sandbox.overdue(sale.charge_id)
    line.sandbox.dun(sale.charge_id)
    called_off(line.office, sale.id)
    line.news()
    cancelled = sale.state, line.sandbox.charge(sale.charge_id)["deleted"]
    line.sandbox.recover(sale.charge_id)
    line.later(minutes=5)

    assert cancelled == (OrderState.CANCELLED, False)
    assert (sale.state, line.left_for_people()) == (state, left_over)
    assert line.agree


def test_row_39_a_debt_that_is_collected_is_found_without_its_letters(line: Wired) -> None:
    line.event()
    line.sandbox.board.set(Faults(letters_lost=99))
    sale = line.sale(Method.BOLETO)
    line.sandbox.overdue(sale.charge_id)
    line.sandbox.dun(sale.charge_id)
    line.sandbox.recover(sale.charge_id)

    assert line.reconciled().mended == (sale.charge_id,)
    assert sale.state is OrderState.PAID


def test_row_40_a_queue_that_is_paused_loses_nothing_and_goes_on(line: Wired) -> None:
    line.event()
    sale = line.sale()
    line.sandbox.board.set(Faults(queue_paused=1))
    line.sandbox.pay(sale.charge_id)
    (hook,) = line.office.provider.hooks()
    by_looking = line.reconciled()
    run_job = ran(line.office, CheckHooks("now"))
    line.office.provider.resume_hook(hook.id)
    line.news()

    assert (hook.is_interrupted, run_job) == (True, JobState.DONE)
    assert by_looking.mended == (sale.charge_id,)
    assert [one.kind for one in by_looking.exceptions] == [Kind.HOOK]
    assert line.left_for_people() == []
    assert (sale.state, sale.tickets) == (OrderState.PAID, {"valid": 2})
