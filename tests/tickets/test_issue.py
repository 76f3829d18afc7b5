"""Issuing: codes are made from the key again and again, and never stored."""

from datetime import timedelta

import pytest

from boxoffice.db import Database
from boxoffice.errors import Misconfigured
from boxoffice.events.models import CodeScheme
from boxoffice.office import BoxOffice
from boxoffice.orders.queries import order_view
from boxoffice.tickets.code import TicketKey
from boxoffice.tickets.issue import issue
from boxoffice.tickets.models import PublicKey, Ticket, TicketState
from tests.making import (
    LOTE,
    NOON,
    a_plan,
    a_sale,
    an_event,
    an_order,
    applied,
    codes_of,
    counts,
    rows,
    the_order,
)


@pytest.mark.parametrize(("scheme", "length"), [("short", 20), ("signed", 138)])
def test_the_code_is_the_keys_and_the_events_scheme(
    office: BoxOffice, scheme: str, length: int
) -> None:
    an_event(office, code_scheme=scheme)
    sale = a_sale(office, (LOTE, 2))

    make = office.ticket_key.short if scheme == "short" else office.ticket_key.signed

    assert codes_of(sale) == [make(ticket.id, 0) for ticket in sale.tickets]
    assert {len(code) for code in codes_of(sale)} == {length}


def test_the_same_code_is_made_whenever_it_is_asked_for(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, (LOTE, 2))

    assert the_order(office, sale.code) == the_order(office, sale.code) == sale


@pytest.mark.parametrize(("before", "after"), [("short", "signed"), ("signed", "short")])
def test_a_ticket_keeps_its_code_when_the_events_scheme_changes(
    office: BoxOffice, before: str, after: str
) -> None:
    an_event(office, code_scheme=before)
    sale = a_sale(office)

    applied(office, a_plan(code_scheme=after))

    assert codes_of(the_order(office, sale.code)) == codes_of(sale)
    assert len(codes_of(a_sale(office))[0]) != len(codes_of(sale)[0])


def test_no_code_is_anywhere_in_the_database(office: BoxOffice) -> None:
    an_event(office)
    codes = codes_of(a_sale(office, (LOTE, 2)))

    kept = everything_in(office.database)

    assert codes[0].encode() not in kept
    assert codes[0][:16].encode() not in kept
    assert rows(office, Ticket)[0].code_digest is not None


def everything_in(database: Database) -> bytes:
    inspected = []
    with database.reading() as session:
        connection = session.connection()
        for (name,) in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            if database.is_sqlite
            else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).all():
            inspected.append(repr(connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()))  # noqa: S608  (the catalogue's names)
    return "".join(inspected).encode()


def test_another_machines_key_says_so_instead_of_making_a_wrong_code(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)

    with office.reading() as session, pytest.raises(Misconfigured) as caught:
        order_view(session, sale.code, TicketKey(bytes(32)))

    assert caught.value.case == "key.mismatch"


def test_issuing_twice_is_issuing_once(office: BoxOffice) -> None:
    an_event(office)
    order = an_order(office, (LOTE, 2))
    issued = []
    for _ in range(2):
        with office.writing() as session:
            issued.append(
                issue(session, order.id, CodeScheme.SHORT, office.ticket_key, now=office.now())
            )
    before = counts(office)

    assert issued == [2, 0]
    assert {ticket.state for ticket in rows(office, Ticket)} == {TicketState.VALID}
    assert counts(office) == before


def test_the_public_half_of_the_key_is_kept_once(office: BoxOffice) -> None:
    an_event(office)
    a_sale(office)
    a_sale(office)

    (kept,) = rows(office, PublicKey)

    assert (kept.key_id, kept.public_key) == (
        office.ticket_key.key_id,
        office.ticket_key.public_key,
    )
    assert kept.created_at - NOON == timedelta(0)
