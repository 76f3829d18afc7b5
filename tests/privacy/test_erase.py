"""Erasing a person: every byte of them goes, everybody else and the books stay."""

from pathlib import Path

import pytest

from boxoffice.audit.models import AuditEntry
from boxoffice.audit.seal import seal_all
from boxoffice.audit.verify import verify
from boxoffice.door.rules import Verdict
from boxoffice.errors import Forbidden, StillNeeded
from boxoffice.exports.catalogue import definition_named
from boxoffice.exports.formats import Format
from boxoffice.exports.request import ExportRequest
from boxoffice.exports.run import run_export
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order
from boxoffice.orders.queries import find_orders
from boxoffice.outbox.messages import Message
from boxoffice.payments.models import Letter, Payment
from boxoffice.privacy.erase import Erased, erase
from boxoffice.privacy.files import FileKind, remove
from boxoffice.privacy.map import TABLES, Kind
from boxoffice.promos.models import CampaignRow, Promo
from boxoffice.tickets.models import Ticket
from boxoffice.vacuum import vacuum
from tests.making import AUDITOR, LOTE, SLUG, a_sale, an_event, an_order, codes_of, rows, shown_at
from tests.privacy.knowing import (
    ANA,
    JOEL,
    a_stranger,
    all_bytes,
    canaries_in,
    found,
    knows,
)


def erased(office: BoxOffice, who: str = ANA.email) -> Erased:
    """Erase somebody, with their files and their bytes."""
    there, files = found(office, who)
    with office.writing() as session:
        done = erase(session, office.actor, there, now=office.now())
    assert remove(files) == []
    vacuum(office.database, TABLES)
    return done


def test_a_person_is_found_in_every_place(office: BoxOffice, tmp_path: Path) -> None:
    knows(office, tmp_path)

    there, files = found(office)

    assert there.counts == {
        "campaign_row": 1,
        "letter": 2,
        "mail_event": 1,
        "message": 1,
        "orders": 1,
        "payment": 1,
        "promo": 1,
        "refund": 1,
        "search_term": 1,
        "ticket": 3,
    }
    assert [file.kind for file in files] == [FileKind.MAIL, FileKind.EXPORT, FileKind.EXPORT]


@pytest.mark.parametrize("who", ["390.533.447-05", "ANA.DAVILA@Example.com", "11 98765-4321"])
def test_a_person_is_found_by_any_of_their_marks(
    office: BoxOffice, tmp_path: Path, who: str
) -> None:
    knows(office, tmp_path)

    there, _ = found(office, who)

    assert there.counts["orders"] == 1
    assert there.counts["letter"] == 2


def test_after_erasing_no_byte_of_them_is_left(office: BoxOffice, tmp_path: Path) -> None:
    knows(office, tmp_path)
    assert canaries_in(all_bytes(office)) != []

    erased(office)

    assert canaries_in(all_bytes(office)) == []
    files = [path for path in tmp_path.rglob("*") if path.is_file() and "sqlite" not in path.name]
    assert [path for path in files if canaries_in(path.read_bytes())] == []
    assert found(office)[0].hits == {}


def test_a_door_list_on_paper_goes_with_whoever_stands_on_it(
    office: BoxOffice, tmp_path: Path
) -> None:
    knows(office, tmp_path)
    an_event(office, slug="outra")
    a_sale(office, (LOTE, 1), event="outra", buyer=JOEL)
    for event in (SLUG, "outra"):
        out = tmp_path / f"{event}.pdf"
        paper = ExportRequest(definition_named("door-list"), out, event=event, format=Format.PDF)
        run_export(office.database, office.actor, paper, clock=office.now)

    erased(office)

    left = sorted(path.name for path in tmp_path.glob("[a-z]*.pdf*"))
    assert left == ["outra.pdf", "outra.pdf.manifest.json"]


def test_a_workbook_is_looked_into_whatever_it_is_called(office: BoxOffice, tmp_path: Path) -> None:
    knows(office, tmp_path)
    out = tmp_path / "guests.old"
    book = ExportRequest(definition_named("attendees"), out, event=SLUG, format=Format.XLSX)
    run_export(office.database, office.actor, book, clock=office.now)

    erased(office)

    assert not out.exists()


def test_the_books_and_everybody_else_stay(office: BoxOffice, tmp_path: Path) -> None:
    hers, his = knows(office, tmp_path)
    before = {row.id: row for row in rows(office, Payment)}

    erased(office)

    orders = {row.code: row for row in rows(office, Order)}
    assert (orders[hers.code].total_minor, orders[hers.code].buyer_name) == (20_000, "(erased)")
    assert orders[hers.code].placed_at == hers.placed_at
    assert (orders[his.code].buyer_name, orders[his.code].buyer_email) == (JOEL.name, JOEL.email)
    after = {row.id: row for row in rows(office, Payment)}
    assert {i: (p.paid_minor, p.provider_id) for i, p in after.items()} == {
        i: (p.paid_minor, p.provider_id) for i, p in before.items()
    }
    assert {row.recipient for row in rows(office, Message)} == {"", JOEL.email}
    with office.reading() as session:
        assert [row.code for row in find_orders(session, "joel", limit=9)] == [his.code]
        assert [row.code for row in find_orders(session, hers.code, limit=9)] == [hers.code]
        assert find_orders(session, "avila", limit=9) == []


def test_a_letter_keeps_its_facts_and_loses_its_payer(office: BoxOffice, tmp_path: Path) -> None:
    knows(office, tmp_path)

    erased(office)

    bodies = {row.event_key: row.body for row in rows(office, Letter)}
    assert b'"value": 200.0' in bodies["evt_0"]
    assert b'"id": "pay_ana"' in bodies["evt_0"]
    assert b'"name": "(erased)"' in bodies["evt_0"]
    assert b'"note": "(erased)"' in bodies["evt_1"]
    payment = next(row for row in rows(office, Payment) if row.provider_id == "pay_ana")
    assert payment.raw == {
        "id": "pay_ana",
        "customer": {"name": "(erased)", "cpfCnpj": "(erased)"},
    }


def test_guests_and_recipients_are_nobody_then(office: BoxOffice, tmp_path: Path) -> None:
    knows(office, tmp_path)

    erased(office)

    (guest,), (promo,) = rows(office, CampaignRow), rows(office, Promo)
    assert (guest.name, guest.email, guest.document) == ("(erased)", "", "")
    assert (promo.recipient_name, promo.recipient_email, promo.code) == ("(erased)", "", "AMIGOS")


def test_a_ticket_of_somebody_erased_still_opens_the_door(
    office: BoxOffice, tmp_path: Path
) -> None:
    hers, _ = knows(office, tmp_path)

    erased(office)

    assert shown_at(office, codes_of(hers)[0]).verdict is Verdict.OK


def test_colleagues_who_share_a_mailbox_are_two_people(office: BoxOffice) -> None:
    an_event(office)
    shared = "compras@example.com"
    a_sale(office, (LOTE, 1), buyer=ANA)
    one = a_sale(office, (LOTE, 1), buyer=type(ANA)(ANA.name, shared, ANA.document))
    other = a_sale(office, (LOTE, 1), buyer=type(ANA)("Rui Melo", shared))

    erased(office, ANA.document)

    names = {row.code: row.buyer_name for row in rows(office, Order)}
    assert (names[one.code], names[other.code]) == ("(erased)", "Rui Melo")


def test_a_name_within_an_event_is_one_person(office: BoxOffice, tmp_path: Path) -> None:
    knows(office, tmp_path)

    there, _ = found(office, "ana lucia d'avila", event="noite")

    assert there.counts["orders"] == 1
    assert len(there.keys("ticket")) == 2


def test_holders_of_another_name_in_her_order_stay(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, (LOTE, 2), buyer=ANA)
    with office.writing() as session:
        guest = session.get_one(Ticket, sale.tickets[1].id)
        guest.holder_name, guest.holder_email = "Rui Melo", "rui@example.com"

    erased(office)

    holders = sorted(row.holder_name for row in rows(office, Ticket))
    assert holders == ["(erased)", "Rui Melo"]
    with office.reading() as session:
        assert [row.code for row in find_orders(session, "rui melo", limit=9)] == [sale.code]


def test_an_order_that_is_not_over_keeps_its_people(office: BoxOffice) -> None:
    an_event(office)
    an_order(office, (LOTE, 1), buyer=ANA)

    with pytest.raises(StillNeeded):
        erased(office)

    assert {row.buyer_name for row in rows(office, Order)} == {ANA.name}


def test_erasing_twice_is_once(office: BoxOffice, tmp_path: Path) -> None:
    knows(office, tmp_path)
    there, _ = found(office)
    with office.writing() as session:
        erase(session, office.actor, there, now=office.now())
    before = [repr(row) for row in rows(office, Order) + rows(office, Ticket)]

    with office.writing() as session:
        erase(session, office.actor, there, now=office.now())

    assert [repr(row) for row in rows(office, Order) + rows(office, Ticket)] == before


def test_the_audit_is_whole_after_it_and_names_nobody(office: BoxOffice, tmp_path: Path) -> None:
    knows(office, tmp_path)
    seal_all(office.writing, AUDITOR, now=office.now())

    done = erased(office)

    with office.reading() as session:
        assert verify(session, AUDITOR, anchors={}).problem == ""
    entry = next(row for row in rows(office, AuditEntry) if row.verb == "privacy.erase")
    assert entry.subject == f"person:{done.id}"
    assert canaries_in(repr([row.facts for row in rows(office, AuditEntry)]).encode()) == []


def test_who_may_not_see_to_people_finds_nobody(office: BoxOffice, tmp_path: Path) -> None:
    knows(office, tmp_path)
    office.actor = AUDITOR

    with pytest.raises(Forbidden):
        found(office)


def test_nobody_is_found_under_a_strange_address(office: BoxOffice, tmp_path: Path) -> None:
    knows(office, tmp_path)

    assert found(office, a_stranger())[0].hits == {}


@pytest.mark.parametrize("table", ["orders", "ticket", "campaign_row", "promo", "message"])
def test_what_names_somebody_is_of_a_kind_that_is_erased(table: str) -> None:
    assert Kind.STAFF not in TABLES[table].personal.values()
