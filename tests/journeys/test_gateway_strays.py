"""The vendor's decision table through real sockets: what is doubled, strange or late (34 to 40)."""

from decimal import Decimal

import pytest

from boxoffice.orders.models import OrderState
from boxoffice.outbox.jobs import CheckHooks
from boxoffice.outbox.models import JobState
from boxoffice.payments.exceptions import Kind
from boxoffice.payments.models import PaymentState, Stray
from boxoffice.sandbox.faults import Faults
from tests.journeys.gateway import Wired
from tests.making import rows
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
