"""The commands of the audit: read, explained, sealed, verified, anchored."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands import Commands

RITA = "--buyer-name 'Rita Nogueira' --buyer-email rita@example.com"


@pytest.fixture
def selling(boxoffice: Commands) -> Commands:
    boxoffice.has_event()
    return boxoffice


def test_the_log_tells_who_did_what_the_newest_first(selling: Commands) -> None:
    code = selling.sells(RITA)["order"]["code"]

    told = selling(f"audit log --subject {code} --json").rows

    assert [row["verb"] for row in told][-1] == "order.place"
    assert {"payment.take", "order.confirm", "order.place"} == {row["verb"] for row in told}
    assert set(told[0]) == {"id", "at", "actor", "verb", "subject", "facts"}


@pytest.mark.parametrize(
    ("flags", "count"),
    [
        ("--actor local --verb order.place", 1),
        ("--actor nobody", 0),
        ("--verb event", 2),
        ("--since 2099-01-01", 0),
        ("--since -1h --verb order", 2),
        ("--limit 1", 1),
    ],
)
def test_the_log_is_narrowed(selling: Commands, flags: str, count: int) -> None:
    selling.sells(RITA)

    assert len(selling(f"audit log --json {flags}").rows) == count


def test_an_entry_is_shown_with_its_seal(selling: Commands) -> None:
    (entry,) = selling("audit log --limit 1 --json").rows
    before = selling(f"audit show {entry['id']} --json").json
    assert selling("audit seal --json").json["sealed"] > 0

    after = selling(f"audit show {entry['id']} --json").json

    assert (before["seal"], after["seal"]) == (None, 1)
    assert after["turn"] > 0
    assert selling("audit show nothing --json").error["code"] == "entry.not_found"


def test_a_ticket_is_explained_in_sentences(selling: Commands) -> None:
    (ticket,) = selling.sells(RITA)["order"]["tickets"]
    assert selling(f"door scan {ticket['code']} -e noite --gate B").code == 0
    assert selling(f"door scan {ticket['code']} -e noite --gate A").code == 20

    told = selling(f"audit explain {ticket['short_code']} --json").json

    said = " ".join(part["says"] for part in told["story"])
    assert "placed the order" in said
    assert "R$ 110,00 came in by cash" in said
    assert "gate B: welcome" in said
    assert "gate A: already in" in said
    assert "Rita" not in said
    assert selling("audit explain K7QX2M --json").error["code"] == "order.not_found"


def test_a_whole_chain_is_anchored_outside(selling: Commands, tmp_path: Path) -> None:
    anchor = tmp_path / "audit.anchor"
    selling("audit seal")

    first = selling("audit verify --json --anchor", str(anchor)).json
    again = selling("audit verify --json --anchor", str(anchor)).json

    assert first["whole"] is again["whole"] is True
    assert first["head"] in anchor.read_text()
    assert len(anchor.read_text().splitlines()) == 1


def test_another_head_than_the_anchors_is_unhealthy(selling: Commands, tmp_path: Path) -> None:
    anchor = tmp_path / "audit.anchor"
    selling("audit seal")
    anchor.write_text('{"seal": 1, "head": "00"}\n')

    ran = selling("audit verify --json --anchor", str(anchor))

    assert ran.code == 8
    assert "anchor" in ran.rows[0]["problem"]


def test_a_file_that_holds_no_anchors_is_refused(selling: Commands, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("no\n")

    assert selling("audit verify --json --anchor", str(tmp_path / "a")).error["exit"] == 2


def test_a_changed_entry_is_named_with_exit_8(on_sqlite: Commands) -> None:
    on_sqlite.has_event()
    on_sqlite("audit seal")
    (entry,) = on_sqlite("audit log --verb event.apply --json").rows
    path = on_sqlite.settings["BOXOFFICE_DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TRIGGER audit_entry_no_update")
        connection.execute("UPDATE audit_entry SET actor = 'else' WHERE verb = 'event.apply'")

    ran = on_sqlite("audit verify --json")

    assert ran.code == 8
    assert ran.rows[0]["entry"] == entry["id"]
    assert entry["id"] in on_sqlite("audit verify").out


def test_a_look_at_a_whole_document_is_part_of_the_story(selling: Commands) -> None:
    code = selling.sells(RITA)["order"]["code"]

    selling(f"order show {code} --with-documents")

    story = selling(f"audit explain {code} --json").json["story"]
    assert story[-1]["says"] == "local was shown whole documents of it."
