"""Who is meant, what names them, and what is handed out to them."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from boxoffice.errors import BadValue
from boxoffice.office import BoxOffice
from boxoffice.privacy.hand_out import package
from boxoffice.privacy.raw import body_without_person
from boxoffice.privacy.who import By, Marks, parse_who
from tests.privacy.knowing import ANA, JOEL, found, knows


@pytest.mark.parametrize(
    ("text", "by", "value"),
    [
        (" Ana@EXAMPLE.com ", By.EMAIL, "Ana@example.com"),
        ("390.533.447-05", By.DOCUMENT, "39053344705"),
        ("+55 11 98765-4321", By.PHONE, "11987654321"),
        ("(11) 98765-4321", By.PHONE, "11987654321"),
        ("Ana  Lúcia", By.NAME, "Ana Lúcia"),
    ],
)
def test_a_person_is_named_by_what_is_known_of_them(text: str, by: By, value: str) -> None:
    who = parse_who(text)

    assert (who.by, who.value) == (by, value)


@pytest.mark.parametrize("text", ["", "Ana", "ana@", "123", "not a\x1bname"])
def test_what_means_nobody_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        parse_who(text)


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("ligar para ANA LUCIA D'AVILA hoje", True),
        ("mail: ANA.davila@example.com.", True),
        ("CPF 390.533.447-05", True),
        ("tel (11) 98765 4321", True),
        ("Mariana Lúcia", False),
        ("Ana Lúcia Prado", False),
        ("390.533.447-0", False),
        ("", False),
    ],
)
def test_a_text_names_them_however_it_is_spelled(text: str, *, is_named: bool) -> None:
    marks = Marks()
    marks.learn(name=ANA.name, email=ANA.email, document=ANA.document, phone=ANA.phone)

    assert marks.are_in(text) is is_named


@pytest.mark.parametrize("body", [b"\xff\xfe", b"[" * 100_000, b""])
def test_a_letter_that_cannot_be_read_is_emptied(body: bytes) -> None:
    assert json.loads(body_without_person(body, None, is_theirs=True)) == {"erased": True}


def test_a_person_leaves_a_letter_wherever_they_stand_in_it() -> None:
    marks = Marks()
    marks.learn(name=ANA.name, document=ANA.document)
    letter = {ANA.name: [{"n": 39053344705, "value": 10.5, "paid": True}, "ANA LUCIA DAVILA x"]}

    clean = json.loads(body_without_person(json.dumps(letter).encode(), marks, is_theirs=False))

    assert clean == {"(erased)": [{"n": "(erased)", "value": 10.5, "paid": True}, "(erased)"]}


def test_all_that_is_known_is_handed_out_and_nothing_of_others(
    office: BoxOffice, tmp_path: Path
) -> None:
    hers, his = knows(office, tmp_path)
    there, files = found(office)

    with office.reading() as session:
        content = package(session, office.actor, there, files, now=office.now())

    with zipfile.ZipFile(io.BytesIO(content)) as out:
        told = {name: out.read(name).decode() for name in out.namelist()}
    (order,) = json.loads(told["orders.json"])
    assert (order["code"], order["buyer_document"]) == (hers.code, ANA.document)
    bodies = [letter["body"] for letter in json.loads(told["letter.json"])]
    assert [body["payment"]["value"] for body in bodies if "payment" in body] == [200.0]
    assert hers.code in told["summary.txt"]
    everything = "".join(told.values())
    assert [
        text for text in (JOEL.name, JOEL.email, JOEL.document, his.code) if text in everything
    ] == []
