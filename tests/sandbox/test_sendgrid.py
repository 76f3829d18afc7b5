"""The stand-in for SendGrid, served to a plain client: it refuses what the vendor refuses."""

import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from boxoffice.sandbox.mail_faults import faults_of_words
from boxoffice.sandbox.mail_post import API_KEY, MailSandbox
from boxoffice.sandbox.sendgrid import create_app
from tests.services.switch import Switch


@pytest.fixture
def post() -> Iterator[MailSandbox]:
    with closing(MailSandbox()) as made:
        yield made


@pytest.fixture
def poster(post: MailSandbox, server: Switch) -> Iterator[httpx.Client]:
    server.app = create_app(post)
    headers = {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"}
    with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as made:
        yield made


def a_body(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "personalizations": [
            {"to": [{"email": "rita@example.com", "name": "Rita"}], "custom_args": {"message": "m"}}
        ],
        "from": {"email": "tickets@example.org", "name": "Tickets"},
        "subject": "Your tickets",
        "content": [{"type": "text/plain", "value": "a"}, {"type": "text/html", "value": "<p>a"}],
    }
    return body | changes


def to(*people: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return [{"to": list(people), **more}]


RITA = {"email": "rita@example.com"}


def test_a_good_mail_is_taken_with_an_id(post: MailSandbox, poster: httpx.Client) -> None:
    answer = poster.post("/v3/mail/send", json=a_body())

    assert (answer.status_code, answer.content) == (202, b"")
    assert [mail.message_id for mail in post.mails] == [answer.headers["X-Message-Id"]]
    assert poster.get("/sandbox/mails").json()[0]["subject"] == "Your tickets"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"content": a_body()["content"][::-1]}, "content"),
        ({"content": [{"type": "text/plain", "value": ""}]}, "content"),
        ({"content": []}, "content"),
        ({"subject": ""}, "subject"),
        ({"from": {"email": "café@example.org"}}, "from.email"),
        ({"from": {"email": "a@b.c", "name": "A; B"}}, "from.name"),
        ({"personalizations": []}, "personalizations"),
        ({"personalizations": to()}, "personalizations.0.to"),
        ({"personalizations": to(RITA, RITA)}, "personalizations.0"),
        ({"personalizations": to(RITA, cc=[{"email": "RITA@example.com"}])}, "personalizations.0"),
        ({"personalizations": to({"email": "a@b.c", "name": "Lima, Ana"})}, None),
        ({"personalizations": to(RITA, custom_args={"n": 1})}, "personalizations.0.custom_args"),
        ({"custom_args": {"n": "x" * 10_001}}, "custom_args"),
        ({"attachments": [{"content": "?!", "filename": "a"}]}, "attachments.0"),
        ({"attachments": [{"content": "aGVsbG8=\n", "filename": "a"}]}, "attachments.0"),
        ({"attachments": [{"content": "aGVsbG8="}]}, "attachments.0.filename"),
    ],
)
def test_what_the_vendor_refuses_is_refused(
    post: MailSandbox, poster: httpx.Client, changes: Any, field: str | None
) -> None:
    answer = poster.post("/v3/mail/send", json=a_body(**changes))

    assert answer.status_code == 400
    assert field in {answer.json()["errors"][0]["field"], None}
    assert post.mails == []


def test_a_wrong_key_is_refused(post: MailSandbox, poster: httpx.Client) -> None:
    answer = poster.post(
        "/v3/mail/send", json=a_body(), headers={"Authorization": f"Bearer {API_KEY}x"}
    )

    assert (answer.status_code, post.mails) == (401, [])


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("ana@example.com", ["processed", "delivered"]),
        ("bounce@example.com", ["processed", "bounce"]),
        ("late-bounce@example.com", ["processed", "delivered", "bounce"]),
        ("drop@example.com", ["dropped"]),
        ("spam@example.com", ["processed", "delivered", "spamreport"]),
        ("defer@example.com", ["processed", "deferred", "delivered"]),
    ],
)
def test_an_address_says_what_becomes_of_its_mail(
    post: MailSandbox, poster: httpx.Client, address: str, told: list[str]
) -> None:
    poster.post("/v3/mail/send", json=a_body(personalizations=to({"email": address})))

    assert [event["event"] for event in post.batch()] == told
    assert post.batch() == []


def test_an_address_that_bounced_gets_nothing_more(post: MailSandbox, poster: httpx.Client) -> None:
    body = a_body(personalizations=to({"email": "bounce@example.com"}))
    poster.post("/v3/mail/send", json=body)
    post.batch()

    assert poster.post("/v3/mail/send", json=body).status_code == 202
    assert [event["reason"] for event in post.batch()] == ["Bounced Address"]


def test_events_carry_our_arguments_and_a_good_signature(
    post: MailSandbox, poster: httpx.Client
) -> None:
    poster.post("/v3/mail/send", json=a_body())

    body, headers = post.signed(post.batch())

    key = load_der_public_key(b64decode(post.public_key))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    signature = b64decode(headers["X-Twilio-Email-Event-Webhook-Signature"])
    stamp = headers["X-Twilio-Email-Event-Webhook-Timestamp"].encode()
    key.verify(signature, stamp + body, ec.ECDSA(SHA256()))
    assert {event["message"] for event in json.loads(body)} == {"m"}
    assert body.endswith(b"\r\n")


@pytest.mark.parametrize(
    ("knobs", "count"),
    [({"events_lost": 1}, 1), ({"events_duplicated": 3}, 6), ({"events_late_seconds": 60}, 0)],
)
def test_events_go_wrong_to_order(
    post: MailSandbox, poster: httpx.Client, knobs: dict[str, int], count: int
) -> None:
    assert poster.post("/sandbox/faults", json=knobs).status_code == 200
    poster.post("/v3/mail/send", json=a_body())

    assert len(post.batch()) == count


def test_calls_go_wrong_to_order_and_then_go_right(post: MailSandbox, poster: httpx.Client) -> None:
    names = ["bad_request", "unauthorized", "too_large", "too_many", "error_500", "html_error"]
    post.board.set(faults_of_words([f"{name}=1" for name in names]))

    codes = [poster.post("/v3/mail/send", json=a_body()).status_code for _ in range(7)]

    assert codes == [400, 401, 413, 429, 500, 502, 202]


@pytest.mark.parametrize("word", ["nonsense", "too_many=x", "latency_ms=99999999"])
def test_a_fault_that_there_is_not_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match=r"fault|must be|at most"):
        faults_of_words([word])
