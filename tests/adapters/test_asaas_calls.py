"""The adapter for Asaas: instalments, windows, limits, and what a charge tells."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from boxoffice.adapters.asaas import Asaas
from boxoffice.adapters.asaas_charges import date_of
from boxoffice.adapters.asaas_line import PAGE_SIZE
from boxoffice.adapters.asaas_requests import charge_fields
from boxoffice.errors import ChargeRefused, GatewaySilent
from boxoffice.money import Money
from boxoffice.payments.provider import (
    ChargeState,
    GivenBackState,
    Limits,
    Method,
    Window,
)
from boxoffice.sandbox.faults import Faults
from boxoffice.sandbox.ledger import Sandbox
from tests.adapters.charges import CPF, a_charge, a_paid, a_request, look
from tests.adapters.conftest import Answer


def test_a_card_in_parts_is_one_plan_whose_parts_add_up(asaas: Asaas) -> None:
    first = a_charge(asaas, method=Method.CARD, amount=Money(10_000), instalments=3)
    assert first.plan is not None

    parts = asaas.plan_charges(first.plan)
    assert [part.amount for part in parts] == [Money(3_333), Money(3_333), Money(3_334)]
    assert {part.plan for part in parts} == {first.plan}
    assert parts[0].provider_id == first.provider_id
    assert len(asaas.find_charges("attempt-1")) == 3


def test_one_card_payment_pays_every_part_of_its_plan(asaas: Asaas, sandbox: Sandbox) -> None:
    first = a_charge(asaas, method=Method.CARD, amount=Money(10_000), instalments=2)
    assert first.plan is not None
    sandbox.pay(first.provider_id)

    parts = asaas.plan_charges(first.plan)
    assert {part.state for part in parts} == {ChargeState.PAID}
    assert sum((part.paid.minor for part in parts), 0) == 10_000


def test_a_plan_that_is_not_there_has_no_parts(asaas: Asaas) -> None:
    assert asaas.plan_charges("0d7b9f1e-3c52-4e0e-9d5a-7c1b2a3f4e5d") == []


@pytest.mark.parametrize(("minor", "instalments"), [(1_499, 3), (100_000, 22), (100_000, 0)])
def test_too_many_parts_are_refused_before_the_call(
    asaas: Asaas, sandbox: Sandbox, minor: int, instalments: int
) -> None:
    with pytest.raises(ChargeRefused):
        a_charge(asaas, method=Method.CARD, amount=Money(minor), instalments=instalments)

    assert not sandbox.calls


def test_a_boleto_says_how_long_it_can_be_paid() -> None:
    boleto = charge_fields(a_request(method=Method.BOLETO, boleto_days=2))
    pix = charge_fields(a_request(boleto_days=2))

    assert boleto["daysAfterDueDateToRegistrationCancellation"] == 2
    assert "daysAfterDueDateToRegistrationCancellation" not in pix


def test_a_boleto_comes_with_its_bar_code_and_its_pdf(asaas: Asaas) -> None:
    charge = a_charge(asaas, method=Method.BOLETO)

    assert charge.boleto_bar_code is not None
    assert len(charge.boleto_bar_code) == 44
    assert charge.boleto_url == charge.raw["bankSlipUrl"]


def test_a_buyer_is_looked_for_once_and_again_when_somebody_removed_them(
    asaas: Asaas, sandbox: Sandbox
) -> None:
    document = "111.444.777-35"
    first = a_charge(asaas, buyer_document=document)
    a_charge(asaas, buyer_document=document, reference="attempt-2")
    searches = sandbox.calls["GET /v3/customers"]
    sandbox.delete_customer(first.raw["customer"])
    third = a_charge(asaas, buyer_document=document, reference="attempt-3")

    assert searches == 1
    assert third.raw["customer"] != first.raw["customer"]
    assert len(asaas.find_charges("attempt-3")) == 1


def test_a_deleted_charge_is_restored_with_its_codes(asaas: Asaas) -> None:
    opened = a_charge(asaas)
    assert asaas.close_charge(opened.provider_id)

    restored = asaas.restore_charge(opened.provider_id)

    assert (restored.state, restored.is_deleted) == (ChargeState.WAITING, False)
    assert restored.pix_payload == opened.pix_payload


def test_a_charge_that_is_not_deleted_is_not_restored(asaas: Asaas) -> None:
    with pytest.raises(ChargeRefused):
        asaas.restore_charge(a_charge(asaas).provider_id)


def test_a_window_lists_what_was_made_in_it_past_the_first_page(
    asaas: Asaas, sandbox: Sandbox
) -> None:
    wanted = a_charge(asaas)
    more = {"billingType": "PIX", "value": 10, "dueDate": "2099-03-12"}
    for _ in range(2 * PAGE_SIZE):
        sandbox.create_charge({"customer": wanted.raw["customer"], **more})
    day = wanted.created_on
    assert day is not None

    listed = list(asaas.list_charges(Window(day, day)))
    before = list(asaas.list_charges(Window(day - timedelta(9), day - timedelta(1))))

    assert len(listed) == 2 * PAGE_SIZE + 1
    assert len({charge.provider_id for charge in listed}) == len(listed)
    assert before == []


def test_a_window_is_of_a_state_and_of_the_day_of_payment(asaas: Asaas, sandbox: Sandbox) -> None:
    paid = a_paid(asaas, sandbox)
    a_charge(asaas, reference="attempt-2")
    day = paid.created_on
    assert day is not None

    received = asaas.list_charges(Window(day, day, state="RECEIVED"))
    by_payment = asaas.list_charges(Window(day, day, by="paid"))

    assert [charge.provider_id for charge in received] == [paid.provider_id]
    assert [charge.provider_id for charge in by_payment] == [paid.provider_id]


def test_rows_that_a_deaf_filter_lets_through_are_passed_over(
    asaas: Asaas, sandbox: Sandbox
) -> None:
    a_charge(asaas)
    sandbox.board.set(Faults(filters_ignored=True))
    long_ago = Window(date(2020, 1, 1), date(2020, 1, 2))

    assert list(asaas.list_charges(long_ago)) == []
    assert list(asaas.list_charges(Window(date(2020, 1, 1), date(2099, 1, 1), state="X"))) == []


def test_a_row_whose_day_cannot_be_read_is_not_lost(asaas: Asaas, answer: Answer) -> None:
    row = '{"id":"pay_1","status":"PENDING","value":10,"dateCreated":"yesterday"}'
    answer(f'{{"data":[{row}],"hasMore":false}}')

    (charge,) = asaas.list_charges(Window(date(2027, 1, 1), date(2027, 1, 2)))

    assert charge.created_on is None


def test_a_list_that_shows_the_same_page_for_ever_is_given_up(asaas: Asaas, answer: Answer) -> None:
    row = '{"id":"pay_1","status":"PENDING","value":10,"dateCreated":"2027-01-01"}'
    answer(f'{{"data":[{row}],"hasMore":true}}')

    with pytest.raises(GatewaySilent):
        list(asaas.list_charges(Window(date(2027, 1, 1), date(2027, 1, 2))))


def test_the_limits_of_the_day_are_read(asaas: Asaas, sandbox: Sandbox) -> None:
    sandbox.daily_max = 1
    a_charge(asaas)

    with pytest.raises(ChargeRefused):
        a_charge(asaas, reference="attempt-2")

    assert asaas.limits() == Limits(daily_max=1, used_count=1, is_reached=True)


@pytest.mark.parametrize(
    "content", ["{}", '{"creation":[]}', '{"creation":{"daily":{"used":"7"}}}']
)
def test_limits_that_cannot_be_read_are_silence(asaas: Asaas, answer: Answer, content: str) -> None:
    answer(content)

    with pytest.raises(GatewaySilent):
        asaas.limits()


def test_an_account_without_a_ceiling_has_none(asaas: Asaas, answer: Answer) -> None:
    answer('{"creation":{"daily":{"limit":null,"used":7,"wasReached":false}}}')

    assert asaas.limits() == Limits(daily_max=None, used_count=7, is_reached=False)


def test_a_card_under_review_is_neither_paid_nor_waiting(asaas: Asaas, sandbox: Sandbox) -> None:
    opened = a_charge(asaas, method=Method.CARD)
    sandbox.review(opened.provider_id)

    assert look(asaas, opened).state is ChargeState.REVIEWING
    assert look(asaas, opened).paid == Money(0)


def test_what_the_money_is_worth_and_when_it_comes_is_read(asaas: Asaas, sandbox: Sandbox) -> None:
    opened = a_paid(asaas, sandbox, Method.CARD)

    paid = look(asaas, opened)

    assert paid.net == Money(12_990 - 199)
    assert paid.created_on is not None
    assert paid.credited_on == paid.created_on + timedelta(days=32)


def test_a_deleted_charge_that_was_paid_is_told_as_both(asaas: Asaas, sandbox: Sandbox) -> None:
    opened = a_charge(asaas)
    sandbox.board.set(Faults(paid_after_deletion=1))

    assert asaas.close_charge(opened.provider_id)
    charge = look(asaas, opened)
    assert (charge.is_deleted, charge.state) == (True, ChargeState.SETTLED)


def test_the_token_of_a_card_is_not_kept(asaas: Asaas, sandbox: Sandbox) -> None:
    opened = a_paid(asaas, sandbox, Method.CARD)
    token = sandbox.charge(opened.provider_id)["creditCard"]["creditCardToken"]

    charge = look(asaas, opened)

    assert charge.raw["creditCard"]["creditCardNumber"] == "4444"
    assert token not in repr(charge)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-03-10", date(2027, 3, 10)),
        ("2027-03-10 21:14:03", date(2027, 3, 10)),
        ("10/03/2027", date(2027, 3, 10)),
        ("2027-02-30", None),
        ("soon", None),
        ("", None),
        (20270310, None),
        (None, None),
    ],
)
def test_days_are_read_as_asaas_writes_and_wrote_them(text: object, day: date | None) -> None:
    assert date_of(text) == day


def test_what_no_decision_hangs_on_may_be_nonsense(asaas: Asaas, answer: Answer) -> None:
    answer(
        '{"id":"pay_1","status":"RECEIVED","value":10,"netValue":"much","creditDate":[],'
        '"dateCreated":{},"invoiceUrl":7,"bankSlipUrl":"\\u001b[2J","refunds":[7,{"status":"DONE",'
        '"value":"all"},{"status":"LOST","value":1},{"status":"PENDING","value":2}]}'
    )

    charge = asaas.look_up("pay_1")

    assert charge is not None
    assert (charge.net, charge.credited_on, charge.invoice_url) == (None, None, None)
    assert charge.boleto_url is None
    assert [(back.amount.minor, back.state) for back in charge.refunds] == [
        (0, GivenBackState.OTHER),
        (100, GivenBackState.OTHER),
        (200, GivenBackState.PENDING),
    ]


def test_unknown_fields_change_nothing(asaas: Asaas, sandbox: Sandbox) -> None:
    sandbox.board.set(Faults(fields_unknown=True))

    opened = a_charge(asaas, buyer_document=CPF)

    assert opened.raw["phaseOfMoon"] == "full"
    assert opened.amount.decimal == Decimal("129.90")
