"""Late money and previews at the command line: asked, listed, decided, refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from boxoffice.office import BoxOffice, opened
from boxoffice.settings import Settings
from tests.commands import EVENT, Commands
from tests.payments.ended import Waiting, an_ended_sale

LATE = {
    "code",
    "event",
    "buyer_name",
    "total_minor",
    "discount_minor",
    "paid_minor",
    "currency",
    "why",
    "since",
}
REVIEWED = EVENT.replace("fee_percent = 10", 'late_payment = "review"')


@contextmanager
def the_office_of(boxoffice: Commands) -> Iterator[BoxOffice]:
    with opened(Settings.read(boxoffice.settings)) as office:
        yield office


@pytest.fixture
def late(boxoffice: Commands) -> Commands:
    """The program, with one order of two places whose money came after it was cancelled."""
    boxoffice.has_event(REVIEWED)
    with the_office_of(boxoffice) as office:
        an_ended_sale(office).is_paid()
    return boxoffice


def the_code(late: Commands) -> str:
    (found,) = late("payment late --json").rows
    return str(found["code"])


def resolved(late: Commands, line: str) -> Any:
    return late(f"payment resolve {the_code(late)} --note 'agreed by phone' --json {line}")


def test_late_money_is_listed_for_programs_and_for_people(late: Commands) -> None:
    (found,) = late("payment late --json").rows
    told = late("payment late")

    assert set(found) >= LATE
    assert (found["paid_minor"], found["why"], found["places"]) == (20_000, "late money", "free")
    assert (found["event"], found["wanted"]) == ("noite", {"Lote 1": 2})
    assert told.out.split("\t")[0] == found["code"]
    assert "payment resolve" in told.err
    assert late("payment late --json --fields code").rows == [{"code": found["code"]}]
    assert late("payment late --event nobody --json").error["code"] == "event.not_found"


def test_accepting_answers_with_the_paid_order_and_mails_it(late: Commands) -> None:
    told = resolved(late, "--accept --yes").json

    assert told["order"]["state"] == "paid"
    assert all(ticket["code"] for ticket in told["order"]["tickets"])
    assert late("payment late --json").rows == []
    assert late("event show noite --json").json["tiers"][0]["places_left"] == 8
    (mail,) = (late.home / "mail" / "new").glob("*.eml")
    assert b"rita@example.com" in mail.read_bytes()


def test_dismissing_says_what_is_owed(late: Commands) -> None:
    code = the_code(late)

    told = late(f"payment resolve {code} --dismiss --note 'sold out' --yes")

    assert told.out == f"{code} is cancelled; R$ 200,00 is owed to its buyer.\n"
    assert late(f"order show {code} --json").json["order"]["state"] == "cancelled"
    assert late("payment late").err == "nothing waits for a decision.\n"


def test_accepting_what_is_sold_out_is_refused(late: Commands) -> None:
    late.sells("--quantity 9")

    ran = resolved(late, "--accept --yes")

    assert (ran.code, ran.error["code"]) == (5, "tier.sold_out")
    assert "--dismiss" in ran.error["hint"]
    assert [row["places"] for row in late("payment late --json").rows] == ["gone"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("", 2),
        ("--accept --dismiss --yes", 2),
        ("--accept", 2),  # nobody is there to be asked
        ("--accept --yes --fields nothing", 2),
    ],
)
def test_without_one_clear_decision_nothing_is_changed(
    late: Commands, line: str, code: int
) -> None:
    ran = resolved(late, line)

    assert (ran.code, ran.error["code"]) == (code, "value.invalid")
    assert len(late("payment late --json").rows) == 1


def test_a_decision_has_a_reason(late: Commands) -> None:
    code = the_code(late)

    assert late(f"payment resolve {code} --accept --yes").code == 2
    assert late(f"payment resolve {code} --accept --yes --note ''").code == 2
    assert len(late("payment late --json").rows) == 1


def test_what_is_not_under_review_is_not_decided_on(late: Commands) -> None:
    code = late.sells()["order"]["code"]

    ran = late(f"payment resolve {code} --dismiss --note x --yes --json")

    assert (ran.code, ran.error["code"]) == (5, "state.refused")
    assert late("payment resolve NOBODY --dismiss --note x --yes").code == 3


def test_a_preview_shows_what_would_be_on_sale(on_sqlite: Commands) -> None:
    on_sqlite.has_event()

    before, after = (
        {row["name"]: (row["places_left"], row["on_sale"]) for row in on_sqlite(line).rows}
        for line in (
            "tier preview noite --at now --json",
            "tier preview noite --at now --sold 'Lote 1=10' --sold Meia=1 --json",
        )
    )

    assert before == {"Lote 1": (10, True), "Lote 2": (10, False), "Meia": (5, True)}
    assert after == {"Lote 1": (0, False), "Lote 2": (10, True), "Meia": (4, True)}


def test_a_preview_tells_people_the_moment_in_the_event_s_zone(on_sqlite: Commands) -> None:
    on_sqlite.has_event()

    told = on_sqlite("tier preview noite --at 2099-11-30T12:00Z")

    assert told.out.splitlines()[1] == "Lote 2\tR$ 150,00\t10\t10\twaits"
    assert told.err == "noite at 30/11/2099 09:00: 25 places left.\n"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("noite --at never", 2),
        ("noite --at now --sold Lote", 2),
        ("noite --at now --sold 'Lote 1=11'", 2),
        ("noite --at now --sold VIP=1", 3),
        ("nobody --at now", 3),
    ],
)
def test_a_preview_of_what_is_not_there_is_refused(
    on_sqlite: Commands, line: str, code: int
) -> None:
    on_sqlite.has_event()

    ran = on_sqlite(f"tier preview {line} --json")

    assert (ran.code, ran.error["exit"]) == (code, code)


@pytest.fixture
def short(boxoffice: Commands) -> Commands:
    """The program, with one order of R$ 200,00 that got R$ 150,00, and was accepted."""
    boxoffice.has_event(REVIEWED)
    with the_office_of(boxoffice) as office:
        Waiting(office).is_paid(15_000)
    accepted = boxoffice(f"payment resolve {the_code(boxoffice)} --accept --note 'bank fee' --yes")
    assert "R$ 50,00 of it is missing" in accepted.err
    assert "payment forgive" in accepted.err
    return boxoffice


def short_code(short: Commands) -> str:
    (found,) = short("order list --json").rows
    return str(found["code"])


def test_what_is_missing_is_told_by_the_books_until_it_is_forgiven(short: Commands) -> None:
    code = short_code(short)
    before = short("report money --json")

    told = short(f"payment forgive {code} --note 'bank fee, our loss' --yes --json")

    after = short("report money --json")
    assert (before.code, after.code) == (7, 0)
    assert told.json["order"]["total_minor"] == 15_000
    assert (told.json["order"]["discount_minor"], told.json["order"]["balance_minor"]) == (5_000, 0)
    again = short(f"payment forgive {code} --note 'once more' --yes --json")
    assert (again.code, again.out, again.error["code"]) == (5, "", "state.refused")


def test_forgiving_asks_first_and_says_how_much(short: Commands) -> None:
    code = short_code(short)

    unsure = short(f"payment forgive {code} --note 'bank fee'")
    told = short(f"payment forgive {code} --note 'bank fee' --yes")

    assert (unsure.code, unsure.out) == (2, "")
    assert (told.code, told.out) == (0, f"R$ 50,00 of {code} is forgiven.\n")
    assert "R$ 50,00 that was missing forgiven: bank fee" in short(f"order history {code}").out
