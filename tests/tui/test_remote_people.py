"""A desk on a line asks the box office for what only people there may allow, and never alone."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from argon2 import PasswordHasher

from boxoffice.audit.models import AuditEntry
from boxoffice.door.models import Entry, Scan, Source
from boxoffice.door.rules import Asked, Verdict
from boxoffice.door.scan import new_nonce
from boxoffice.errors import BadValue, BoxOfficeError, Forbidden, LineSilent, NotFound, Refused
from boxoffice.money import Money
from boxoffice.payments.models import Payment
from boxoffice.payments.provider import Method
from boxoffice.staff import hashing
from boxoffice.staff.change import change_pin
from boxoffice.staff.hashing import hashed
from boxoffice.staff.rules import LOCAL_ADMIN, Actor, Permission, Role
from boxoffice.till.open_shift import open_shift
from tests.making import LOTE, a_sale, an_event, an_order, codes_of, rows
from tests.staff.people import added
from tests.tui.conftest import Venue, scanned
from tui.counter import Wish
from tui.desk import Approval
from tui.remote import RemoteDesk
from tui.remote_counter import RemoteCounter

PIN = "2719"
ONE = Wish(((LOTE, 1),), "Ana Lima", Method.CASH)
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture
def staffed(venue: Venue) -> Iterator[Venue]:
    """A venue with a door lead, and two clerks of whom carla has an open till."""
    office = venue.office
    with patch.object(hashing, "HASHER", CHEAP):
        added(office, "rita", Role.ADMIN)
        an_event(office)
        for name, role in (
            ("lia", Role.DOOR_LEAD), ("carla", Role.BOX_OFFICE), ("caio", Role.BOX_OFFICE),
        ):  # fmt: skip
            added(office, name, role)
            with office.writing() as session:
                change_pin(session, Actor(name, role), hashed(PIN), now=office.now())
        with office.writing() as session:
            clerk = Actor("carla", Role.BOX_OFFICE)
            open_shift(session, clerk, start=Money(0, "BRL"), now=office.now())
        yield venue


def overridden(desk: RemoteDesk, text: str, approval: Approval | None, nonce: str = "") -> Verdict:
    return desk.scan(
        text,
        nonce=nonce or new_nonce(),
        asked=Asked(override="came with the band"),
        source=Source.SCANNER,
        approval=approval,
    ).verdict


def case_of(error: pytest.ExceptionInfo[BoxOfficeError]) -> str:
    return error.value.case


def test_a_supervisor_overrides_over_the_line_once(staffed: Venue) -> None:
    (code,) = codes_of(a_sale(staffed.office))
    desk, lia, nonce = staffed.desk(staffed.enrolled()), Approval("lia", PIN), new_nonce()
    scanned(desk, code)

    said = [overridden(desk, code, lia, nonce) for _ in range(2)]

    assert said == [Verdict.OK_OVERRIDE] * 2
    assert not desk.may(Permission.OVERRIDE_DOOR)
    (kept,) = (scan for scan in rows(staffed.office, Scan) if scan.approved_by)
    assert (kept.operator, kept.approved_by) == ("desk A", "lia")
    assert len(rows(staffed.office, Entry)) == 2
    desk.close()


@pytest.mark.parametrize(
    ("approval", "case"),
    [
        (None, "forbidden"),
        (Approval("carla", PIN), "forbidden"),
        (Approval("lia", "0000"), "approval.wrong"),
        (Approval("\x1b[2J", "\x00"), "approval.wrong"),
        (Approval("x" * 1_000, PIN), "value.invalid"),
    ],
)
def test_no_wrong_approval_opens_the_door_or_drops_the_line(
    staffed: Venue, approval: Approval | None, case: str
) -> None:
    (code,) = codes_of(a_sale(staffed.office))
    desk = staffed.desk(staffed.enrolled())

    with pytest.raises((Forbidden, BadValue)) as caught:
        overridden(desk, code, approval)

    assert case_of(caught) == case
    assert rows(staffed.office, Scan) == []
    assert scanned(desk, code) is Verdict.OK
    desk.close()


def test_without_a_line_nobody_is_let_in_against_the_rules_and_nothing_is_sold(
    staffed: Venue,
) -> None:
    (code,) = codes_of(a_sale(staffed.office))
    folder = staffed.enrolled()
    desk = staffed.desk(folder)
    counter = RemoteCounter(desk, staffed.line(folder))
    staffed.cable.cut_after = 0

    for ask in (lambda: overridden(desk, code, Approval("lia", PIN)), counter.offers):
        with pytest.raises(LineSilent, match="needs the box office"):
            ask()

    assert scanned(desk, code) is Verdict.OK_UNSYNCED
    desk.close()


def test_a_clerk_sells_over_the_line_and_an_answer_that_was_lost_is_no_second_sale(
    staffed: Venue,
) -> None:
    folder = staffed.enrolled()
    desk = staffed.desk(folder)
    counter, carla = RemoteCounter(desk, staffed.line(folder)), Approval("carla", PIN)
    offers = counter.offers()

    staffed.cable.drops_answers = True
    with pytest.raises(LineSilent):
        counter.sell(ONE, key="sale-1", approval=carla)
    staffed.cable.drops_answers = False
    sold = counter.sell(ONE, key="sale-1", approval=carla)

    assert [(offer.tier, offer.price) for offer in offers] == [(LOTE, Money(10_000, "BRL"))]
    assert (sold.total, len(sold.tickets)) == (Money(10_000, "BRL"), 1)
    assert scanned(desk, sold.tickets[0]) is Verdict.OK
    assert len(rows(staffed.office, Payment)) == 1
    desk.close()


@pytest.mark.parametrize(
    ("approval", "wish", "case"),
    [
        (None, ONE, "forbidden"),
        (Approval("lia", PIN), ONE, "forbidden"),
        (Approval("caio", PIN), ONE, "till.closed"),
        (Approval("carla", PIN), Wish(((LOTE, 50),), "", Method.CASH), "tier.sold_out"),
        (Approval("carla", PIN), Wish(((LOTE, 1),), "", Method.PIX), "value.invalid"),
        (Approval("carla", PIN), Wish(((LOTE, 0),), "", Method.CASH), "value.invalid"),
        (Approval("carla", PIN), Wish((), "", Method.CASH), "value.invalid"),
        (Approval("carla", PIN), Wish(((LOTE, 1),), "\x1b[2J", Method.CASH), "value.invalid"),
    ],
)
def test_what_the_rules_or_the_roles_refuse_is_not_sold_and_says_why(
    staffed: Venue, approval: Approval | None, wish: Wish, case: str
) -> None:
    folder = staffed.enrolled()
    desk = staffed.desk(folder)

    with pytest.raises((Forbidden, Refused, BadValue)) as caught:
        RemoteCounter(desk, staffed.line(folder)).sell(wish, key="k", approval=approval)

    assert case_of(caught) == case
    assert rows(staffed.office, Payment) == []
    desk.close()


def test_a_clerk_collects_over_the_line_and_an_answer_that_was_lost_is_no_second_payment(
    staffed: Venue,
) -> None:
    folder, owed = staffed.enrolled(), Money(10_000, "BRL")
    ticket = f"{an_order(staffed.office).code}-1"
    desk = staffed.desk(folder)
    counter, carla = RemoteCounter(desk, staffed.line(folder)), Approval("carla", PIN)

    assert scanned(desk, ticket) is Verdict.UNPAID
    assert counter.owed(ticket) == owed
    staffed.cable.drops_answers = True
    with pytest.raises(LineSilent):
        counter.collect(ticket, owed, Method.CASH, carla)
    staffed.cable.drops_answers = False
    counter.collect(ticket, owed, Method.CASH, carla)

    assert counter.owed(ticket) == Money(0, "BRL")
    assert [one.paid_minor for one in rows(staffed.office, Payment)] == [10_000]
    assert scanned(desk, ticket) is Verdict.OK
    desk.close()


@pytest.mark.parametrize(
    ("approval", "owed", "method", "case"),
    [
        (None, 10_000, Method.CASH, "forbidden"),
        (Approval("lia", PIN), 10_000, Method.CASH, "forbidden"),
        (Approval("carla", "0000"), 10_000, Method.CASH, "approval.wrong"),
        (Approval("caio", PIN), 10_000, Method.CASH, "till.closed"),
        (Approval("carla", PIN), 9_000, Method.CASH, "debt.changed"),
        (Approval("carla", PIN), 10_000, Method.PIX, "value.invalid"),
        (Approval("carla", PIN), -1, Method.CASH, "value.invalid"),
    ],
)
def test_a_debt_that_the_rules_or_the_roles_refuse_is_not_taken_and_says_why(
    staffed: Venue, approval: Approval | None, owed: int, method: Method, case: str
) -> None:
    folder = staffed.enrolled()
    ticket = f"{an_order(staffed.office).code}-1"
    desk = staffed.desk(folder)
    counter = RemoteCounter(desk, staffed.line(folder))

    with pytest.raises((Forbidden, Refused, BadValue)) as caught:
        counter.collect(ticket, Money(owed, "BRL"), method, approval)

    assert case_of(caught) == case
    assert rows(staffed.office, Payment) == []
    desk.close()


def test_a_clerk_has_a_ticket_printed_again_on_a_desk_on_a_line(staffed: Venue) -> None:
    folder = staffed.enrolled()
    sale = a_sale(staffed.office)
    desk = staffed.desk(folder)
    counter = RemoteCounter(desk, staffed.line(folder))
    (ticket,) = sale.tickets

    path = counter.print(ticket.short_code, Approval("carla", PIN))

    assert path == folder.path / "print" / f"{ticket.short_code}.pdf"
    assert (path.read_bytes()[:5], path.stat().st_mode & 0o777) == (b"%PDF-", 0o600)
    (told,) = (one for one in rows(staffed.office, AuditEntry) if one.verb == "ticket.reprint")
    assert (told.actor, told.subject) == ("carla", f"ticket:{ticket.id}")
    desk.close()


def test_nobody_alone_and_nobody_elsewhere_has_a_ticket_printed(staffed: Venue) -> None:
    folder = staffed.enrolled()
    an_event(staffed.office, slug="dia")
    here, elsewhere = (a_sale(staffed.office, event=slug) for slug in ("noite", "dia"))
    waiting = an_order(staffed.office)
    desk, carla = staffed.desk(folder), Approval("carla", PIN)
    counter = RemoteCounter(desk, staffed.line(folder))

    for name, approval, case in (
        (f"{here.code}-1", None, "forbidden"),
        (f"{here.code}-1", Approval("lia", PIN), "forbidden"),
        (f"{elsewhere.code}-1", carla, "ticket.not_found"),
        (f"{waiting.code}-1", carla, "state.refused"),
        ("../../etc/passwd", carla, "ticket.not_found"),
    ):
        with pytest.raises(BoxOfficeError) as caught:
            counter.print(name, approval)
        assert case_of(caught) == case
    with pytest.raises(NotFound):
        counter.owed(f"{elsewhere.code}-1")
    assert not (folder.path / "print").exists()
    desk.close()


def test_a_desk_on_a_line_changes_its_gate_and_not_its_list(staffed: Venue) -> None:
    first, second = (codes_of(a_sale(staffed.office))[0] for _ in range(2))
    desk = staffed.desk(staffed.enrolled())
    desk.move("main", "North")
    scanned(desk, first)
    desk.stay_offline()
    scanned(desk, second)

    assert (desk.doors(), desk.status().gate) == (["main"], "North")
    assert rows(staffed.office, Scan)[0].gate == "North"
    with pytest.raises(Forbidden):
        desk.move("vip", "North")
    with pytest.raises(BadValue):
        desk.move("main", "\x1b[2J")
    desk.close()


def test_an_undo_tells_its_reason_through_the_journal(staffed: Venue) -> None:
    (code,) = codes_of(a_sale(staffed.office))
    staffed.office.actor = LOCAL_ADMIN
    desk = staffed.desk(staffed.enrolled())
    scanned(desk, code)
    desk.undo(reason="read by mistake")

    (undone,) = (scan for scan in rows(staffed.office, Scan) if scan.direction == "undo")
    assert undone.reason == "read by mistake"
    desk.close()
