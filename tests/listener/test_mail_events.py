"""Events of mails at the door of the listener: signed or turned away, kept once, never a judge."""

import json
import random
import time
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from boxoffice.listener.app import create_app
from boxoffice.office import BoxOffice
from boxoffice.outbox.keep_events import BODY_MAX
from boxoffice.outbox.messages import MailEvent
from boxoffice.payments.letters import BODY_MAX as LETTER_MAX
from boxoffice.payments.models import Letter
from boxoffice.sandbox.mail_post import MailSandbox
from tests.making import Clock, an_office, counts, rows
from tests.services.switch import Switch

PATH = "/webhooks/sendgrid"
SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
STAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
ID = "0190a0b0-c0d0-7000-8000-000000000001"


class Events:
    """A listener, and whoever signs the events that it gets."""

    def __init__(self, office: BoxOffice, client: httpx.Client, vendor: MailSandbox) -> None:
        self.office, self.client, self.vendor = office, client, vendor

    def send(self, events: object, **headers: str) -> httpx.Response:
        """Post events, signed, unless `headers` say otherwise."""
        body, given = self.vendor.signed(events)
        return self.post(body, given | headers)

    def post(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
        """Post a body as it is."""
        return self.client.post(PATH, content=body, headers=headers)

    @property
    def kept(self) -> list[MailEvent]:
        """Every event in the database."""
        return sorted(rows(self.office, MailEvent), key=lambda one: one.event_key)


@pytest.fixture
def vendor() -> Iterator[MailSandbox]:
    with closing(MailSandbox()) as made:
        yield made


@contextmanager
def listening(
    url: str, home: Path, clock: Clock, line: tuple[Switch, httpx.Client], vendor: MailSandbox
) -> Iterator[Events]:
    """Put a listener behind the address."""
    server, client = line
    with closing(an_office(url, home, clock, sendgrid_webhook_key=vendor.public_key)) as office:
        server.app = create_app(office, after_keeping=lambda: None)
        yield Events(office, client, vendor)


@pytest.fixture
def events(
    database_url: str,
    tmp_path: Path,
    clock: Clock,
    line: tuple[Switch, httpx.Client],
    vendor: MailSandbox,
) -> Iterator[Events]:
    """A listener, once on SQLite and once on PostgreSQL."""
    with listening(database_url, tmp_path / "home", clock, line, vendor) as made:
        yield made


@pytest.fixture
def gate(
    sqlite_url: str,
    tmp_path: Path,
    clock: Clock,
    line: tuple[Switch, httpx.Client],
    vendor: MailSandbox,
) -> Iterator[Events]:
    """A listener on SQLite alone: for events that no database is to see."""
    with listening(sqlite_url, tmp_path / "home", clock, line, vendor) as made:
        yield made


def an_event(kind: str = "delivered", **changes: Any) -> dict[str, Any]:
    told = {
        "email": "rita@example.com",
        "timestamp": 1_795_359_600,
        "event": kind,
        "sg_event_id": f"id-{kind}",
        "sg_message_id": "9aBcDeFg.recvd-5d8f-x2k9-1-65A1B2C3-4.0",
        "smtp-id": "<9aBcDeFg@geopod-ismtpd-7>",
        "response": "250 OK",
        "message": ID,
    }
    return told | changes


def test_a_signed_batch_is_kept_event_by_event(events: Events) -> None:
    answer = events.send([an_event("processed"), an_event("delivered")])

    assert (answer.status_code, answer.json()) == (200, {})
    delivered, processed = events.kept
    assert (delivered.kind, str(delivered.message_id), delivered.reason) == (
        "delivered",
        ID,
        "250 OK",
    )
    assert (processed.event_key, processed.provider_id) == ("sendgrid:id-processed", "9aBcDeFg")
    assert (rows(events.office, Letter), counts(events.office)["job"]) == ([], 0)


def test_no_address_of_anybody_is_kept(events: Events) -> None:
    events.send([an_event()])

    assert "rita" not in repr(events.kept)


def test_the_same_batch_again_and_doubled_adds_nothing(events: Events) -> None:
    batch = [an_event("processed"), an_event("delivered")]
    events.send(batch)
    before = events.kept

    assert [events.send(batch * 3).status_code, events.send(batch[::-1]).status_code] == [200] * 2
    assert events.kept == before


def test_one_batch_delivered_many_times_at_once_is_kept_once(events: Events) -> None:
    batch = [an_event(sg_event_id=f"id-{n}") for n in range(200)]

    def send(turn: int) -> int:
        shuffled = random.Random(turn).sample(batch, len(batch))  # noqa: S311  (an order, no secret)
        return events.send(shuffled).status_code

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(send, range(16)))

    assert (set(codes), len(events.kept)) == ({200}, 200)


def test_a_replay_of_any_age_is_taken_and_adds_nothing(gate: Events) -> None:
    body, headers = gate.vendor.signed([an_event()], stamp="1000000000")

    assert [gate.post(body, headers).status_code for _ in range(2)] == [200, 200]
    assert len(gate.kept) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {SIGNATURE: ""},
        {SIGNATURE: "bm90IGEgc2lnbmF0dXJl"},
        {SIGNATURE: "é?"},
        {SIGNATURE: "A" * 4000},
        {STAMP: ""},
        {STAMP: "1"},
        {STAMP: "now"},
        {STAMP: "١٢٣"},
    ],
)
def test_a_wrong_signature_is_turned_away(gate: Events, headers: dict[str, str]) -> None:
    body, given = gate.vendor.signed([an_event()])
    raw = [(name.encode(), value.encode()) for name, value in (given | headers).items()]

    answer = gate.client.post(PATH, content=body, headers=raw)

    assert (answer.status_code, gate.kept) == (401, [])


def test_one_byte_changed_is_a_wrong_signature(gate: Events) -> None:
    body, headers = gate.vendor.signed([an_event()])

    codes = {
        gate.post(body.rstrip(), headers).status_code,
        gate.post(body.replace(b"rita", b"rito"), headers).status_code,
        gate.post(body + b" ", headers).status_code,
    }

    assert (codes, gate.kept) == ({401}, [])


def test_nobody_elses_key_is_good(gate: Events) -> None:
    with closing(MailSandbox()) as other:
        body, headers = other.signed([an_event()])
        answer = gate.post(body, headers)

    assert (answer.status_code, gate.kept) == (401, [])


def test_two_signatures_are_none(gate: Events) -> None:
    body, headers = gate.vendor.signed([an_event()])
    doubled = [*headers.items(), (SIGNATURE, headers[SIGNATURE])]

    answer = gate.client.post(PATH, content=body, headers=doubled)

    assert (answer.status_code, gate.kept) == (401, [])


def test_without_a_key_of_our_own_nobody_passes(
    sqlite_url: str, tmp_path: Path, clock: Clock, line: tuple[Switch, httpx.Client]
) -> None:
    server, client = line
    with (
        closing(an_office(sqlite_url, tmp_path / "home", clock)) as office,
        closing(MailSandbox()) as vendor,
    ):
        server.app = create_app(office, after_keeping=lambda: None)
        body, headers = vendor.signed([an_event()])
        answer = client.post(PATH, content=body, headers=headers)

    assert answer.status_code == 401


def test_another_type_is_turned_away(gate: Events) -> None:
    answer = gate.send([an_event()], **{"Content-Type": "text/plain"})

    assert (answer.status_code, gate.kept) == (415, [])


@pytest.mark.parametrize("told", [{}, {"event": "delivered"}, "x", 1, None])
def test_what_is_no_list_is_turned_away(gate: Events, told: object) -> None:
    assert (gate.send(told).status_code, gate.kept) == (400, [])


@pytest.mark.parametrize("body", [b"", b"[", b"[NaN]", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_turned_away(gate: Events, body: bytes) -> None:
    key = gate.vendor._key  # noqa: SLF001  (signs what the sandbox would never write)
    _, headers = gate.vendor.signed([], stamp="1795359600")
    signature = key.sign(b"1795359600" + body, ec.ECDSA(SHA256()))

    answer = gate.post(body, headers | {SIGNATURE: b64encode(signature).decode()})

    assert (answer.status_code, gate.kept) == (400, [])


def test_a_body_larger_than_a_letter_is_taken_and_one_over_the_bound_is_not(gate: Events) -> None:
    large = [an_event(sg_event_id=f"id-{n}", padding="x" * 1000) for n in range(3_000)]

    taken = gate.send(large)
    refused = gate.post(b"x" * (BODY_MAX + 1), gate.vendor.signed([])[1])

    assert len(json.dumps(large)) > LETTER_MAX
    assert (taken.status_code, refused.status_code, len(gate.kept)) == (200, 413, 3_000)


HOSTILE: list[Any] = [
    None,
    [],
    "x",
    1e308,
    {},
    {"event": None},
    {"event": ["bounce"], "sg_event_id": 7},
    {"event": "x" * 500, "sg_event_id": "y" * 500},
    {"event": "bounce\x00\x1b[2J", "sg_event_id": "\x00", "sg_message_id": "\ud800.x"},
    {"event": "bounce", "timestamp": -1, "message": "not-a-uuid", "reason": "\x1b]0;x\x07" * 99},
    {"event": "bounce", "timestamp": 10**30, "message": {"a": 1}, "reason": {"b": []}},
    {"event": "bounce", "timestamp": "now", "sg_message_id": "..", "email": {"c": 1}},
    {"event": "delivered", "timestamp": True, "type": {"d": 1}, "category": [[[[]]]]},
    {"event": "'; DROP TABLE message; --", "sg_event_id": "' OR 1=1"},
]


def test_ten_thousand_hostile_events_are_kept_or_left_out_within_seconds(
    events: Events,
) -> None:
    luck = random.Random(7)  # noqa: S311  (chooses among cases)
    batch = [
        {**case, "n": n} if isinstance(case, dict) else case
        for n, case in ((n, luck.choice(HOSTILE)) for n in range(10_000))
    ]
    body, headers = events.vendor.signed(batch)
    events.send([an_event()])

    began = time.monotonic()
    answer = events.post(body, headers)
    took = time.monotonic() - began
    count = len(events.kept)

    assert answer.status_code == 200
    assert took < 10
    assert events.post(body, headers).status_code == 200
    assert len(events.kept) == count
    assert all(one.reason.isprintable() and one.kind.isprintable() for one in events.kept)
