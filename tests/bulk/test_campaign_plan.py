"""A campaign's plan checks every guest, says what is wrong with each, and sends nothing."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from boxoffice.bulk.campaign_plan_file import (
    guests_beside,
    mail_beside,
    read_campaign,
    told_of,
    write_campaign,
)
from boxoffice.errors import (
    BadFile,
    BadValue,
    BoxOfficeError,
    EventNotOnSale,
    Forbidden,
    NotFound,
    Refused,
)
from boxoffice.events.models import EventState
from boxoffice.events.publish import move
from boxoffice.mail import Attachment
from boxoffice.office import BoxOffice
from boxoffice.people import Person
from tests.bulk.campaigns import (
    ANA,
    BIA,
    GIFT,
    TICKETS,
    a_file,
    a_night,
    invited,
    kept,
    many,
    planned,
)
from tests.bulk.files import mode
from tests.making import DOOR, LOTE, RITA, SLUG, a_tier, an_event, counts


@pytest.fixture
def giving(office: BoxOffice) -> BoxOffice:
    a_night(office)
    return office


def told(office: BoxOffice, *rows: str) -> list[str]:
    return [str(problem) for problem in planned(office, a_file(*rows)).problems]


def test_each_row_becomes_a_guest_with_places(giving: BoxOffice) -> None:
    plan = planned(giving, a_file())

    ana, bia = plan.guests
    assert ana.person == Person(
        "Ana Lima", "ana@example.com", RITA.document, "", "Aurora", "Gerente"
    )
    assert (ana.line, ana.quantity, bia.line, bia.quantity) == (2, 2, 3, 1)
    assert (plan.places, plan.worth.minor, plan.problems) == (3, 150_00, ())


def test_a_plan_changes_nothing(giving: BoxOffice, tmp_path: Path) -> None:
    before = counts(giving)

    kept(giving, tmp_path, a_file(), message="Venha!")

    assert counts(giving) == before


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (";x@example.com;;;;1", "line 3, column Nome: is empty."),
        ("Cid;;;;;1", "line 3, column E-mail: is empty."),
        ("Cid;cid@;;;;1", "line 3, column E-mail: is not an e-mail address"),
        ("Cid;cid@example.com;123;;;1", "line 3, column CPF: has 3 characters"),
        ("Cid;cid@example.com;;;;0", "line 3, column Qtd: is not a whole number from 1 to 100."),
        ("Cid;cid@example.com;;;;-2", "line 3, column Qtd: is not a whole number from 1 to 100."),
        ("Cid;cid@example.com;;;;dois", "line 3, column Qtd: is not a whole number"),
        ("Cid;cid@example.com;;;;1;x", "line 3: is not as wide as the header"),
        ("Cid;cid@example.com", "line 3: is not as wide as the header"),
        ("C\x1b[2J;cid@example.com;;;;1", "line 3, column Nome: holds the control character"),
        (f"{'C' * 10_001};cid@example.com;;;;1", "line 3, column Nome: has 10,001 characters"),
        ("Cid;cid@example.com;;;;11", "line 3: Cortesia has 8 places left for this row; 11 needed"),
        ("Ana;ANA@Example.COM;;;;1", "line 3, column E-mail: is the same as on line 2"),
        ("Ana;outra@example.com;39053344705;;;1", "line 3, column CPF: is the same as on line 2"),
    ],
)
def test_each_bad_row_is_told_and_the_good_ones_are_planned(
    giving: BoxOffice, row: str, what: str
) -> None:
    (problem,) = told(giving, ANA, row)

    assert problem.startswith(what)
    assert [guest.line for guest in planned(giving, a_file(ANA, row)).guests] == [2]


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"Nome;CPF\nAna;\n", "there is no column for email"),
        (b"Nome;E-mail;Mail\nAna;a@example.com;b@example.com\n", "both say the email"),
        (b"Nome;E-mail\n" + b"A" * 2**20 + b";a@example.com\n", "line 2: has a row of more than"),
        (b"Nome;E-mail\nA\0na;a@example.com\n", "NUL byte"),
        (
            "Nome;E-mail\nJosé;a@example.com\nZé Árvore;b@example.com\n".encode()
            + b"Jos\xe9;c@x.test\n",
            "is written in",
        ),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused(
    giving: BoxOffice, raw: bytes, what: str
) -> None:
    with pytest.raises(BadFile, match=what):
        planned(giving, raw)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_encodings_delimiters_and_line_ends_are_found_out(
    giving: BoxOffice, encoding: str, delimiter: str, end: str
) -> None:
    rows = [["Nome", "E-mail", "Empresa"], ["Zoé Conceição", "zoe@example.com", "Irmãos"]]
    raw = end.join([delimiter.join(row) for row in rows] + [""]).encode(encoding)

    (guest,) = planned(giving, raw).guests

    assert (guest.person.name, guest.person.company) == ("Zoé Conceição", "Irmãos")


def test_a_column_may_be_named_by_map(giving: BoxOffice) -> None:
    raw = a_file("Ana;ana@example.com", head="Quem;Contato")

    plan = planned(giving, raw, headings={"name": "Quem", "email": "Contato"})

    assert [guest.person.name for guest in plan.guests] == ["Ana"]
    with pytest.raises(BadValue, match="no column of ours"):
        planned(giving, raw, headings={"tier": "Quem"})


@pytest.mark.parametrize(
    ("asked", "family", "what"),
    [
        ({"tier": "VIP"}, NotFound, "there is no tier VIP"),
        ({"name": "a\x07"}, BadValue, "--name"),
        ({"name": "a" * 81}, BadValue, "the limit is 80"),
    ],
)
def test_terms_that_make_no_sense_are_refused(
    giving: BoxOffice, asked: dict[str, str], family: type[BoxOfficeError], what: str
) -> None:
    with pytest.raises(family, match=what):
        planned(giving, a_file(), **asked)  # type: ignore[arg-type]  # what is asked varies


def test_an_expiry_is_in_the_future_and_of_codes(giving: BoxOffice) -> None:
    now = giving.now()
    with pytest.raises(BadValue, match="is over already"):
        planned(giving, a_file(), expires_at=now)

    with pytest.raises(BadValue, match="is for codes"):
        planned(giving, a_file(), TICKETS, expires_at=now + timedelta(days=1))


def test_half_price_is_not_given_away(office: BoxOffice) -> None:
    an_event(office, a_tier(GIFT, category="half"))

    with pytest.raises(Refused) as caught:
        planned(office, a_file())

    assert caught.value.case == "promo.not_with_half_price"


def test_nothing_is_given_away_of_a_cancelled_event(giving: BoxOffice) -> None:
    with giving.writing() as session:
        move(session, giving.actor, SLUG, EventState.CANCELLED, now=giving.now())

    with pytest.raises(EventNotOnSale):
        planned(giving, a_file())


def test_only_who_edits_events_plans_a_campaign(giving: BoxOffice) -> None:
    giving.actor = DOOR

    with pytest.raises(Forbidden):
        planned(giving, a_file())


def test_who_was_invited_to_this_campaign_is_not_planned_again(
    giving: BoxOffice, tmp_path: Path
) -> None:
    invited(giving, tmp_path, a_file(ANA))

    plan = planned(giving, a_file(ANA.replace("ana@", "Ana@"), BIA))

    assert (plan.already, [guest.person.name for guest in plan.guests]) == (1, ["Bia Sá"])


def test_a_campaign_has_one_name_and_one_set_of_terms(giving: BoxOffice, tmp_path: Path) -> None:
    invited(giving, tmp_path)

    for other in (
        {"message": "Venha!"},
        {"tier": LOTE},
        {"expires_at": giving.now() + timedelta(1)},
    ):
        with pytest.raises(Refused) as caught:
            planned(giving, a_file(), **other)
        assert caught.value.case == "campaign.exists"


def test_the_plan_file_tells_all_and_names_documents_masked(giving: BoxOffice) -> None:
    plan = planned(
        giving, a_file(ANA, "X;;;;;1"), files=(Attachment("a.txt", "text/plain", b"hi"),)
    )

    told = told_of(plan)

    assert told["counts"] == {
        "rows": 2, "bad": 1, "duplicates": 0, "already": 0, "guests": 1, "places": 2, "mails": 1,
    }  # fmt: skip
    assert told["money"] == {"given_minor": 100_00, "currency": "BRL"}
    assert told["attachments"] == [{"name": "a.txt", "type": "text/plain", "bytes": 2}]
    assert told["first"][0]["document"] == "***.533.447-**"


def test_a_plan_is_read_back_as_it_was_written_and_is_its_owners_alone(
    giving: BoxOffice, tmp_path: Path
) -> None:
    until = giving.now() + timedelta(days=3)
    files = (Attachment("a.bin", "application/octet-stream", bytes(range(256))),)
    plan = planned(giving, a_file(), expires_at=until, message="Olá\nvenha", files=files)
    path = tmp_path / "plan.json"

    write_campaign(plan, path, source="a.csv", by="local", now=giving.now())

    back = read_campaign(path)
    assert (back.event, back.tier, back.terms, back.guests) == (SLUG, GIFT, plan.terms, plan.guests)
    assert {mode(file) for file in tmp_path.glob("plan.json*")} == {0o600}


@pytest.mark.parametrize("which", [guests_beside, mail_beside])
def test_files_that_are_not_the_plans_own_are_refused(
    giving: BoxOffice, tmp_path: Path, which: object
) -> None:
    path = kept(giving, tmp_path, a_file())
    assert callable(which)
    which(path).write_bytes(which(path).read_bytes() + b" ")

    with pytest.raises(BadFile, match="is not what"):
        read_campaign(path)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"schema":"plan/1"}', b"\xff", b"[" * 9_999])
def test_what_is_no_plan_is_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(raw)

    with pytest.raises(BadFile, match="is not a plan of `courtesy`"):
        read_campaign(path)


def test_the_plan_of_an_import_is_no_plan_of_a_campaign(giving: BoxOffice, tmp_path: Path) -> None:
    path = kept(giving, tmp_path, a_file())
    told = json.loads(path.read_bytes())
    path.write_text(json.dumps(told | {"act": "order.import"}))

    with pytest.raises(BadFile, match="is not a plan"):
        read_campaign(path)


@pytest.mark.parametrize(
    "spoilt",
    [{"campaign": ["x"]}, {"mode": "gifts"}, {"expires_at": "2099-01-01T00:00"}, {"campaign": ""}],
)
def test_a_plan_that_somebody_spoilt_is_refused(
    giving: BoxOffice, tmp_path: Path, spoilt: dict[str, object]
) -> None:
    path = kept(giving, tmp_path, a_file())
    path.write_text(json.dumps(json.loads(path.read_bytes()) | spoilt))

    with pytest.raises(BadFile, match="is not a plan"):
        read_campaign(path)


def test_a_file_of_more_guests_than_one_plan_takes_is_refused_whole(
    office: BoxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_night(office)
    monkeypatch.setattr("boxoffice.bulk.plan.ROWS_MAX", 3)

    with pytest.raises(BadValue, match="has 4 rows; the limit of one plan is 3") as refusal:
        planned(office, many(4))

    assert "--name" in refusal.value.hint
