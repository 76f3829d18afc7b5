"""Changing an order that stands: who comes, where the tickets are sent, what the door must know."""

from uuid import UUID

import pytest

from boxoffice.audit.models import AuditEntry
from boxoffice.errors import Forbidden, NotFound, WrongState
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import cancel
from boxoffice.orders.change import Changed, note, reissue_ticket, resend, transfer
from boxoffice.orders.models import Order
from boxoffice.orders.queries import find_orders
from boxoffice.orders.tickets import ticket_details, ticket_named
from boxoffice.outbox.jobs import DeliverTickets
from boxoffice.outbox.models import Job
from boxoffice.people import Person
from boxoffice.tickets.block import block
from boxoffice.tickets.models import RevokedCode, Ticket
from tests.making import (
    DOOR,
    LOTE,
    RITA,
    a_sale,
    an_event,
    an_order,
    codes_of,
    counts,
    rows,
    shown_at,
    the_order,
)

BIA = Person("Bia Reis", "bia@example.com", "52998224725")
NOBODY = Person(name="")


def transferred(office: BoxOffice, ticket_id: UUID, to: Person = BIA) -> Changed:
    with office.writing() as session:
        return transfer(session, office.actor, ticket_id, to, office.ticket_key, now=office.now())


def sent_again(office: BoxOffice, order_id: UUID, to: str | None = None) -> str:
    with office.writing() as session:
        return resend(session, office.actor, order_id, to=to, now=office.now()).to


def noted(office: BoxOffice, order_id: UUID, text: str, *, at_door: bool = False) -> int:
    with office.writing() as session:
        return note(session, office.actor, order_id, text, at_door=at_door, now=office.now())


def found_by(office: BoxOffice, text: str) -> list[str]:
    with office.reading() as session:
        return [line.code for line in find_orders(session, text, limit=10)]


def copies(office: BoxOffice) -> list[int]:
    """Return which copies of the tickets were promised by mail."""
    mails = [job for job in rows(office, Job) if job.kind == DeliverTickets.kind]
    return sorted(job.args["copy"] for job in mails)


def test_a_transferred_ticket_lets_the_new_holder_in_and_not_the_old_code(
    office: BoxOffice,
) -> None:
    an_event(office)
    sale = a_sale(office, (LOTE, 2))
    old = codes_of(sale)[0]

    done = transferred(office, sale.tickets[0].id)

    assert done == Changed(1, DeliverTickets(sale.id, copy=1))
    assert shown_at(office, old).verdict == "revoked"
    admitted = shown_at(office, codes_of(the_order(office, sale.code))[0])
    assert admitted.verdict == "ok"
    assert admitted.ticket is not None
    assert admitted.ticket.holder_name == "Bia Reis"


def test_nothing_personal_of_the_holder_before_stays_on_the_ticket(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)

    transferred(office, sale.tickets[0].id, Person("Bia Reis"))

    (ticket,) = rows(office, Ticket)
    assert (ticket.holder_name, ticket.holder_email, ticket.holder_document) == ("Bia Reis", "", "")
    assert the_order(office, sale.code).buyer == RITA


def test_an_order_is_found_by_the_holder_of_now_and_no_longer_by_the_one_before(
    office: BoxOffice,
) -> None:
    an_event(office)
    sale = a_sale(office)
    transferred(office, sale.tickets[0].id)
    transferred(office, sale.tickets[0].id, Person("Caio Prado"))

    assert found_by(office, "caio") == [sale.code]
    assert found_by(office, "bia") == []
    assert found_by(office, "rita nog") == [sale.code]


def test_each_transfer_promises_a_mail_of_its_own(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)

    transferred(office, sale.tickets[0].id)
    transferred(office, sale.tickets[0].id, RITA)

    assert copies(office) == [0, 1, 2]


def test_without_an_address_no_mail_is_promised(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, buyer=NOBODY)

    assert transferred(office, sale.tickets[0].id).mail is None
    assert copies(office) == []


def test_a_held_ticket_is_renamed_and_has_no_code_to_revoke(office: BoxOffice) -> None:
    an_event(office)
    order = an_order(office)

    done = transferred(office, the_order(office, order.code).tickets[0].id)

    assert done == Changed(generation=0, mail=None)
    assert the_order(office, order.code).tickets[0].holder_name == "Bia Reis"
    assert rows(office, RevokedCode) == []


def test_a_dead_or_blocked_ticket_is_not_transferred(office: BoxOffice) -> None:
    an_event(office)
    dead, blocked = a_sale(office), a_sale(office)
    with office.writing() as session:
        cancel(session, office.actor, dead.id, reason="", now=office.now())
        block(session, office.actor, blocked.tickets[0].id, reason="", now=office.now())
    before = counts(office)

    with pytest.raises(WrongState, match="is void"):
        transferred(office, dead.tickets[0].id)
    with pytest.raises(WrongState, match="is blocked"):
        transferred(office, blocked.tickets[0].id)

    assert counts(office) == before
    assert the_order(office, blocked.code).tickets[0].holder_name == RITA.name


def test_a_lost_ticket_is_re_issued_and_mailed(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)
    with office.writing() as session:
        done = reissue_ticket(
            session,
            office.actor,
            sale.tickets[0].id,
            office.ticket_key,
            reason="lost",
            now=office.now(),
        )

    assert done == Changed(1, DeliverTickets(sale.id, copy=1))
    assert the_order(office, sale.code).tickets[0].holder_name == RITA.name


def test_tickets_are_sent_again_as_often_as_somebody_asks(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)

    assert [sent_again(office, sale.id) for _ in range(2)] == [RITA.email] * 2
    assert copies(office) == [0, 1, 2]


def test_a_corrected_address_stays_and_finds_the_order(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)

    assert sent_again(office, sale.id, "rita.n@example.com") == "rita.n@example.com"

    assert the_order(office, sale.code).buyer.email == "rita.n@example.com"
    assert [ticket.holder_email for ticket in rows(office, Ticket)] == ["rita.n@example.com"]
    assert found_by(office, "rita.n@example.com") == [sale.code]
    assert found_by(office, "rita@example.com") == []


def test_an_order_sold_without_an_address_gets_its_first_mail(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, buyer=NOBODY)
    with pytest.raises(WrongState, match="no e-mail"):
        sent_again(office, sale.id)

    sent_again(office, sale.id, "new@example.com")

    assert copies(office) == [1]


def test_an_unpaid_order_has_no_tickets_to_send(office: BoxOffice) -> None:
    an_event(office)
    order = an_order(office)

    with pytest.raises(WrongState):
        sent_again(office, order.id, "new@example.com")

    assert the_order(office, order.code).buyer == RITA


def test_a_note_for_the_door_is_confirmed_before_its_tickets_admit(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, (LOTE, 2))

    assert noted(office, sale.id, "gate B", at_door=True) == 2

    asked = shown_at(office, codes_of(sale)[0])
    assert (asked.verdict, asked.message) == ("needs_confirmation", "read the note first: gate B")
    assert shown_at(office, codes_of(sale)[0], confirms=True).verdict == "ok"
    noted(office, sale.id, "", at_door=True)
    assert shown_at(office, codes_of(sale)[1]).verdict == "ok"


def test_a_note_for_us_is_not_shown_at_the_door_nor_told_to_the_audit(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)

    noted(office, sale.id, "ask for Bia")
    noted(office, sale.id, "ask for Caio")

    (order,) = rows(office, Order)
    assert order.note == "ask for Caio"
    assert shown_at(office, codes_of(sale)[0]).verdict == "ok"
    assert "Caio" not in str([entry.facts for entry in rows(office, AuditEntry)])


def test_who_may_not_sell_changes_nothing(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)
    before, office.actor = counts(office), DOOR

    for act in (
        lambda: transferred(office, sale.tickets[0].id),
        lambda: sent_again(office, sale.id),
        lambda: noted(office, sale.id, "gate B"),
    ):
        with pytest.raises(Forbidden):
            act()

    assert counts(office) == before


def test_a_ticket_answers_to_its_name_its_code_and_the_code_it_had(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, (LOTE, 2))
    ticket, old = sale.tickets[1], codes_of(sale)[1]
    transferred(office, ticket.id)
    new = codes_of(the_order(office, sale.code))[1]

    with office.reading() as session:
        found = [ticket_named(session, text) for text in (ticket.short_code.lower(), old, new)]
        details = ticket_details(session, old, office.ticket_key)

    assert [(order.code, row.id) for order, row in found] == [(sale.code, ticket.id)] * 3
    assert (details.code, details.generation, details.holder) == (new, 1, BIA)


@pytest.mark.parametrize("text", ["K7QX2M-1", "", "\0-1", "AAAQEAYEAUDAOCAJ3T3L", "x" * 600])
def test_what_names_no_ticket_is_not_found_and_no_code_is_repeated(
    office: BoxOffice, text: str
) -> None:
    an_event(office)

    with office.reading() as session, pytest.raises(NotFound) as refusal:
        ticket_named(session, text)

    assert "AAAQ" not in refusal.value.message
