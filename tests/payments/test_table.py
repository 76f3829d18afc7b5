"""The decision table of the gateway, row by row (docs/decisions/0011-one-decision-on-money.md)."""

from dataclasses import dataclass, replace

import pytest

from boxoffice.money import Money
from boxoffice.payments.models import PaymentState
from boxoffice.payments.provider import Charge, ChargeState, GivenBack, GivenBackState
from boxoffice.payments.rules import Act, decide

PART = GivenBack(Money(4_000), GivenBackState.DONE, "", "", "2027-03-15 10:22:31")
ALL = replace(PART, amount=Money(10_000))


@dataclass(frozen=True)
class Row:
    """One row of the table: what was, what is told, and what becomes of it."""

    name: str
    before: str
    told: str
    after: str
    acts: str = ""
    paid: int = 10_000
    asked: int = 10_000
    refunds: tuple[GivenBack, ...] = ()
    was_disputed: bool = False
    is_in_cash: bool = False

    @property
    def charge(self) -> Charge:
        """The charge as the gateway tells it."""
        told = ChargeState(self.told)
        return replace(
            Charge("pay_1", None, told, Money(self.asked), Money(self.paid), None, None, None, {}),
            refunds=self.refunds,
            was_disputed=self.was_disputed,
        )


TABLE = [
    Row("1 created", "opening", "waiting", "waiting", paid=0),
    Row("1 a card that is created paid", "opening", "paid", "paid", "confirm"),
    Row("2 updated", "waiting", "waiting", "waiting", paid=0, asked=12_000),
    Row("3 a card under review", "waiting", "reviewing", "waiting", paid=0),
    Row("4 a card refused", "waiting", "waiting", "waiting", paid=0),
    Row("5 a card confirmed", "waiting", "paid", "paid", "confirm"),
    Row("6 a boleto confirmed", "waiting", "paid", "paid", "confirm"),
    Row("6 a boleto received first", "waiting", "settled", "settled", "confirm"),
    Row("7 PIX received", "waiting", "settled", "settled", "confirm"),
    Row("8 PIX confirmed", "waiting", "paid", "paid", "confirm"),
    Row("9 received after confirmed", "paid", "settled", "settled"),
    Row("10 confirmed after received", "settled", "paid", "settled"),
    Row("10 overdue after paid", "settled", "waiting", "settled", paid=0),
    Row("11 received in cash", "waiting", "in_cash", "paid", "confirm"),
    Row("12 cash undone", "paid", "waiting", "waiting", "undo", paid=0, is_in_cash=True),
    Row("13 overdue", "waiting", "waiting", "waiting", paid=0),
    Row("14 our clock ran out", "waiting", "closed", "closed", paid=0),
    Row("15 late money", "closed", "settled", "settled", "confirm"),
    Row("16 money on a deleted charge", "closed", "paid", "paid", "confirm"),
    Row("17 less than asked", "waiting", "paid", "paid", "review", paid=9_000, asked=9_000),
    Row("18 interest", "waiting", "paid", "paid", "confirm", paid=10_250),
    Row("19 the charge was made bigger", "waiting", "paid", "paid", "confirm", 12_000, 12_000),
    Row("20 a plan of which parts are open", "waiting", "waiting", "waiting", paid=5_000),
    Row("21 deleted", "waiting", "closed", "closed", paid=0),
    Row("22 an old attempt is deleted", "failed", "closed", "failed", paid=0),
    Row("23 deleted, they say, but it is paid", "closed", "settled", "settled", "confirm"),
    Row("24 restored", "closed", "waiting", "closed", "reopen", paid=0),
    Row("25 refund asked for", "paid", "refunding", "refunding", "refund"),
    Row("26 refunded", "settled", "refunded", "refunded", "refund", refunds=(ALL,)),
    Row("26 refunded at once", "waiting", "refunded", "refunded", "confirm refund"),
    Row("27 refunded in part", "settled", "settled", "settled", "refund", refunds=(PART,)),
    Row("28 refund denied", "refunding", "settled", "settled", "refund"),
    Row("29 disputed", "settled", "disputed", "disputed", "dispute", was_disputed=True),
    Row("29 disputed at once", "waiting", "disputed", "disputed", "confirm dispute"),
    Row("30 documents sent", "disputed", "disputed", "disputed", was_disputed=True),
    Row("31 won, not paid yet", "disputed", "dispute_won", "disputed", was_disputed=True),
    Row("32 won, confirmed", "disputed", "paid", "paid", "win", was_disputed=True),
    Row("32 won, received", "disputed", "settled", "settled", "win", was_disputed=True),
    Row("33 lost", "disputed", "refunded", "charged_back", "charge_back", was_disputed=True),
    Row("33 lost, its letters too", "paid", "refunded", "charged_back", "charge_back",
        was_disputed=True),
    Row("33 refunded by us after a won dispute", "settled", "refunded", "refunded", "refund",
        refunds=(ALL,), was_disputed=True),
    Row("37 an unknown event about a known charge", "waiting", "settled", "settled", "confirm"),
    Row("37 a status nobody knows", "waiting", "other", "waiting", paid=0),
    Row("38 dunning, views, splits", "settled", "settled", "settled"),
    Row("39 dunning received", "closed", "settled", "settled", "confirm"),
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_each_row_of_the_table_is_decided_as_it_says(row: Row) -> None:
    decision = decide(PaymentState(row.before), 10_000, row.charge, is_in_cash=row.is_in_cash)

    assert (decision.payment, " ".join(decision.acts)) == (PaymentState(row.after), row.acts)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_each_row_told_twice_only_looks_at_its_refunds_again(row: Row) -> None:
    first = decide(PaymentState(row.before), 10_000, row.charge, is_in_cash=row.is_in_cash)
    again = decide(first.payment, 10_000, row.charge)

    assert again.payment is first.payment
    assert set(again.acts) <= {Act.REFUND, Act.REOPEN}
