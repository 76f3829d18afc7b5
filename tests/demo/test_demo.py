"""The demo as its first guest meets it, and its books as an auditor does."""

import email
import email.policy
import fcntl
import os
import pickle
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import text

from boxoffice.demo.books import Books, Check, check_books
from boxoffice.demo.stage import Stage
from boxoffice.door.rules import Verdict
from boxoffice.money import Money
from boxoffice.sandbox.ledger import Sandbox
from tests.commands import Commands, Ran
from tests.making import Clock, an_office

EVENT = "noite-das-farmacias"
DEMO = "demo --json --folder"


@dataclass(frozen=True)
class Night:
    """A demo that was played."""

    folder: Path
    played_in: Path
    ran: Ran
    boxoffice: Commands = field(init=False)

    def __post_init__(self) -> None:
        """Point the program at what the demo left."""
        made = Commands(f"sqlite:///{self.folder / 'boxoffice.db'}", self.folder)
        del made.settings["BOXOFFICE_SECRET_KEY"]
        object.__setattr__(self, "boxoffice", made)

    @property
    def mails(self) -> list[Path]:
        """Every mail that was sent."""
        return sorted((self.folder / "mail" / "new").glob("*.eml"))


@pytest.fixture(scope="session")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """One demo for the whole run, played where a settings file names another database.

    Each worker of xdist gets a copy of its own.
    """
    home = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        home = home.parent  # the run's own, above the folders of its workers
    home = home / "demo"
    home.mkdir(exist_ok=True)
    with (home / "lock").open("w") as playing:
        # Race: xdist's workers all want the demo at once. One plays it, the others read it.
        fcntl.flock(playing, fcntl.LOCK_EX)
        told = home / "told"
        if not told.exists():
            (home / "boxoffice.toml").write_text(f'database_url = "sqlite:///{home}/real.db"\n')
            player = Commands("", home)
            player.settings = {}
            told.write_bytes(pickle.dumps(player.process(DEMO, str(home / "night"), cwd=home)))
        copy = tmp_path_factory.mktemp("night") / "copy"
        shutil.copytree(home / "night", copy)
    return Night(copy, home / "night", pickle.loads(told.read_bytes()))  # noqa: S301  (written above)


def test_the_night_is_played_and_its_books_agree(night: Night) -> None:
    told = night.ran.json

    assert told["agree"] is True
    assert all(check["ok"] for check in told["checks"])
    assert told["folder"] == str(night.played_in)
    assert sum(told["sold"].values()) == told["checks"][0]["found"]
    assert (
        told["verdicts"]["ok"] == night.boxoffice(f"door stats -e {EVENT} --json").json["admitted"]
    )


def test_the_broken_rows_of_the_guest_list_are_told_by_line_and_column(night: Night) -> None:
    told = [line.strip() for line in night.ran.err.splitlines() if line.startswith("      line ")]

    assert [line.split(":")[0] for line in told] == [
        "line 20, column E-mail",
        "line 60, column CPF",
        "line 107, column Nome",
        "line 154",
        "line 207, column CPF",
    ]


def test_a_database_that_a_settings_file_names_is_not_touched(night: Night) -> None:
    assert (night.played_in.parent / "boxoffice.toml").exists()
    assert not (night.played_in.parent / "real.db").exists()


def test_every_mail_can_be_read_and_its_tickets_open_the_door_as_the_books_say(
    night: Night,
) -> None:
    assert night.mails
    seen = Counter[str]()
    for number, path in enumerate(night.mails):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert mail["To"]
        assert mail["Message-ID"]
        (paper,) = mail.iter_attachments()
        assert paper.get_content_type() == "application/pdf"
        if number % 20 == 0:
            for code in codes_in(paper.get_content()):
                told = night.boxoffice(f"door scan {code} -e {EVENT} --json").rows[0]
                seen[told["verdict"]] += 1

    assert set(seen) <= {"already_in", "cancelled"}
    assert seen["already_in"] > 5


def codes_in(pdf: bytes) -> Iterator[str]:
    with pypdfium2.PdfDocument(BytesIO(pdf)) as document:
        for page in document:
            image = page.render(scale=2).to_pil()
            yield from (found.text for found in zxingcpp.read_barcodes(image))


def test_what_it_says_to_try_next_works(night: Night) -> None:
    for line in (f"event show {EVENT}", "order find joao", f"door stats --event {EVENT}"):
        ran = night.boxoffice(line)

        assert (ran.code, ran.err) == (0, "")
        assert ran.out


def test_a_folder_that_is_used_is_left_alone(night: Night, tmp_path: Path) -> None:
    (tmp_path / "mine").touch()

    ran = [night.boxoffice(f"demo --json --folder {p}") for p in (tmp_path, tmp_path / "mine")]

    assert [one.error["code"] for one in ran] == ["demo.folder_used"] * 2
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_books_that_disagree_end_the_demo_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = Books({"Lote 1": 1}, Counter(), Money(1), Money(0), [Check("a = b", 1, 2)])
    monkeypatch.setattr("boxoffice.demo.night.play", lambda *_: wrong)
    boxoffice = Commands(f"sqlite:///{tmp_path / 'b.db'}", tmp_path)

    ran = boxoffice(f"{DEMO} {tmp_path / 'a'}")
    plain = boxoffice(f"demo --folder {tmp_path / 'b'}")

    assert (ran.code, ran.rows[0]["agree"], plain.code) == (1, False, 1)
    assert "✖\ta = b\t1\t2" in plain.out


@contextmanager
def the_books(night: Night, tmp_path: Path) -> Iterator[Stage]:
    """Put the office back on a copy of what the night left, with a gateway that says the same."""
    folder = tmp_path / "copy"
    shutil.copytree(night.folder, folder)
    url = f"sqlite:///{folder / 'boxoffice.db'}"
    with closing(an_office(url, folder, Clock())) as office:
        yield Stage(folder, office, cast("Sandbox", Gateway(night)), "", "")


class Gateway:
    """A gateway that got the money the demo said it got."""

    def __init__(self, night: Night) -> None:
        self.minor = night.ran.json["pix_minor"]

    def charges(self, _query: object) -> dict[str, Any]:
        """Tell it as one charge."""
        return {"hasMore": False, "data": [{"value": self.minor / 100}]}


def verdicts(night: Night) -> Counter[Verdict]:
    return Counter({Verdict(v): n for v, n in night.ran.json["verdicts"].items()})


def test_the_books_agree_on_what_was_left(night: Night, tmp_path: Path) -> None:
    with the_books(night, tmp_path) as on:
        assert check_books(on, EVENT, verdicts(night)).agree


TAMPERED = {
    "an entry": ("DELETE FROM entry WHERE scan_id IN (SELECT scan_id FROM entry LIMIT 1)", 1),
    "a place": ("UPDATE tier SET places_left = places_left + 1 WHERE name = 'Lote 1'", 2),
    "a payment": ("UPDATE payment SET paid_minor = paid_minor + 1 WHERE provider = 'asaas'", 2),
    "a job": ("UPDATE job SET state = 'failed' WHERE kind = 'tickets.deliver'", 1),
    "a letter": ("UPDATE letter SET read_at = NULL", 1),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_the_books_disagree_when_somebody_took(night: Night, tmp_path: Path, what: str) -> None:
    statement, wrong_count = TAMPERED[what]
    with the_books(night, tmp_path) as on:
        with on.office.writing() as session:
            session.connection().execute(text(statement))
        books = check_books(on, EVENT, verdicts(night))

    assert not books.agree
    assert sum(not check.is_right for check in books.checks) == wrong_count


@pytest.mark.parametrize("what", ["a mail", "a row", "a byte"])
def test_the_books_disagree_when_a_file_was_changed(
    night: Night, tmp_path: Path, what: str
) -> None:
    with the_books(night, tmp_path) as on:
        export = on.folder / "attendees.csv"
        lines = export.read_bytes().splitlines(keepends=True)
        if what == "a mail":
            next((on.folder / "mail" / "new").glob("*.eml")).unlink()
        elif what == "a row":
            export.write_bytes(b"".join(lines[:-1]))
        else:
            export.write_bytes(b"".join(lines).replace(b"@", b"!", 1))

        assert not check_books(on, EVENT, verdicts(night)).agree
