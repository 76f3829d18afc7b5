"""The pictures of docs/states.md show the steps of the code: all of them, and no others."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import TypeVar

import pytest

from boxoffice.events.models import EventState
from boxoffice.events.rules import STEPS as EVENT_STEPS
from boxoffice.money import Money
from boxoffice.orders.models import OrderState
from boxoffice.orders.rules import STEPS as ORDER_STEPS
from boxoffice.payments.models import PaymentState
from boxoffice.payments.provider import Charge, ChargeState, GivenBack, GivenBackState
from boxoffice.payments.rules import Act, decide
from boxoffice.tickets.models import TicketState

PAGE = (Path(__file__).parents[2] / "docs" / "states.md").read_text(encoding="utf-8")
PICTURE = re.compile(
    r"^## (\w+)\n\n```mermaid\nstateDiagram-v2\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
STEP = re.compile(r"    (\w+|\[\*\]) --> (\w+|\[\*\])(?:: (\S.*))?")
OUTSIDE = "[*]"

Step = tuple[str, str]
State = TypeVar("State", bound=StrEnum)


@dataclass(frozen=True)
class Picture:
    """The arrows of one picture, with their causes; where it begins and where it ends."""

    causes: Mapping[Step, str]
    begins: frozenset[str]
    ends: frozenset[str]


def picture_of(name: str, page: str = PAGE) -> Picture:
    """Read one picture of the page; a line that is no arrow, or one drawn twice, is an error."""
    lines = dict(PICTURE.findall(page))[name].splitlines()
    arrows = [STEP.fullmatch(line) for line in lines]
    assert all(arrows), f"each line of {name} is an arrow"
    found = [(arrow[1], arrow[2], arrow[3] or "") for arrow in arrows if arrow]
    assert len({arrow[:2] for arrow in found}) == len(found), f"an arrow of {name} stands twice"
    return Picture(
        {(a, b): why for a, b, why in found if OUTSIDE not in {a, b}},
        frozenset(b for a, b, _ in found if a == OUTSIDE),
        frozenset(a for a, b, _ in found if b == OUTSIDE),
    )


def steps_of(table: Mapping[State, frozenset[State]]) -> set[Step]:
    return {(str(before), str(after)) for before, those in table.items() for after in those}


def payment_steps() -> set[Step]:
    """Return every step that the decision takes, and the gateway's definite no."""
    steps = {(str(PaymentState.OPENING), str(PaymentState.FAILED))}
    for before in PaymentState:
        for told in ChargeState:
            back = GivenBack(Money(500), GivenBackState.DONE, "", "", "")
            for was_disputed, is_in_cash, refunds in product(
                [False, True], [False, True], [(), (back,)]
            ):
                charge = Charge("pay_1", None, told, Money(500), Money(500), None, None, None, {})
                charge = replace(charge, was_disputed=was_disputed, refunds=refunds)
                after = decide(before, 500, charge, is_in_cash=is_in_cash)
                if after.payment is not before:
                    steps.add((str(before), str(after.payment)))
                if Act.REOPEN in after.acts:
                    steps.add((str(before), str(PaymentState.WAITING)))
    return steps


def test_the_picture_of_orders_shows_the_steps_of_the_rules() -> None:
    picture = picture_of("Orders")

    assert set(picture.causes) == steps_of(ORDER_STEPS)
    assert picture.begins == {OrderState.PLACED}
    assert picture.ends == {state for state, after in ORDER_STEPS.items() if not after}


def test_the_picture_of_events_shows_the_steps_of_the_rules() -> None:
    picture = picture_of("Events")

    assert set(picture.causes) == steps_of(EVENT_STEPS)
    assert picture.begins == {EventState.DRAFT}
    assert picture.ends == {state for state, after in EVENT_STEPS.items() if not after}


def test_the_picture_of_payments_shows_the_steps_of_the_decision() -> None:
    picture = picture_of("Payments")

    assert set(picture.causes) == payment_steps()
    assert picture.begins == {PaymentState.OPENING, PaymentState.SETTLED, PaymentState.CLOSED}
    assert picture.ends == {PaymentState.REFUNDED, PaymentState.CHARGED_BACK}


@pytest.mark.parametrize(
    ("name", "states"),
    [
        ("Orders", OrderState),
        ("Tickets", TicketState),
        ("Payments", PaymentState),
        ("Events", EventState),
    ],
)
def test_every_state_is_drawn_and_every_step_has_a_cause(name: str, states: type[StrEnum]) -> None:
    picture = picture_of(name)

    assert {state for step in picture.causes for state in step} == set(states)
    assert all(picture.causes.values())


@pytest.mark.parametrize(
    ("line", "other"),
    [
        ("    paid --> refunded: a person refunds all of it, here or at the gateway\n", ""),
        (
            "    charged_back --> needs_review: other money came\n",
            "    refunded --> paid: a miracle\n",
        ),
    ],
)
def test_a_picture_that_differs_is_noticed(line: str, other: str) -> None:
    picture = picture_of("Orders", PAGE.replace(line, other, 1))

    assert set(picture.causes) != steps_of(ORDER_STEPS)


@pytest.mark.parametrize(
    "other", ["    paid -> refunded: a typo\n", "    placed --> paid: a second time\n"]
)
def test_a_line_that_cannot_be_read_is_noticed(other: str) -> None:
    line = "    charged_back --> needs_review: other money came\n"

    with pytest.raises(AssertionError, match="arrow"):
        picture_of("Orders", PAGE.replace(line, other, 1))
