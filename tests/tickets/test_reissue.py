"""Another code for the same place: the old one is revoked, and the door knows both."""

from uuid import UUID

import pytest

from boxoffice.errors import Forbidden, WrongState
from boxoffice.events.models import CodeScheme
from boxoffice.office import BoxOffice
from boxoffice.orders.queries import OrderView
from boxoffice.staff.rules import Actor
from boxoffice.tickets.block import block, unblock
from boxoffice.tickets.models import RevokedCode, Ticket, TicketState
from boxoffice.tickets.reissue import GENERATION_MAX, reissue
from tests.audit.reading import entries
from tests.making import (
    DOOR,
    LOTE,
    a_sale,
    a_tier,
    an_event,
    an_order,
    codes_of,
    counts,
    places_left,
    rows,
    shown_at,
    the_order,
)


def reissued(
    office: BoxOffice,
    ticket_id: UUID,
    scheme: CodeScheme = CodeScheme.SHORT,
    actor: Actor | None = None,
) -> int:
    who, key, now = actor or office.actor, office.ticket_key, office.now()
    with office.writing() as session:
        return reissue(session, who, ticket_id, scheme, key, reason="lost", now=now)


def turned(office: BoxOffice, ticket_id: UUID, *, blocks: bool) -> bool:
    act = block if blocks else unblock
    with office.writing() as session:
        return act(session, office.actor, ticket_id, reason="stolen", now=office.now())


def fresh(office: BoxOffice, sale: OrderView) -> str:
    """Return the code of the first ticket as it is now."""
    return codes_of(the_order(office, sale.code))[0]


@pytest.mark.parametrize("scheme", CodeScheme)
def test_the_door_admits_the_new_code_and_says_that_the_old_one_is_revoked(
    office: BoxOffice, scheme: CodeScheme
) -> None:
    an_event(office, code_scheme=scheme.value)
    sale = a_sale(office)
    (old,) = codes_of(sale)

    assert reissued(office, sale.tickets[0].id, scheme) == 1

    new = fresh(office, sale)
    assert new != old
    assert shown_at(office, old).verdict == "revoked"
    assert shown_at(office, new).verdict == "ok"
    assert shown_at(office, old).verdict == "revoked"


def test_who_was_let_in_with_the_old_code_does_not_come_in_again_with_the_new(
    office: BoxOffice,
) -> None:
    an_event(office)
    sale = a_sale(office)
    shown_at(office, codes_of(sale)[0])

    reissued(office, sale.tickets[0].id)

    assert shown_at(office, fresh(office, sale)).verdict == "already_in"


def test_each_re_issue_revokes_the_code_before_it(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, (LOTE, 2))
    old = codes_of(sale)[0]

    generations = [reissued(office, sale.tickets[0].id) for _ in range(3)]

    assert generations == [1, 2, 3]
    assert len(rows(office, RevokedCode)) == 3
    assert shown_at(office, old).verdict == "revoked"
    assert shown_at(office, codes_of(sale)[1]).verdict == "ok"


def test_a_ticket_is_re_issued_no_more_than_its_code_can_count(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)
    with office.writing() as session:
        session.get_one(Ticket, sale.tickets[0].id).generation = GENERATION_MAX - 1
    assert reissued(office, sale.tickets[0].id) == GENERATION_MAX

    with pytest.raises(WrongState, match="255 times"):
        reissued(office, sale.tickets[0].id)

    assert len(rows(office, RevokedCode)) == 1


def test_a_held_ticket_has_no_code_to_replace(office: BoxOffice) -> None:
    an_event(office)
    order = an_order(office)

    with pytest.raises(WrongState):
        reissued(office, the_order(office, order.code).tickets[0].id)

    assert rows(office, RevokedCode) == []


def test_who_may_not_sell_re_issues_nothing(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)
    before = counts(office)

    with pytest.raises(Forbidden):
        reissued(office, sale.tickets[0].id, actor=DOOR)

    assert counts(office) == before


def test_a_blocked_ticket_is_stopped_until_it_is_unblocked(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)
    (code,) = codes_of(sale)

    answers = [turned(office, sale.tickets[0].id, blocks=True) for _ in range(2)]

    assert answers == [True, False]
    assert shown_at(office, code).verdict == "blocked"
    assert the_order(office, sale.code).tickets[0].state is TicketState.BLOCKED
    assert turned(office, sale.tickets[0].id, blocks=False)
    assert shown_at(office, code).verdict == "ok"


def test_a_blocked_ticket_keeps_its_place(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=1))
    sale = a_sale(office)

    turned(office, sale.tickets[0].id, blocks=True)

    assert places_left(office)[LOTE] == 0


@pytest.mark.parametrize("blocks", [True, False])
def test_only_a_ticket_that_was_issued_is_blocked(office: BoxOffice, *, blocks: bool) -> None:
    an_event(office)
    order = an_order(office)

    with pytest.raises(WrongState):
        turned(office, the_order(office, order.code).tickets[0].id, blocks=blocks)


def test_who_did_it_and_why_is_in_the_audit_of_the_order(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)
    reissued(office, sale.tickets[0].id)
    turned(office, sale.tickets[0].id, blocks=True)

    found = {entry.verb: entry for entry in entries(office)}

    assert found["ticket.reissue"].facts == {"ticket": 1, "generation": 1, "reason": "lost"}
    assert found["ticket.block"].facts == {"ticket": 1, "reason": "stolen"}
    assert {found[verb].subject for verb in ("ticket.reissue", "ticket.block")} == {
        f"order:{sale.id}"
    }
