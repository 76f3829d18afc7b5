"""Where many people are listed, documents, addresses and phones are masked: everywhere."""

from pathlib import Path

import pytest
from sqlalchemy import text

from boxoffice.audit.models import AuditEntry
from boxoffice.errors import Forbidden
from boxoffice.ids import new_id
from boxoffice.office import BoxOffice
from boxoffice.people import masked_document, masked_email, masked_phone, masked_words
from boxoffice.privacy.map import TABLES, Kind
from boxoffice.privacy.unmask import unmask
from boxoffice.staff.rules import Actor, Role
from tests.architecture.test_contract_page import TREE, flags
from tests.commands import Commands
from tests.making import SLUG, rows
from tests.privacy.knowing import knows
from tests.tui.boards import LARGE, seated
from tui.commands import COMMANDS, Place
from tui.house import Answer, House
from tui.words import Language

# What each column of its kind holds in these tests, and what of it no listing may show.
HELD = {
    Kind.EMAIL: "zuleica.canaria@example.com",
    Kind.DOCUMENT: "39053344705",
    Kind.PHONE: "+55 11 98765-4321",
}
SECRET = ("zuleica", "39053344705", "390.533", "447-05", "98765", "7654321")

# Every command that lists, as somebody would type it. One with `--limit` must stand here.
LISTINGS = {
    "audit log": "",
    "auth sessions": "",
    "courtesy list": "",
    "desk list": "",
    "door conflicts": f"-e {SLUG} --all",
    "door list list": f"-e {SLUG}",
    "door search": f"-e {SLUG} ana",
    "event list": "",
    "job list": "",
    "order find": "ana",
    "order list": "",
    "payment late": "",
    "payment list": "",
    "payment owed": "",
    "privacy find": HELD[Kind.EMAIL],
    "privacy retention": "",
    "promo list": SLUG,
    "staff list": "",
    "tier list": SLUG,
    "webhook list": "",
}
KEYS = {one.id: one.key for one in COMMANDS if one.action.startswith("app.go(")}
BOARDS = [place for place in Place if place not in {Place.ANY, Place.DESK}]
RUNS = {"job run"}  # its limit is of what it does, not of what it lists
# These list people: with nothing to list they would prove nothing.
OF_PEOPLE = (
    *("courtesy list", "door search", "job list", "order find", "order list", "promo list"),
    "privacy find",
)
GUESTS = f"""nome;e-mail;cpf;lote;quantidade
Zuleica Reis;{HELD[Kind.EMAIL]};390.533.447-05;Lote 1;1
"""


@pytest.fixture
def boxoffice(database_url: str, tmp_path: Path) -> Commands:
    """The program, on the database and in the home of the office."""
    return Commands(database_url, tmp_path / "home")


@pytest.fixture
def known(office: BoxOffice, tmp_path: Path) -> BoxOffice:
    """An office that knows somebody's address, document and phone in every column for one."""
    knows(office, tmp_path)
    with office.writing() as session:
        error = f"550 <{HELD[Kind.EMAIL]}> with CPF 390.533.447-05"
        session.connection().execute(text("UPDATE job SET last_error = :error"), {"error": error})
        for table, columns in TABLES.items():
            for column, kind in columns.personal.items():
                if kind in HELD:
                    asked = text(f"UPDATE {table} SET {column} = :held")  # noqa: S608  (our words)
                    session.connection().execute(asked, {"held": HELD[kind]})
    return office


def shown_in(answer: str) -> list[str]:
    """Return what an answer shows and should not."""
    return [part for part in SECRET if part in answer.casefold()]


def test_every_command_with_a_limit_is_held_to_the_rule() -> None:
    with_limit = {line for line, command in TREE.items() if "--limit" in flags(command)}

    assert with_limit == set(LISTINGS) | RUNS


@pytest.mark.usefixtures("known")
def test_no_listing_shows_a_whole_document_address_or_phone(boxoffice: Commands) -> None:
    for line, more in LISTINGS.items():
        for form in ("", "--json"):
            ran = boxoffice(f"{line} {more} {form}")

            assert ran.code == 0, ran.err
            assert shown_in(ran.out + ran.err) == [], line
            assert ran.out or line not in OF_PEOPLE, line


@pytest.mark.usefixtures("known")
def test_a_plan_shows_its_first_rows_masked(boxoffice: Commands) -> None:
    plans = boxoffice.home / "plans"
    plans.mkdir()
    for act in (
        f"order import plan - -e {SLUG}",
        f"courtesy plan - -e {SLUG} --tier 'Lote 1' --name imprensa",
    ):
        out = plans / "plan.json"
        ran = boxoffice(f"{act} --json --out {out}", stdin=GUESTS.encode())

        assert "Zuleica Reis" in ran.out, ran.err
        assert shown_in((ran.out + out.read_text("utf-8")).replace("Zuleica Reis", "")) == []


@pytest.mark.anyio
async def test_no_screen_lists_a_whole_document_address_or_phone(known: BoxOffice) -> None:
    house = House(known, lambda *_: Answer(0, "", ""), Language.EN)
    one = {Place.ORDERS}  # below its list it shows the one order that the cursor is on

    async with seated(house, size=LARGE) as seat:
        for place in BOARDS:
            await seat.press(KEYS[place])
            await seat.until_at(place)
            await seat.until_read()

            shown = shown_in(seat.text())
            assert shown == (["zuleica"] if place in one else []), place


@pytest.mark.usefixtures("known")
def test_one_order_shows_its_address_and_hides_its_document(boxoffice: Commands) -> None:
    code = boxoffice("order list --json").rows[0]["code"]

    order = boxoffice(f"order show {code} --json").json["order"]
    ticket = boxoffice(f"ticket show {code}-1 --json").json

    assert order["buyer_email"] == ticket["holder_email"] == HELD[Kind.EMAIL]
    assert order["buyer_phone"] == HELD[Kind.PHONE]
    assert order["buyer_document"] == ticket["holder_document"] == "***.533.447-**"


def test_what_is_asked_for_whole_is_shown_and_audited(
    known: BoxOffice, boxoffice: Commands
) -> None:
    code = boxoffice("order list --json").rows[0]["code"]

    order = boxoffice(f"order show {code} --with-documents --json").json["order"]
    ticket = boxoffice(f"ticket show {code}-1 --with-documents --json").json
    guest = boxoffice("courtesy list --with-documents --json").json

    documents = {order["buyer_document"], ticket["holder_document"], guest["document"]}
    assert documents == {HELD[Kind.DOCUMENT]}
    assert guest["email"] == HELD[Kind.EMAIL]
    acts = [entry for entry in rows(known, AuditEntry) if entry.verb == "privacy.unmask"]
    nouns = sorted(entry.subject.partition(":")[0] for entry in acts)
    assert nouns == ["campaign", "order", "ticket"]
    assert [entry.facts for entry in acts] == [{"people": 1}] * 3


def test_a_clerk_sees_no_whole_document(known: BoxOffice) -> None:
    with pytest.raises(Forbidden, match="may not see and export whole"), known.writing() as session:
        unmask(session, Actor("clara", Role.BOX_OFFICE), "order", {new_id(): 1}, now=known.now())

    assert not [entry for entry in rows(known, AuditEntry) if entry.verb == "privacy.unmask"]


def test_masks_leave_enough_to_tell_one_from_another() -> None:
    assert masked_email("ana.lima@example.com") == "a***@example.com"
    assert masked_email("nobody") == "***"
    assert masked_phone("+55 11 98765-4321") == "*** 4321"
    assert [mask("") for mask in (masked_document, masked_email, masked_phone)] == ["", "", ""]


def test_words_lose_addresses_and_documents_and_nothing_else() -> None:
    said = "550 <ana@example.com>: CPF 390.533.447-05, 39053344705 or 12.ABC.345/01DE-35; order 7"

    assert masked_words(said) == (
        "550 <a***@example.com>: CPF ***.533.447-**, ***.533.447-** or **.ABC.345/****-**; order 7"
    )
