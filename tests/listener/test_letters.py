"""Letters at the door of the listener: who may bring one, what is kept, and what is turned away."""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from boxoffice.outbox.models import Job
from boxoffice.payments.letters import BODY_MAX
from boxoffice.settings import Settings
from tests.commands import TOKEN
from tests.listener.conftest import Post
from tests.making import rows

NEWS = {
    "id": "evt_05b708f961d739ea7eba7e4db318f621&368604920",
    "event": "PAYMENT_RECEIVED",
    "dateCreated": "2026-11-22 15:00:00",
    "payment": {"object": "payment", "id": "pay_080225913252", "status": "RECEIVED"},
}


def a_letter(**changes: Any) -> bytes:
    return json.dumps(NEWS | changes).encode()


def test_a_letter_is_kept_as_it_came_and_promised_to_be_read(post: Post) -> None:
    body = b"  " + a_letter() + b"\n"

    answer = post.send(body)

    assert (answer.status_code, answer.json()) == (200, {})
    (letter,) = post.kept
    assert (letter.body, letter.event_key, letter.provider) == (body, NEWS["id"], "asaas")
    assert [job.kind for job in rows(post.office, Job)] == ["payment.read_letter"]
    assert post.woken == [True]


@pytest.mark.parametrize(
    "token", ["", "x" * 42, TOKEN[:-1], TOKEN + "x", TOKEN.upper(), f"Bearer {TOKEN}"]
)
def test_a_wrong_token_is_turned_away(gate: Post, token: str) -> None:
    assert gate.send(a_letter(), asaas_access_token=token).status_code == 401
    assert gate.kept == []


def test_two_tokens_are_no_token(gate: Post) -> None:
    headers = [("asaas-access-token", TOKEN)] * 2 + [("content-type", "application/json")]

    answer = gate.client.post("/webhooks/asaas", content=a_letter(), headers=headers)

    assert (answer.status_code, gate.kept) == (401, [])


@pytest.mark.parametrize("configured", ["", "short"])
def test_without_a_good_token_of_our_own_nobody_passes(gate: Post, configured: str) -> None:
    gate.office.settings = Settings.read(
        {
            "BOXOFFICE_HOME": str(gate.office.settings.home),
            "BOXOFFICE_DATABASE_URL": gate.office.settings.database_url,
            "BOXOFFICE_ASAAS_WEBHOOK_TOKEN": configured,
        }
    )

    assert gate.send(a_letter(), asaas_access_token=configured).status_code == 401
    assert gate.kept == []


@pytest.mark.parametrize("media_type", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_another_type_is_turned_away(gate: Post, media_type: str) -> None:
    assert gate.send(a_letter(), content_type=media_type).status_code == 415
    assert gate.kept == []


@pytest.mark.parametrize("media_type", ["application/json;charset=UTF-8", "Application/JSON"])
def test_the_type_may_be_written_in_any_way(gate: Post, media_type: str) -> None:
    assert gate.send(a_letter(), content_type=media_type).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        a_letter()[:-1],
        b"nonsense",
        b'{"id": NaN}',
        b'{"id": -Infinity}',
        b"\xff\xfe",
        b'{"id": "\xff"}',
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"id": 1} {"id": 2}',
    ],
)
def test_what_is_no_json_is_turned_away(gate: Post, body: bytes) -> None:
    assert gate.send(body).status_code == 400
    assert gate.kept == []


def test_what_is_too_large_is_turned_away_by_its_word(gate: Post) -> None:
    assert gate.send(a_letter(padding="x" * BODY_MAX)).status_code == 413
    assert gate.kept == []


def test_what_is_too_large_is_turned_away_while_it_comes(gate: Post) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"padding": "'
        for _ in range(2 * BODY_MAX // 65_536):
            yield b"x" * 65_536
        yield b'"}'

    headers = {"content-type": "application/json", "asaas-access-token": TOKEN}
    try:
        status = gate.client.post("/webhooks/asaas", content=chunks(), headers=headers).status_code
    except httpx.TransportError:
        status = 413  # the listener hung up in the middle: nobody has to take the rest in

    assert (status, gate.kept) == (413, [])
    assert gate.send(a_letter()).status_code == 200


def test_the_largest_letter_is_kept(post: Post) -> None:
    body = a_letter(padding="x" * (BODY_MAX - len(a_letter(padding=""))))

    assert len(body) == BODY_MAX
    assert post.send(body).status_code == 200
    assert len(post.kept[0].body) == BODY_MAX


@pytest.mark.parametrize(
    "body",
    [
        a_letter(event="PAYMENT_SEEN_BY_MOONLIGHT"),
        a_letter(payment={"id": "pay_nobody_knows"}),
        a_letter(payment={"id": "pay_1", "externalReference": None}),
        a_letter(payment=None),
        a_letter(id=None),
        a_letter(id=7),
        a_letter(id="x" * 5_000),
        a_letter(id="a\x00b"),
        a_letter(id="\ud800"),
        b"[]",
        b'[{"id": "evt_1"}]',
        b"null",
        b'"text"',
        b"{}",
    ],
)
def test_what_nobody_understands_is_kept_all_the_same(post: Post, body: bytes) -> None:
    first, again = post.send(body), post.send(body)

    assert (first.status_code, again.status_code) == (200, 200)
    assert [letter.body for letter in post.kept] == [body]


def test_fifty_at_once_are_one_letter_and_one_job(post: Post) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: post.send(a_letter()).status_code, range(50)))

    assert answers == [200] * 50
    assert len(post.kept) == 1
    assert len(rows(post.office, Job)) == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_only_post_brings_letters(gate: Post, method: str) -> None:
    assert gate.client.request(method, "/webhooks/asaas").status_code == 405


@pytest.mark.parametrize("path", ["/", "/webhooks", "/webhooks/other", "/health", "/../etc/passwd"])
def test_there_is_nothing_else(gate: Post, path: str) -> None:
    assert gate.client.get(path).status_code == 404


def test_who_hangs_up_in_the_middle_leaves_nothing(post: Post) -> None:
    host, port = post.client.base_url.host, post.client.base_url.port
    head = (
        f"POST /webhooks/asaas HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        f"asaas-access-token: {TOKEN}\r\ncontent-length: 5000\r\n\r\n"
    )
    with socket.create_connection((host, port or 80)) as line:
        line.sendall(head.encode() + a_letter()[:20])

    assert post.send(a_letter()).status_code == 200
    assert len(post.kept) == 1


def test_health_answers(post: Post) -> None:
    live, ready = (post.client.get(f"/health/{name}") for name in ("live", "ready"))

    assert (live.status_code, live.json()) == (200, {"live": True})
    assert (ready.status_code, ready.json()) == (200, {"ready": True})
