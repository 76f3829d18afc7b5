"""`--since last`: each run brings what is new or has changed, nothing twice and nothing never."""

import csv
import hashlib
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from boxoffice.errors import BadValue
from boxoffice.exports.block import Block
from boxoffice.exports.catalogue import definition_named
from boxoffice.exports.request import Exported, ExportRequest
from boxoffice.exports.run import run_export
from boxoffice.exports.seen import Seen
from boxoffice.exports.store import FILES
from boxoffice.office import BoxOffice
from boxoffice.tickets.block import block, unblock
from tests.making import SLUG, a_sale, a_tier, an_event, codes_of, shown_at

ONE_TWO = Block.of(["one", "two"])


def news(office: BoxOffice, out: Path) -> list[str]:
    """Run the export again, and return the tickets that it brought."""
    ran(office, out)
    with out.open(encoding="utf-8", newline="") as file:
        return [row["ticket"] for row in csv.DictReader(file)]


def ran(office: BoxOffice, out: Path) -> Exported:
    request = ExportRequest(
        definition_named("attendees"), out, event=SLUG, seen_folder=out.parent / "seen"
    )
    return run_export(office.database, office.actor, request, clock=office.now)


def rows_of(blocks: Iterable[Block]) -> list[str]:
    return [row for some in blocks for row in some.rows]


def test_a_second_run_brings_what_is_new_and_what_has_changed(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office)
    first, second = a_sale(office), a_sale(office)

    assert news(office, tmp_path / "a.csv") == [f"{first.code}-1", f"{second.code}-1"]
    assert news(office, tmp_path / "a.csv") == []
    third = a_sale(office)
    shown_at(office, codes_of(first)[0])
    assert news(office, tmp_path / "a.csv") == [f"{first.code}-1", f"{third.code}-1"]


def test_each_file_and_each_question_has_a_memory_of_its_own(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office)
    only = a_sale(office)
    news(office, tmp_path / "a.csv")

    assert news(office, tmp_path / "b.csv") == [f"{only.code}-1"]


def test_a_row_that_changes_and_changes_back_is_brought_each_time(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office)
    sale = a_sale(office)
    (ticket,) = sale.tickets
    news(office, tmp_path / "a.csv")
    with office.writing() as session:
        block(session, office.actor, ticket.id, reason="lost", now=office.now())
    changed = news(office, tmp_path / "a.csv")
    with office.writing() as session:
        unblock(session, office.actor, ticket.id, reason="found", now=office.now())

    assert changed == [f"{sale.code}-1"]
    assert news(office, tmp_path / "a.csv") == [f"{sale.code}-1"]


def test_a_run_killed_before_its_file_had_a_name_is_made_up_for(tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    out.write_bytes(b"the file before")
    cut_off = Seen(tmp_path / "seen", ["a"])
    with cut_off:
        assert rows_of(cut_off.unseen([ONE_TWO])) == ["one", "two"]
        cut_off.seal(out, "0" * 64)

    again = Seen(tmp_path / "seen", ["a"])
    again.adopt(FILES.digest_of)
    with again:
        assert rows_of(again.unseen([ONE_TWO])) == ["one", "two"]


def test_a_run_killed_after_its_file_had_its_name_is_not_repeated(tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    out.write_bytes(b"one two")
    cut_off = Seen(tmp_path / "seen", ["a"])
    with cut_off:
        assert rows_of(cut_off.unseen([ONE_TWO]))
        cut_off.seal(out, hashlib.sha256(b"one two").hexdigest())

    again = Seen(tmp_path / "seen", ["a"])
    again.adopt(FILES.digest_of)
    with again:
        assert rows_of(again.unseen([Block.of(["one", "two", "three"])])) == ["three"]


def test_what_is_sold_while_exports_run_is_brought_once(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office, a_tier(quota=100))
    out, brought = tmp_path / "a.csv", list[str]()
    is_over = threading.Event()

    def sell() -> None:
        for _ in range(40):
            a_sale(office)
        is_over.set()

    seller = threading.Thread(target=sell)
    seller.start()
    while not is_over.is_set():
        brought += news(office, out)
    seller.join()
    brought += news(office, out)

    assert len(brought) == 40
    assert len(set(brought)) == 40


def test_there_must_be_a_file_to_compare_with(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)
    request = ExportRequest(
        definition_named("attendees"), Path("-"), event=SLUG, seen_folder=tmp_path
    )

    with pytest.raises(BadValue):
        run_export(office.database, office.actor, request, clock=office.now)
