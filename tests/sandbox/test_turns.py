"""What happens to charges in the stand-in: paid in many ways, given back, disputed."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from boxoffice.sandbox.faults import Faults
from boxoffice.sandbox.ledger import Sandbox
from boxoffice.sandbox.refusal import Refusal
from tests.sandbox.charges import a_charge
from tests.sandbox.conftest import Told


def a_card(sandbox: Sandbox, **changes: Any) -> str:
    return a_charge(sandbox, billingType="CREDIT_CARD", **changes)


def a_plan(sandbox: Sandbox, **changes: Any) -> list[dict[str, Any]]:
    given = {"value": None, "installmentCount": 3, "totalValue": Decimal(100), **changes}
    first = sandbox.charge(a_card(sandbox, **given))
    rows: list[dict[str, Any]] = sandbox.plan_charges(first["installment"], {})["data"]
    return rows


def test_instalments_are_charges_of_their_own_and_the_last_has_the_rest(sandbox: Sandbox) -> None:
    rows = a_plan(sandbox, externalReference="K7QX2M", dueDate="2099-01-31")

    assert [row["value"] for row in rows] == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]
    assert [row["installmentNumber"] for row in rows] == [1, 2, 3]
    assert [row["dueDate"] for row in rows] == ["2099-01-31", "2099-02-28", "2099-03-28"]
    assert {row["externalReference"] for row in rows} == {"K7QX2M"}
    assert len({row["id"] for row in rows}) == 3


@pytest.mark.parametrize(
    "changes", [{"installmentCount": 1}, {"installmentCount": 22}, {"totalValue": Decimal(12)}]
)
def test_a_plan_has_two_to_twenty_one_parts_of_five_reais(
    sandbox: Sandbox, changes: dict[str, Any]
) -> None:
    with pytest.raises(Refusal):
        a_plan(sandbox, **changes)

    assert sandbox.charges({})["totalCount"] == 0


def test_deleting_a_plan_tells_of_each_charge(told: Told) -> None:
    rows = a_plan(told.sandbox)
    told.sandbox.delete_plan(rows[0]["installment"])

    assert told.events[3:] == ["PAYMENT_DELETED"] * 3


def test_a_plan_is_given_back_part_by_part(told: Told) -> None:
    rows = a_plan(told.sandbox)
    told.sandbox.pay(rows[1]["id"])
    told.sandbox.refund_plan(rows[0]["installment"], {})

    assert told.events[3:] == ["PAYMENT_CONFIRMED"] * 3 + ["PAYMENT_REFUNDED"] * 3
    assert told.sandbox.plan(rows[0]["installment"])["value"] == 100


def test_a_late_boleto_is_overdue_before_it_is_confirmed(told: Told) -> None:
    told.sandbox.board.set(Faults(late_boleto=1))
    for _ in range(2):
        told.sandbox.pay(a_charge(told.sandbox, billingType="BOLETO"))

    names = ["CREATED", "OVERDUE", "CONFIRMED", "CREATED", "CONFIRMED"]
    assert told.events == [f"PAYMENT_{name}" for name in names]


def test_a_boleto_is_paid_by_its_pix_code_too(told: Told) -> None:
    charge_id = a_charge(told.sandbox, billingType="BOLETO")
    told.sandbox.pay(charge_id, method="pix")

    assert told.events == ["PAYMENT_CREATED", "PAYMENT_RECEIVED"]
    assert told.sandbox.refund(charge_id, {})["status"] == "REFUNDED"


@pytest.mark.parametrize(("own", "method"), [("PIX", "card"), ("CREDIT_CARD", "pix")])
def test_a_charge_is_paid_only_as_its_page_offers(sandbox: Sandbox, own: str, method: str) -> None:
    with pytest.raises(Refusal):
        sandbox.pay(a_charge(sandbox, billingType=own), method=method)


def test_a_payment_that_comes_twice_is_a_charge_of_its_own(told: Told) -> None:
    told.sandbox.board.set(Faults(paid_twice=1))
    told.sandbox.pay(a_charge(told.sandbox, externalReference="K7QX2M"))

    rows = told.sandbox.charges({"externalReference": "K7QX2M"})["data"]
    assert [row["status"] for row in rows] == ["RECEIVED", "RECEIVED"]
    assert told.events == ["PAYMENT_CREATED", "PAYMENT_RECEIVED"] * 2


def test_a_charge_that_somebody_edits_is_dearer(told: Told) -> None:
    told.sandbox.board.set(Faults(amount_edited=1))
    charge_id = a_charge(told.sandbox, value=20)

    assert told.sandbox.charge(charge_id)["value"] == 21
    assert told.events == ["PAYMENT_CREATED", "PAYMENT_UPDATED"]


def test_a_payment_overtakes_a_deletion(told: Told) -> None:
    told.sandbox.board.set(Faults(paid_after_deletion=1))
    charge_id = a_charge(told.sandbox)
    told.sandbox.delete(charge_id)

    row = told.sandbox.charge(charge_id)
    assert (row["deleted"], row["status"]) == (True, "RECEIVED")
    assert told.events[1:] == ["PAYMENT_DELETED", "PAYMENT_RECEIVED"]


def test_somebody_in_the_panel_gives_half_back(told: Told) -> None:
    told.sandbox.board.set(Faults(refunded_in_panel=1))
    charge_id = a_charge(told.sandbox, value=Decimal("20.01"))
    row = told.sandbox.pay(charge_id)

    assert row["status"] == "RECEIVED"
    assert [refund["value"] for refund in row["refunds"]] == [Decimal("10.00")]
    assert told.events[-1] == "PAYMENT_PARTIALLY_REFUNDED"


@pytest.mark.parametrize(
    ("faults", "names", "status", "outcome"),
    [
        (Faults(chargeback_lost=1), ["REFUNDED"], "REFUNDED", "DISPUTE_LOST"),
        (
            Faults(chargeback_won=1),
            ["CHARGEBACK_DISPUTE", "AWAITING_CHARGEBACK_REVERSAL", "CONFIRMED"],
            "CONFIRMED",
            "REVERSED",
        ),
    ],
)
def test_a_chargeback_is_lost_or_won(
    told: Told, faults: Faults, names: list[str], status: str, outcome: str
) -> None:
    told.sandbox.board.set(faults)
    charge_id = a_card(told.sandbox)
    row = told.sandbox.pay(charge_id)

    expected = ["CREATED", "CONFIRMED", "CHARGEBACK_REQUESTED", *names]
    assert told.events == [f"PAYMENT_{name}" for name in expected]
    assert row["status"] == status
    assert told.sandbox.chargeback(charge_id)["status"] == outcome


def test_a_card_that_is_looked_at_is_approved_or_not(told: Told) -> None:
    charge_id = a_card(told.sandbox)
    told.sandbox.review(charge_id)
    told.sandbox.reprove(charge_id)
    told.sandbox.review(charge_id)
    told.sandbox.pay(charge_id)

    names = ["AWAITING_RISK_ANALYSIS", "REPROVED_BY_RISK_ANALYSIS", "AWAITING_RISK_ANALYSIS"]
    names += ["APPROVED_BY_RISK_ANALYSIS", "CONFIRMED"]
    assert told.events[1:] == [f"PAYMENT_{name}" for name in names]


def test_a_boletos_refund_waits_for_its_payer_and_may_be_denied(told: Told) -> None:
    charge_id = a_charge(told.sandbox, billingType="BOLETO")
    told.sandbox.pay(charge_id)
    told.sandbox.refund_boleto(charge_id)
    waiting = told.sandbox.charge(charge_id)["status"]
    told.sandbox.board.set(Faults(refund_denied=1))
    told.sandbox.refuse(charge_id)
    told.sandbox.refund_boleto(charge_id)

    row = told.sandbox.charge(charge_id)
    assert (waiting, row["status"]) == ("REFUND_REQUESTED", "CONFIRMED")
    assert [refund["status"] for refund in row["refunds"]] == ["CANCELLED", "CANCELLED"]
    assert told.events[-2:] == ["PAYMENT_REFUND_DENIED"] * 2


def test_cash_is_a_status_and_can_be_taken_back(told: Told) -> None:
    charge_id = a_charge(told.sandbox, billingType="BOLETO")
    row = told.sandbox.receive_in_cash(charge_id, {"value": 20, "paymentDate": "2027-03-10"})
    told.sandbox.undo_received_in_cash(charge_id)

    assert (row["status"], row["billingType"]) == ("RECEIVED_IN_CASH", "BOLETO")
    assert told.sandbox.charge(charge_id)["status"] == "PENDING"
    assert told.events[1:] == ["PAYMENT_RECEIVED", "PAYMENT_RECEIVED_IN_CASH_UNDONE"]


def test_a_paid_charge_is_neither_changed_nor_deleted_nor_let_lapse(sandbox: Sandbox) -> None:
    charge_id = a_charge(sandbox)
    sandbox.pay(charge_id)

    for turn in (sandbox.delete, sandbox.overdue, sandbox.pay, sandbox.review, sandbox.restore):
        with pytest.raises(Refusal):
            turn(charge_id)
    with pytest.raises(Refusal):
        sandbox.update(charge_id, {"value": 30})


@pytest.mark.parametrize(
    ("act", "status"),
    [("overdue", "OVERDUE"), ("review", "AWAITING_RISK_ANALYSIS"), ("pay", "CONFIRMED")],
)
def test_the_panel_turns_a_charge(
    sandbox: Sandbox, client: httpx.Client, act: str, status: str
) -> None:
    charge_id = a_card(sandbox)

    assert client.post(f"/sandbox/{act}/{charge_id}").json()["status"] == status


def test_the_panel_disputes_and_gives_back(sandbox: Sandbox, client: httpx.Client) -> None:
    charge_id = a_card(sandbox)
    statuses = [
        client.post(f"/sandbox/{act}/{charge_id}").json()["status"]
        for act in ("pay", "settle", "refund", "dispute", "contest", "lose")
    ]

    assert statuses == [
        *("CONFIRMED", "RECEIVED", "RECEIVED"),
        *("CHARGEBACK_REQUESTED", "CHARGEBACK_DISPUTE", "REFUNDED"),
    ]


def test_the_panel_releases_and_refuses_what_is_stuck(
    sandbox: Sandbox, client: httpx.Client
) -> None:
    charge_id = a_charge(sandbox)
    sandbox.pay(charge_id)
    sandbox.board.set(Faults(refund_stuck=2))
    sandbox.refund(charge_id, {})
    refused = client.post(f"/sandbox/refuse/{charge_id}").json()
    sandbox.refund(charge_id, {"value": 5})
    released = client.post(f"/sandbox/release/{charge_id}").json()

    assert (refused["status"], released["status"]) == ("RECEIVED", "RECEIVED")
    assert [refund["status"] for refund in released["refunds"]] == ["CANCELLED", "DONE"]
    assert client.post(f"/sandbox/release/{charge_id}").status_code == 400


def test_what_is_overdue_goes_to_a_collector_who_brings_its_money(told: Told) -> None:
    charge = a_charge(told.sandbox, billingType="BOLETO")
    with pytest.raises(Refusal):
        told.sandbox.dun(charge)  # it is not overdue yet
    told.sandbox.overdue(charge)
    told.sandbox.dun(charge)
    with pytest.raises(Refusal):
        told.sandbox.delete(charge)
    recovered = told.sandbox.recover(charge)

    assert told.events == [
        "PAYMENT_CREATED",
        "PAYMENT_OVERDUE",
        "PAYMENT_DUNNING_REQUESTED",
        "PAYMENT_DUNNING_RECEIVED",
    ]
    assert (recovered["status"], recovered["paymentDate"]) == (
        "DUNNING_RECEIVED",
        recovered["creditDate"],
    )


def test_an_event_can_be_told_that_changes_nothing(told: Told) -> None:
    charge = a_charge(told.sandbox)
    before = told.sandbox.charge(charge)

    told.sandbox.mention(charge, {"event": "PAYMENT_SPLIT_DONE"})

    assert told.events == ["PAYMENT_CREATED", "PAYMENT_SPLIT_DONE"]
    assert told.sandbox.charge(charge) == before
    for event in ("", "payment", 7, None):
        with pytest.raises(Refusal):
            told.sandbox.mention(charge, {"event": event})
