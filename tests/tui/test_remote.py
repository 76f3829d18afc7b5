"""A desk over a line: online, alone when the line is cut, and back by itself."""

import time

import pytest

from boxoffice.adapters.desk_line import DeskLine
from boxoffice.adapters.desk_sync import pull, send_journal
from boxoffice.door.desks import revoke_desk
from boxoffice.door.models import Conflict, Entry, Mode, Scan
from boxoffice.door.rules import Asked, Verdict
from boxoffice.door.scan import Shown
from boxoffice.errors import BadFile, BadValue, Forbidden, LineSilent, NotFound
from tests.making import LOTE, a_sale, a_tier, an_event, codes_of, rows
from tests.tui.conftest import Venue, scanned
from tui.desk import Desk, LocalDesk
from tui.desk import Mode as DeskMode
from tui.remote import RemoteDesk
from tui.timed_line import BUDGET_SECONDS


def test_online_the_server_decides(venue: Venue) -> None:
    an_event(venue.office)
    (code,) = codes_of(a_sale(venue.office))
    desk: Desk = venue.desk(venue.enrolled())

    said = [scanned(desk, code), scanned(desk, code)]  # type: ignore[arg-type]

    assert said == [Verdict.OK, Verdict.ALREADY_IN]
    assert (desk.status().mode, desk.status().unsent) == (DeskMode.ONLINE, 0)
    assert {row.operator for row in rows(venue.office, Scan)} == {"desk A"}
    assert desk.stats().admitted == 1
    assert [hit.holder_name for hit in desk.search("nogueira")] == ["Rita Nogueira"]
    assert desk.search("no") == []
    desk.close()


def test_a_cut_line_leaves_nobody_waiting_and_comes_back_by_itself(venue: Venue) -> None:
    an_event(venue.office)
    first, second, third = codes_of(a_sale(venue.office, (LOTE, 3)))
    desk = venue.desk(venue.enrolled())
    online = scanned(desk, first)

    venue.cable.cut_after = 0
    alone = [scanned(desk, code) for code in (first, second, second)]
    status = desk.status()
    venue.cable.cut_after = None
    back = [scanned(desk, code) for code in (second, third)]

    assert online is Verdict.OK
    assert alone == [Verdict.ALREADY_IN, Verdict.OK_UNSYNCED, Verdict.ALREADY_IN]
    assert status.unsent == 3
    assert back == [Verdict.ALREADY_IN, Verdict.OK]
    assert desk.status().unsent == 0
    assert len(rows(venue.office, Scan)) == 6
    assert rows(venue.office, Conflict) == []
    desk.close()


def test_a_silent_line_is_given_up_within_the_budget(venue: Venue) -> None:
    an_event(venue.office)
    (code,) = codes_of(a_sale(venue.office))
    folder = venue.enrolled()
    venue.cable.is_silent = True
    desk = RemoteDesk(folder, venue.line(folder), gate="", now=venue.clock)
    desk.status()  # the snapshot is read before the doors open

    began = time.monotonic()
    said = scanned(desk, code)
    took = time.monotonic() - began

    assert said is Verdict.OK_UNSYNCED
    assert BUDGET_SECONDS <= took < 2
    assert desk.status().mode is DeskMode.OFFLINE
    desk.close()


def test_an_answer_that_was_lost_is_no_second_admission(venue: Venue) -> None:
    an_event(venue.office)
    (code,) = codes_of(a_sale(venue.office))
    folder = venue.enrolled()
    desk = venue.desk(folder)
    venue.cable.drops_answers = True
    said = scanned(desk, code)

    venue.cable.drops_answers = False
    sent = send_journal(folder, venue.line(folder), folder.journal, venue.clock)

    assert (said, sent.accepted) == (Verdict.OK_UNSYNCED, 1)
    assert {row.mode for row in rows(venue.office, Scan)} == {Mode.ONLINE, Mode.OFFLINE}
    assert len(rows(venue.office, Entry)) == 1
    assert rows(venue.office, Conflict) == []
    desk.close()


@pytest.mark.parametrize("cut_after", [0, 300, 1_500, 3_000, None])
def test_an_upload_cut_off_and_repeated_loses_and_doubles_nothing(
    venue: Venue, cut_after: int | None
) -> None:
    an_event(venue.office)
    codes = codes_of(a_sale(venue.office, (LOTE, 5)))
    folder = venue.enrolled()
    desk = venue.desk(folder)
    desk.stay_offline()
    for code in (*codes, *codes):
        scanned(desk, code)
    venue.cable.cut_after = cut_after
    venue.cable.drops_answers = cut_after is None  # it arrives whole, and nobody is told

    with pytest.raises(LineSilent):
        send_journal(folder, venue.line(folder), folder.journal, venue.clock)
    venue.cable.cut_after, venue.cable.drops_answers = None, False
    sent = send_journal(folder, venue.line(folder), folder.journal, venue.clock)
    again = send_journal(folder, venue.line(folder), folder.journal, venue.clock)

    assert sent.accepted + sent.known == 10
    assert (again.accepted, again.known) == (0, 0)
    assert (len(rows(venue.office, Scan)), len(rows(venue.office, Entry))) == (10, 5)
    desk.close()


def test_an_admission_is_taken_back_through_the_journal(venue: Venue) -> None:
    an_event(venue.office)
    sale = a_sale(venue.office)
    desk = venue.desk(venue.enrolled())
    scanned(desk, codes_of(sale)[0])

    undone = desk.undo()

    assert undone == f"{sale.code}-1"
    assert rows(venue.office, Entry) == []
    assert scanned(desk, codes_of(sale)[0]) is Verdict.OK
    desk.close()


def test_the_rest_of_an_order_comes_in_over_the_line(venue: Venue) -> None:
    an_event(venue.office)
    sale = a_sale(venue.office, (LOTE, 3))
    desk = venue.desk(venue.enrolled())
    scanned(desk, codes_of(sale)[0])

    said = [one.verdict for one in desk.group(sale.code, Asked())]

    assert said == [Verdict.ALREADY_IN, Verdict.OK, Verdict.OK]
    with pytest.raises(NotFound):
        desk.group("K7QX2M", Asked())
    desk.close()


def test_a_revoked_desk_sends_nothing_and_says_so(venue: Venue) -> None:
    an_event(venue.office)
    (code,) = codes_of(a_sale(venue.office))
    folder = venue.enrolled()
    desk = venue.desk(folder, rest_seconds=60)
    office = venue.office
    with office.writing() as session:
        revoke_desk(session, office.actor, "A", now=office.now())

    said = scanned(desk, code)

    assert said is Verdict.OK_UNSYNCED
    assert "does not know this desk" in desk.status().trouble
    with pytest.raises(Forbidden):
        send_journal(folder, venue.line(folder), folder.journal, venue.clock)
    assert rows(office, Scan) == []
    desk.close()


def test_an_altered_snapshot_is_a_fault_and_the_one_before_stays(venue: Venue) -> None:
    an_event(venue.office)
    (code,) = codes_of(a_sale(venue.office))
    folder = venue.enrolled()
    path = folder.path / "snapshot.sqlite"
    good = path.read_bytes()
    with pytest.raises(BadFile):
        folder.keep_snapshot(good[:-1])
    assert path.read_bytes() == good
    path.write_bytes(good[:500] + bytes([good[500] ^ 1]) + good[501:])
    desk = venue.desk(folder)
    desk.stay_offline()

    assert scanned(desk, code) is Verdict.UNAVAILABLE
    assert "altered" in desk.status().trouble
    desk.close()


def test_a_pulled_snapshot_knows_what_was_sent(venue: Venue) -> None:
    an_event(venue.office, lists=[{"name": "main", "policy": "after_exit"}])
    (code,) = codes_of(a_sale(venue.office))
    folder = venue.enrolled()
    desk = venue.desk(folder)
    desk.stay_offline()
    scanned(desk, code)

    sent, snapshot = pull(folder, venue.line(folder), venue.clock)
    later = venue.desk(folder)
    later.stay_offline()

    assert sent.accepted == 1
    assert len(snapshot.tickets_inside()) == 1
    assert later.stats().inside == 1
    assert scanned(later, code) is Verdict.ALREADY_IN
    desk.close()
    later.close()


def test_what_is_no_address_or_no_listener_is_told(venue: Venue) -> None:
    with pytest.raises(BadValue):
        DeskLine("ftp://x")
    line = DeskLine(venue.cable.url, "token")
    with pytest.raises(Forbidden):
        line.stats()
    line.close()


def test_a_desk_on_the_database_answers_the_same_questions(venue: Venue) -> None:
    an_event(venue.office)
    sale = a_sale(venue.office, (LOTE, 2))
    desk: Desk = LocalDesk(venue.office, "noite", None, "A")

    said = [one.verdict for one in desk.group(sale.code, Asked())]
    undone = desk.undo()

    assert said == [Verdict.OK, Verdict.OK]
    assert undone.startswith(sale.code)
    assert desk.stats().admitted == 1
    assert len(desk.search("nogueira")) == 2
    assert desk.status().mode is DeskMode.LOCAL
    desk.close()


def test_a_cable_pulled_twice_in_a_rush_of_500_scans_loses_and_doubles_nothing(
    venue: Venue,
) -> None:
    an_event(venue.office, a_tier(LOTE, quota=500))
    codes = [code for _ in range(50) for code in codes_of(a_sale(venue.office, (LOTE, 10)))]
    folder = venue.enrolled()
    desk = venue.desk(folder)
    pulled: dict[int, int | None] = {100: 0, 220: None, 300: 2_500, 420: None}

    said = []
    for at, code in enumerate(codes):
        if at in pulled:  # out, in again, out in the middle of an upload, in again
            venue.cable.cut_after = pulled[at]
        said.append(scanned(desk, code))
    send_journal(folder, venue.line(folder), folder.journal, venue.clock)

    assert all(verdict.admits for verdict in said)
    assert Verdict.OK_UNSYNCED in said
    assert said[-1] is Verdict.OK
    assert desk.status().unsent == 0
    scans = rows(venue.office, Scan)
    assert {scan.text_digest for scan in scans} == {Shown(code, "").digest for code in codes}
    assert len(rows(venue.office, Entry)) == 500
    assert rows(venue.office, Conflict) == []
    desk.close()
