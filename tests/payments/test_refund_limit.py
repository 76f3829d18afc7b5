"""Whom a second person must help to give money back: above a limit, or out of no drawer."""

from uuid import UUID

import pytest

from boxoffice.audit.models import AuditEntry
from boxoffice.errors import Forbidden, Refused
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.payments.collect import Till
from boxoffice.payments.exchange import exchange
from boxoffice.payments.models import Refund
from boxoffice.payments.refund import RefundRequest, refund
from boxoffice.reports.story import explain
from boxoffice.staff.change import change_refund_limit
from boxoffice.staff.rules import Actor, Role
from boxoffice.tickets.models import Ticket
from boxoffice.till.open_shift import open_shift
from tests.making import LOTE, a_plan, a_sale, a_tier, an_event, applied, rows
from tests.payments.refunding import paid_by_pix
from tests.staff.people import ROOT, added

CLERK = Actor("bia", Role.BOX_OFFICE)
LEAD = Actor("lia", Role.MANAGER)


@pytest.fixture
def counter(office: BoxOffice) -> BoxOffice:
    """An office with a clerk at an open drawer, and a manager."""
    an_event(office)
    added(office, "rita", Role.ADMIN)
    added(office, CLERK.name, CLERK.role)
    added(office, LEAD.name, LEAD.role)
    with office.writing() as session:
        open_shift(session, CLERK, start=Money(1_000_000), now=office.now())
    return office


def back(
    office: BoxOffice, order_id: UUID, minor: int, actor: Actor = CLERK, by: Actor | None = None
) -> Money:
    """Give so much of an order back."""
    request = RefundRequest(amount=Money(minor), proof="cash")
    with office.writing() as session:
        done = refund(session, actor, order_id, request, now=office.now(), approved_by=by)
    return done.amount


def swapped(office: BoxOffice, ticket_id: UUID, by: Actor | None = None) -> None:
    """Swap a ticket to a cheaper tier, as the clerk."""
    with office.writing() as session:
        exchange(
            session, CLERK, ticket_id, "Lote 0", Till(office.ticket_key),
            keeps_difference=False, even_if_closed=False, proof="", now=office.now(),
            approved_by=by,
        )  # fmt: skip


def limited(office: BoxOffice, name: str, minor: int | None) -> None:
    with office.writing() as session:
        change_refund_limit(session, ROOT, name, minor, now=office.now())


def test_a_clerk_gives_back_up_to_the_limit_of_one_order(counter: BoxOffice) -> None:
    sale = a_sale(counter, (LOTE, 6))

    assert back(counter, sale.id, 30_000) == Money(30_000)
    assert back(counter, sale.id, 20_000) == Money(20_000)

    with pytest.raises(Refused) as caught:
        back(counter, sale.id, 1)
    assert (caught.value.case, caught.value.exit_code) == ("refund.over_limit", 5)
    assert f"boxoffice order refund {sale.code} --supervisor" in (caught.value.hint or "")
    assert len(rows(counter, Refund)) == 2


def test_a_second_person_approves_what_is_above_and_the_audit_names_both(
    counter: BoxOffice,
) -> None:
    sale = a_sale(counter, (LOTE, 6))

    assert back(counter, sale.id, 60_000, by=LEAD) == Money(60_000)

    (entry,) = [one for one in rows(counter, AuditEntry) if one.verb == "order.refund"]
    assert (entry.actor, entry.facts["approved_by"]) == (CLERK.name, LEAD.name)


@pytest.mark.parametrize(
    ("by", "case"),
    [(CLERK, "forbidden"), (Actor("dora", Role.DOOR_LEAD), "forbidden")],
    ids=["another clerk", "a door lead"],
)
def test_who_may_not_give_it_back_does_not_approve_it(
    counter: BoxOffice, by: Actor, case: str
) -> None:
    sale = a_sale(counter, (LOTE, 6))

    with pytest.raises(Forbidden) as caught:
        back(counter, sale.id, 60_000, by=by)

    assert caught.value.case == case
    assert rows(counter, Refund) == []


def test_nobody_approves_their_own(counter: BoxOffice) -> None:
    sale = a_sale(counter, (LOTE, 6))
    limited(counter, LEAD.name, 10_000)

    with pytest.raises(Forbidden) as caught:
        back(counter, sale.id, 20_000, actor=LEAD, by=LEAD)

    assert caught.value.case == "approval.self"


def test_a_person_has_a_limit_of_their_own(counter: BoxOffice) -> None:
    sale = a_sale(counter, (LOTE, 6))
    limited(counter, CLERK.name, 5_000)
    limited(counter, LEAD.name, 10_000)

    for actor, by, minor in ((CLERK, None, 5_001), (LEAD, None, 10_001), (CLERK, LEAD, 10_001)):
        with pytest.raises(Refused, match="at most"):
            back(counter, sale.id, minor, actor=actor, by=by)

    limited(counter, CLERK.name, None)
    assert back(counter, sale.id, 10_001) == Money(10_001)


def test_a_clerk_gives_back_out_of_the_drawer_alone(counter: BoxOffice) -> None:
    order = paid_by_pix(counter)

    with pytest.raises(Refused) as caught:
        back(counter, order, 1_000)

    assert caught.value.case == "refund.not_of_drawer"
    assert back(counter, order, 1_000, by=LEAD) == Money(1_000)


def test_a_clerks_swap_of_a_pix_order_gives_back_with_a_second_person(counter: BoxOffice) -> None:
    applied(counter, a_plan(a_tier(), a_tier("Lote 0", price="50,00")))
    order_id = paid_by_pix(counter)
    ticket_id = next(one.id for one in rows(counter, Ticket) if one.order_id == order_id)

    with pytest.raises(Refused) as caught:
        swapped(counter, ticket_id)
    swapped(counter, ticket_id, by=LEAD)

    assert caught.value.case == "refund.not_of_drawer"
    assert "boxoffice order swap TICKET --tier T --supervisor" in (caught.value.hint or "")
    assert [row.amount_minor for row in rows(counter, Refund)] == [5_000]
    (entry,) = [one for one in rows(counter, AuditEntry) if one.verb == "order.refund"]
    assert (entry.actor, entry.facts["approved_by"]) == (CLERK.name, LEAD.name)


def test_the_story_of_an_order_names_who_approved(counter: BoxOffice) -> None:
    sale = a_sale(counter, (LOTE, 6))

    back(counter, sale.id, 60_000, by=LEAD)

    with counter.reading() as session:
        told = explain(session, counter.actor, sale.code)
    says = "bia decided that money goes back. lia approved it."
    assert says in [sentence.says for sentence in told.sentences]
