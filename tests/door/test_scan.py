"""Scanning: judged once, remembered for ever, and nobody comes in twice."""

from datetime import timedelta
from typing import Any

import pytest

from boxoffice.door.models import Entry, Scan, Source
from boxoffice.door.queries import gate_at
from boxoffice.door.rules import Verdict
from boxoffice.door.scan import Shown, scan
from boxoffice.errors import Forbidden, NonceReused
from boxoffice.events.models import EventState
from boxoffice.events.publish import move
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import begin_expiry, cancel, finish_expiry
from boxoffice.orders.confirm import confirm
from boxoffice.staff.rules import SYSTEM
from boxoffice.tickets.code import TicketKey
from boxoffice.tickets.models import PublicKey, Ticket, TicketState
from tests.making import (
    AUDITOR,
    LOTE,
    NOON,
    SLUG,
    Clock,
    a_sale,
    an_event,
    an_order,
    codes_of,
    counts,
    rows,
    shown_at,
    the_order,
)

SCHEMES = pytest.mark.parametrize("scheme", ["short", "signed"])


def verdicts(office: BoxOffice) -> list[Verdict]:
    found = sorted(rows(office, Scan), key=lambda row: (row.scanned_at, row.id))
    return [row.verdict for row in found]


def a_code(office: BoxOffice, **event: Any) -> str:
    an_event(office, **event)
    return codes_of(a_sale(office))[0]


@SCHEMES
def test_a_valid_code_comes_in(office: BoxOffice, scheme: str) -> None:
    an_event(office, code_scheme=scheme)
    sale = a_sale(office)

    answer = shown_at(office, codes_of(sale)[0])

    assert (answer.verdict, answer.message, answer.hint) == (Verdict.OK, "welcome", "")
    assert answer.ticket is not None
    assert (answer.ticket.short_code, answer.ticket.holder_name, answer.ticket.tier) == (
        f"{sale.code}-1",
        "Rita Nogueira",
        LOTE,
    )
    assert answer.first is None


@SCHEMES
def test_the_second_scan_is_denied_and_remembered(
    office: BoxOffice, clock: Clock, scheme: str
) -> None:
    code = a_code(office, code_scheme=scheme)
    shown_at(office, code, gate="B")
    clock.forward(minutes=45)

    answer = shown_at(office, code, gate="A")

    assert answer.verdict is Verdict.ALREADY_IN
    assert answer.message == "already in since 12:00:00 at B, by dora (45 min ago)"
    assert answer.first is not None
    assert (answer.first.at, answer.first.gate, answer.first.by) == (NOON, "B", "dora")
    assert verdicts(office) == [Verdict.OK, Verdict.ALREADY_IN]
    assert len(rows(office, Entry)) == 1


@pytest.mark.parametrize(
    "mangle", [str.lower, lambda code: f" {code}\r\n", lambda c: c[:4] + " " + c[4:]]
)
def test_a_code_is_one_code_however_it_is_typed(office: BoxOffice, mangle: Any) -> None:
    code = a_code(office)
    shown_at(office, mangle(code))

    assert shown_at(office, code).verdict is Verdict.ALREADY_IN


def test_a_ticket_may_be_named_by_its_order_and_number(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, (LOTE, 2))

    assert shown_at(office, f"{sale.code.lower()}-2").verdict is Verdict.OK
    assert shown_at(office, codes_of(sale)[1]).verdict is Verdict.ALREADY_IN
    assert shown_at(office, f"{sale.code}-3").verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "text",
    ["", "hello", "https://pix.example.com/1", "\x1b[2J", "\x00", "\ud800", "x" * 4_096, "🎟️"],
    ids=lambda text: ascii(text[:12]),
)
def test_what_is_no_code_is_refused_and_kept_inert(office: BoxOffice, text: str) -> None:
    an_event(office)

    answer = shown_at(office, text)

    (row,) = rows(office, Scan)
    assert answer.verdict is row.verdict is Verdict.UNREADABLE
    assert row.unknown_text is not None
    assert len(row.unknown_text) <= 120
    assert not {"\x1b", "\x00"} & set(row.unknown_text)


def test_a_flipped_letter_is_unreadable_and_another_ticket_is_unknown(office: BoxOffice) -> None:
    code = a_code(office)
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    stranger = TicketKey(bytes(32)).short(rows(office, Ticket)[0].id, 0)

    assert shown_at(office, wrong).verdict is Verdict.UNREADABLE
    assert shown_at(office, stranger).verdict is Verdict.UNKNOWN


def test_a_forged_signature_is_called_so(office: BoxOffice) -> None:
    code = a_code(office, code_scheme="signed")
    ticket_id = rows(office, Ticket)[0].id
    middle = "A" if code[100] != "A" else "B"

    assert shown_at(office, code[:100] + middle + code[101:]).verdict is Verdict.BAD_SIGNATURE
    forged = TicketKey(bytes(32)).signed(ticket_id, 0)
    assert shown_at(office, forged).verdict is Verdict.BAD_SIGNATURE
    assert rows(office, Entry) == []


def test_a_genuine_code_of_a_ticket_that_was_never_issued_is_unknown(office: BoxOffice) -> None:
    an_event(office, code_scheme="signed")
    a_sale(office)
    order = the_order(office, an_order(office).code)

    early = office.ticket_key.signed(order.tickets[0].id, 0)
    later = office.ticket_key.signed(rows(office, Ticket)[0].id, 9)

    assert [shown_at(office, code).verdict for code in (early, later)] == [Verdict.UNKNOWN] * 2


def test_codes_of_an_older_key_still_come_in(office: BoxOffice) -> None:
    code = a_code(office, code_scheme="signed")
    newer = TicketKey(bytes(32))
    with office.writing() as session:
        session.add(
            PublicKey(key_id=newer.key_id, public_key=newer.public_key, created_at=office.now())
        )

    assert shown_at(office, code).verdict is Verdict.OK


def test_a_ticket_for_another_event_is_not_told_who_holds_it(office: BoxOffice) -> None:
    code = a_code(office)
    an_event(office, slug="manha")

    answer = shown_at(office, code, event="manha")

    assert (answer.verdict, answer.ticket) == (Verdict.WRONG_EVENT, None)
    assert shown_at(office, code).verdict is Verdict.OK


def test_an_order_that_is_not_paid_stays_outside(office: BoxOffice) -> None:
    an_event(office)
    order = an_order(office)

    assert shown_at(office, f"{order.code}-1").verdict is Verdict.UNPAID


@SCHEMES
def test_a_cancelled_ticket_stays_outside(office: BoxOffice, scheme: str) -> None:
    an_event(office, code_scheme=scheme)
    sale = a_sale(office)
    with office.writing() as session:
        cancel(session, office.actor, sale.id, reason="", now=office.now())

    assert shown_at(office, codes_of(sale)[0]).verdict is Verdict.CANCELLED


def test_an_expired_order_is_told_from_a_cancelled_one(office: BoxOffice, clock: Clock) -> None:
    an_event(office)
    order = an_order(office)
    clock.forward(hours=1)
    with office.writing() as session:
        begin_expiry(session, order.id, now=office.now())
        finish_expiry(session, SYSTEM, order.id, now=office.now())

    assert shown_at(office, f"{order.code}-1").verdict is Verdict.EXPIRED_ORDER


@SCHEMES
def test_a_code_that_was_replaced_is_revoked_and_the_new_one_comes_in(
    office: BoxOffice, scheme: str
) -> None:
    an_event(office, code_scheme=scheme)
    sale = a_sale(office)
    with office.writing() as session:
        cancel(session, office.actor, sale.id, reason="", now=office.now())
        confirm(session, SYSTEM, sale.id, office.ticket_key, now=office.now())
    (new_code,) = codes_of(the_order(office, sale.code))

    assert shown_at(office, codes_of(sale)[0]).verdict is Verdict.REVOKED
    assert shown_at(office, new_code).verdict is Verdict.OK


def test_a_blocked_ticket_stays_outside(office: BoxOffice) -> None:
    code = a_code(office)
    with office.writing() as session:
        ticket = session.get_one(Ticket, rows(office, Ticket)[0].id)
        ticket.state = TicketState.BLOCKED

    assert shown_at(office, code).verdict is Verdict.BLOCKED


def test_a_cancelled_event_has_no_open_door(office: BoxOffice) -> None:
    code = a_code(office)
    with office.writing() as session:
        move(session, office.actor, SLUG, EventState.CANCELLED, now=office.now())

    assert shown_at(office, code).verdict is Verdict.LIST_CLOSED


@pytest.mark.parametrize("text", ["code", "hello", "K7QX2M-1"])
def test_a_nonce_that_comes_again_is_answered_as_it_was(
    office: BoxOffice, clock: Clock, text: str
) -> None:
    code = a_code(office)
    shown = code if text == "code" else text
    first = shown_at(office, shown, nonce="n-1")
    shown_at(office, shown)
    before = counts(office)
    clock.forward(hours=3)

    again = [shown_at(office, shown, nonce="n-1", gate="Z") for _ in range(5)]

    assert again == [first] * 5
    assert counts(office) == before


def test_a_warning_that_is_asked_for_again_is_the_same_to_the_letter(
    office: BoxOffice, clock: Clock
) -> None:
    code = a_code(office)
    shown_at(office, code, gate="B")
    clock.forward(minutes=5)
    first = shown_at(office, code, nonce="n-1")
    clock.forward(minutes=5)

    assert shown_at(office, code, nonce="n-1") == first
    assert "(5 min ago)" in first.message


def test_a_nonce_for_another_ticket_or_door_is_refused_and_nobody_comes_in(
    office: BoxOffice,
) -> None:
    an_event(office, lists=[{"name": "main"}, {"name": "lounge"}])
    first, second = codes_of(a_sale(office, (LOTE, 2)))
    shown_at(office, first, nonce="n-1")
    before = counts(office)

    with pytest.raises(NonceReused):
        shown_at(office, second, nonce="n-1")
    with pytest.raises(NonceReused):
        shown_at(office, first, nonce="n-1", door="lounge")

    assert counts(office) == before
    assert shown_at(office, second).verdict is Verdict.OK


def test_who_may_not_scan_admits_nobody(office: BoxOffice) -> None:
    code = a_code(office)
    before = counts(office)

    with office.writing() as session:
        gate = gate_at(session, SLUG, None)
        with pytest.raises(Forbidden):
            scan(session, AUDITOR, gate, Shown(code, "n-1"), now=office.now())

    assert counts(office) == before


def test_a_scan_keeps_who_where_and_how(office: BoxOffice) -> None:
    code = a_code(office)
    shown_at(office, code, gate="B")

    (row,), (entry,) = rows(office, Scan), rows(office, Entry)
    assert (row.operator, row.gate, row.source) == ("dora", "B", Source.SCANNER)
    assert (row.scanned_at, row.unknown_text) == (NOON, None)
    assert (entry.scan_id, entry.entered_at - NOON) == (row.id, timedelta(0))
    assert code not in repr(row)
