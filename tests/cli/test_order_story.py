"""What stands in the audit of an order is told to people in words."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import boxoffice
from boxoffice.cli.order_story import told_in_words
from boxoffice.orders.models import OrderState
from boxoffice.payments.models import PaymentState, RefundState

HOUSE = Path(boxoffice.__file__).parent


def recorded_of_orders() -> Iterator[str]:
    """Yield each verb that some `record(session, actor, "verb", "order", …)` writes by name."""
    for page in HOUSE.rglob("*.py"):
        for node in ast.walk(ast.parse(page.read_text())):
            match node:
                case ast.Call(
                    func=ast.Name("record"),
                    args=[_, _, ast.Constant(str(verb)), ast.Constant("order"), *_],
                ):
                    yield verb


MOVED = (
    {f"order.{state}" for state in ("paid", "partly_refunded", "refunded", "disputed")}
    | {f"order.{OrderState.CHARGED_BACK}"}
    | {f"payment.{state}" for state in PaymentState if state is not PaymentState.OPENING}
    | {f"refund.{state}" for state in RefundState}
)

AMOUNTS = "total amount paid owed forgiven difference due cost asked by_hand".split()
NUMBERS = "ticket tickets quantity copy".split()
WORDS = "channel method before to tier fields reason why note".split()
FACTS = (
    dict.fromkeys(NUMBERS, 1)
    | dict.fromkeys(WORDS, "x")
    | {f"{amount}_minor": 1 for amount in AMOUNTS}
)


@pytest.mark.parametrize("verb", sorted(MOVED | set(recorded_of_orders())))
def test_every_verb_of_an_order_has_words(verb: str) -> None:
    told = told_in_words(verb, FACTS, "BRL")

    assert told
    assert "=" not in told


def test_a_refund_of_an_amount_speaks_of_no_ticket() -> None:
    told = told_in_words("order.refund", {"amount_minor": 5000, "tickets": [], "reason": ""}, "BRL")

    assert told == "R$ 50,00 given back: -"
