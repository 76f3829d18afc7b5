"""Letters are kept once, as they came, whatever is in them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice.errors import Forbidden
from boxoffice.office import BoxOffice
from boxoffice.outbox.models import Job
from boxoffice.payments.letters import charge_named, keep_letter
from boxoffice.payments.models import Letter
from boxoffice.payments.queries import list_letters
from boxoffice.staff.rules import SYSTEM
from tests.making import DOOR, Clock, rows


def kept(office: BoxOffice, content: Any, *, provider: str = "asaas", body: bytes = b"") -> bool:
    with office.writing() as session:
        raw = body or json.dumps(content).encode()
        return keep_letter(session, SYSTEM, provider, raw, content, now=office.now())


def test_a_letter_is_kept_as_it_came_and_its_reading_promised(office: BoxOffice) -> None:
    body = b'{"id" : "evt_1",\n "payment":{"id":"pay_1"}, "novo": 1.10}'

    assert kept(office, json.loads(body), body=body)

    (letter,) = rows(office, Letter)
    (job,) = rows(office, Job)
    assert (letter.event_key, letter.body, letter.read_at) == ("evt_1", body, None)
    assert (job.kind, job.args) == (
        "payment.read_letter",
        {"letter_id": str(letter.id), "again": 0},
    )


def test_a_letter_that_comes_again_is_kept_once(office: BoxOffice) -> None:
    first = kept(office, {"id": "evt_1", "n": 1})

    assert (first, kept(office, {"id": "evt_1", "n": 2})) == (True, False)
    assert len(rows(office, Letter)) == len(rows(office, Job)) == 1


def test_two_providers_may_use_the_same_name_for_a_letter(office: BoxOffice) -> None:
    assert kept(office, {"id": "evt_1"})
    assert kept(office, {"id": "evt_1"}, provider="sendgrid")


@pytest.mark.parametrize(
    "content",
    [
        {},
        [],
        None,
        5,
        "text",
        {"id": None},
        {"id": 7},
        {"id": ""},
        {"id": "x" * 256},
        {"id": "\x00"},
    ],
    ids=lambda content: repr(content)[:12],
)
def test_a_letter_without_a_name_of_its_own_is_known_by_its_bytes(
    office: BoxOffice, content: Any
) -> None:
    assert kept(office, content)
    assert not kept(office, content)

    assert rows(office, Letter)[0].event_key.startswith("sha256:")


def test_a_name_as_long_as_may_be_is_kept_whole(office: BoxOffice) -> None:
    names = ["e" * 254 + end for end in "ab"]

    assert [kept(office, {"id": name}) for name in names] == [True, True]
    assert {letter.event_key for letter in rows(office, Letter)} == set(names)


def test_a_letter_of_any_bytes_is_kept(office: BoxOffice) -> None:
    body = bytes(range(256)) * 4096

    assert kept(office, None, body=body)

    assert rows(office, Letter)[0].body == body


def test_who_may_not_keep_letters_keeps_none(office: BoxOffice) -> None:
    with pytest.raises(Forbidden), office.writing() as session:
        keep_letter(session, DOOR, "asaas", b"{}", {}, now=office.now())

    assert rows(office, Letter) == []


def test_letters_are_listed_newest_first(office: BoxOffice, clock: Clock) -> None:
    for number in range(3):
        kept(office, {"id": f"evt_{number}"})
        clock.forward(seconds=1)

    with office.reading() as session:
        listed = list_letters(session, limit=2)

    assert [letter.event_key for letter in listed] == ["evt_2", "evt_1"]


@pytest.mark.parametrize(
    ("content", "charge"),
    [
        ({"payment": {"id": "pay_080225913252"}}, "pay_080225913252"),
        ({"payment": {"id": "pay-1"}}, "pay-1"),
        ({"payment": {"id": ""}}, None),
        ({"payment": {"id": 5}}, None),
        ({"payment": {"id": "pay_1/../../customers"}}, None),
        ({"payment": {"id": "pay_1?deleted=1"}}, None),
        ({"payment": {"id": "pay 1"}}, None),
        ({"payment": {"id": "pay_é"}}, None),
        ({"payment": {"id": "p" * 81}}, None),
        ({"payment": {}}, None),
        ({"payment": "pay_1"}, None),
        ({"payment": None}, None),
        ({}, None),
        ([], None),
        ("pay_1", None),
        (None, None),
    ],
)
def test_a_letter_names_a_charge_only_when_the_name_is_harmless(
    content: Any, charge: str | None
) -> None:
    assert charge_named(json.dumps(content).encode()) == charge


@given(st.recursive(st.none() | st.text() | st.integers(), st.lists))
def test_no_json_breaks_the_reader_of_letters(content: Any) -> None:
    body = json.dumps({"payment": {"id": content}}).encode()

    named = charge_named(body)

    assert named is None or named == content
