"""The money from three sides: each side is what its own rows come to."""

from dataclasses import replace

from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import SendRefund
from boxoffice.payments.provider import ChargeState
from boxoffice.reports.three_way import ThreeWay, three_way
from boxoffice.staff.rules import Actor, Role
from boxoffice.till.open_shift import open_shift
from tests.making import LOTE, a_sale
from tests.payments.charged import Charged
from tests.payments.refunding import refunded
from tests.payments.truth import Truth
from tests.tasks.working import ran


def sides(office: BoxOffice) -> ThreeWay:
    with office.reading() as session:
        (found,) = three_way(session)
    return found


def test_each_side_counts_its_own_and_takes_off_what_went_back(office: BoxOffice) -> None:
    truth = Truth()
    office.provider = truth
    pix = Charged(office, truth)
    truth.change(pix.charge_id, net=Money(19_801))
    pix.is_paid()
    ran(office, SendRefund(refunded(office, pix.order.id, amount=5_000, proof="").refund_ids[0]))
    office.actor = Actor("clara", Role.ADMIN)
    with office.writing() as session:
        open_shift(session, office.actor, start=Money(0), now=office.now())
    a_sale(office, (LOTE, 1))

    assert sides(office) == ThreeWay("BRL", 30_000, 15_000, 19_801, 0, 10_000, 10_000, 0, 0)


def test_money_marked_outside_and_strays_stand_beside_the_balance(office: BoxOffice) -> None:
    truth = Truth()
    office.provider = truth
    marked = Charged(office, truth)
    truth.change(marked.charge_id, state=ChargeState.IN_CASH, paid=Money(20_000))
    marked.told()
    stray = replace(truth.add("pay_x", "shop-7", Money(700)), paid=Money(700))
    truth.charges["pay_x"] = replace(stray, state=ChargeState.SETTLED)
    marked.told("pay_x")

    found = sides(office)
    assert (found.orders, found.gateway, found.marked, found.strays) == (20_000, 0, 20_000, 700)
