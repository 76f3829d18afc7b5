"""Logins over HTTP: tokens renewed and ended, secrets guessed at, bodies that are none."""

import socket
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import httpx
import pytest
from argon2 import PasswordHasher

from boxoffice.errors import TooManyTries
from boxoffice.listener import reading, serving
from boxoffice.listener.limits import Buckets
from boxoffice.office import BoxOffice
from boxoffice.staff import hashing
from boxoffice.staff.models import StaffSession
from boxoffice.staff.rules import Role
from tests.listener.conftest import Post
from tests.making import Clock, rows
from tests.services.switch import Switch
from tests.staff.people import PASSWORD, added

RIGHT = {"name": "rita", "password": PASSWORD}
WRONG = RIGHT | {"password": "other words than those"}
SECURE = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}


@pytest.fixture(autouse=True)
def _cheap() -> Iterator[None]:
    with patch.object(hashing, "HASHER", PasswordHasher(time_cost=1, memory_cost=64)):
        yield


def staffed(office: BoxOffice) -> None:
    """Add rita, an admin."""
    added(office, "rita", Role.ADMIN)


def call(post: Post, path: str, body: Any, **more: Any) -> httpx.Response:
    return post.client.post(path, json=body, **more)


def tokens(post: Post) -> dict[str, Any]:
    """Log rita in."""
    answer = call(post, "/auth/login", RIGHT)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def asks(post: Post, token: str) -> httpx.Response:
    return post.client.get("/auth/whoami", headers={"authorization": f"Bearer {token}"})


def test_a_login_is_a_pair_that_says_who_asks(post: Post) -> None:
    staffed(post.office)

    told = tokens(post)

    assert (told["name"], told["role"], told["token_type"]) == ("rita", "admin", "Bearer")
    assert told["expires_in"] == 900
    who = asks(post, told["access_token"]).json()
    assert (who["name"], who["role"], "staff" in who["permissions"]) == ("rita", "admin", True)


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(post: Post) -> None:
    staffed(post.office)

    answers = [
        call(post, "/auth/login", body)
        for body in (WRONG, RIGHT | {"name": "ghost"}, RIGHT | {"name": "\x00"})
    ]

    assert {(each.status_code, each.text) for each in answers} == {(401, '{"error":"login.wrong"}')}
    assert answers[0].headers["www-authenticate"] == "Bearer"


def test_half_a_character_is_a_name_that_nobody_has(post: Post) -> None:
    staffed(post.office)
    raw = b'{"name": "\\ud800", "password": "\\ud800"}'

    answer = post.client.post(
        "/auth/login", content=raw, headers={"content-type": "application/json"}
    )

    assert answer.status_code in {400, 401}


def test_a_refresh_turns_and_a_replay_ends_all(post: Post, clock: Clock) -> None:
    staffed(post.office)
    first = tokens(post)
    body = {"refresh_token": first["refresh_token"]}
    second = call(post, "/auth/refresh", body).json()
    clock.forward(seconds=11)

    replayed = call(post, "/auth/refresh", body)

    assert (replayed.status_code, replayed.json()) == (401, {"error": "login.reused"})
    after = call(post, "/auth/refresh", {"refresh_token": second["refresh_token"]})
    assert after.json() == {"error": "login.over"}
    assert asks(post, second["access_token"]).json() == {"error": "login.over"}


def test_logging_out_ends_it_and_does_not_tell_strangers_anything(post: Post) -> None:
    staffed(post.office)
    told = tokens(post)
    body = {"refresh_token": told["refresh_token"]}

    answers = [call(post, "/auth/logout", each).json() for each in (body, body)]

    assert answers == [{"ended": True}, {"ended": False}]
    assert call(post, "/auth/logout", {"refresh_token": "x"}).json() == {"ended": False}
    assert asks(post, told["access_token"]).status_code == 401


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Basic cml0YTp4", "Bearer x", "Bearer " + "a" * 3_000, "Bearer é"],
)
def test_without_a_good_access_token_nobody_asks(gate: Post, header: str) -> None:
    answer = gate.client.get("/auth/whoami", headers={b"authorization": header.encode("latin-1")})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_two_authorizations_are_none(gate: Post) -> None:
    headers = [("authorization", "Bearer x"), ("authorization", "Bearer y")]

    assert gate.client.get("/auth/whoami", headers=headers).status_code == 400


def test_guessing_one_name_is_slowed_down_in_the_database(
    post: Post, line: tuple[Switch, httpx.Client]
) -> None:
    staffed(post.office)
    added(post.office, "dora", Role.DOOR)
    at_ease(line)

    said = [call(post, "/auth/login", WRONG).status_code for _ in range(8)]

    assert said == [401] * 5 + [429] * 3
    answer = call(post, "/auth/login", RIGHT)
    assert (answer.json(), answer.headers["retry-after"]) == ({"error": "login.too_many"}, "5")
    assert call(post, "/auth/login", RIGHT | {"name": "dora"}).status_code == 200


def at_ease(line: tuple[Switch, httpx.Client]) -> None:
    """Let one address try as often as it likes."""
    app: Any = line[0].app
    app.state.buckets = Buckets(burst=10**9)


def test_one_address_tries_so_often_and_letters_go_on(gate: Post) -> None:
    said = [call(gate, "/auth/refresh", {"refresh_token": "x"}).status_code for _ in range(25)]

    assert said == [401] * 20 + [429] * 5
    assert gate.send(b'{"id": "evt_1", "event": "X"}').status_code == 200


def test_a_bucket_fills_again_and_forgets_who_was_silent_longest() -> None:
    moment = [0.0]
    buckets = Buckets(burst=2, seconds=3, clock=lambda: moment[0])

    def takes(key: str) -> bool:
        try:
            buckets.take(key)
        except TooManyTries:
            return False
        return True

    assert [takes("a") for _ in range(3)] == [True, True, False]
    assert takes("b")
    moment[0] = 3.0
    assert [takes("a"), takes("a")] == [True, False]
    for number in range(10_050):
        takes(f"address {number}")
    assert len(buckets._left) == 10_000  # noqa: SLF001  (that it does not grow is the point)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"[]", b"null", b"NaN", b'"x"', b"{}", b'{"name":"rita"}', b"\xff\xfe",
        b'{"name":"rita","password":7}', b'{"name":["rita"],"password":"x"}',
        b'{"name":"rita","password":"x","role":"admin"}', b'{"name":"","password":"x"}',
        b'{"name":"rita","name":"dora","password":"x"}', b"[" * 10_000,
        b'{"name":"rita","password":"' + b"x" * 600 + b'"}',
    ],
)  # fmt: skip
def test_a_body_that_is_none_is_refused_and_not_repeated(gate: Post, raw: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = gate.client.post("/auth/login", content=raw, headers=headers)

    assert (answer.status_code, answer.json()) == (400, {"error": "not what is asked for here"})


def test_another_type_is_refused(gate: Post) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"):
        answer = gate.client.post("/auth/login", content=b"{}", headers={"content-type": kind})
        assert answer.status_code == 415


@pytest.mark.parametrize("is_told", [True, False])
def test_ten_megabytes_are_not_taken_in(gate: Post, *, is_told: bool) -> None:
    raw = b"x" * 10_000_000

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(raw), 65_536):
            yield raw[start : start + 65_536]

    headers = {"content-type": "application/json"}
    try:
        content = raw if is_told else pieces()
        status = gate.client.post("/auth/login", content=content, headers=headers).status_code
    except httpx.TransportError:
        status = 413  # the listener hung up in the middle: nobody has to take the rest in

    assert status == 413
    assert gate.client.get("/health/live").status_code == 200


def opened(gate: Post) -> socket.socket:
    """Open a line of our own to the listener."""
    where = urlsplit(str(gate.client.base_url))
    return socket.create_connection((where.hostname or "", where.port or 0), timeout=10)


def test_a_body_that_does_not_come_is_given_up(gate: Post) -> None:
    head = (
        b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        b"content-length: 100\r\n\r\n{"
    )
    with patch.object(reading, "BODY_SECONDS", 0.2), opened(gate) as wire:
        wire.sendall(head)
        said = wire.recv(1_000)

    assert said.startswith(b"HTTP/1.1 408 ")


def test_a_head_that_does_not_come_is_given_up(gate: Post) -> None:
    with patch.object(serving, "HEAD_SECONDS", 0.2), opened(gate) as wire:
        wire.sendall(b"GET /health/live HTTP/1.1\r\nhost: x\r\nx-slow: ")
        try:
            said = wire.recv(1_000)
        except ConnectionResetError:
            said = b""

    assert said == b""
    assert gate.client.get("/health/live").status_code == 200


@pytest.mark.parametrize("flood", [b"x: " + b"y" * 100_000, b"x: y\r\n" * 20_000])
def test_a_flood_of_headers_is_refused(gate: Post, flood: bytes) -> None:
    with opened(gate) as wire:
        try:
            wire.sendall(b"GET /health/live HTTP/1.1\r\nhost: x\r\n" + flood + b"\r\n\r\n")
            said = wire.recv(1_000)
        except OSError:
            said = b"HTTP/1.1 400 "  # it hung up while the flood went on

    assert said.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 431 ")) or said == b""
    assert gate.client.get("/health/live").status_code == 200


def test_every_answer_is_guarded_failures_too(gate: Post) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a secret")

    with patch.object(BoxOffice, "reading", broken):
        failed = gate.client.get("/metrics")
    answers = [
        failed,
        gate.client.get("/health/live"),
        gate.client.get("/nowhere"),
        gate.client.put("/auth/login"),
        gate.send(b"{", asaas_access_token=""),
        call(gate, "/auth/login", {}),
    ]

    assert [each.status_code for each in answers] == [500, 200, 404, 405, 401, 400]
    for each in answers:
        assert SECURE.items() <= dict(each.headers).items()
        assert "server" not in each.headers
        assert "secret" not in each.text
        assert len(each.headers["x-request-id"]) >= 8


def test_a_request_keeps_the_id_that_a_proxy_gave_it_unless_it_is_none(gate: Post) -> None:
    given = {"x-request-id": "proxy-01.abcdef"}
    bad = {"x-request-id": "a" * 500}

    assert (
        gate.client.get("/health/live", headers=given).headers["x-request-id"]
        == given["x-request-id"]
    )
    assert len(gate.client.get("/health/live", headers=bad).headers["x-request-id"]) == 16


def test_no_password_reaches_the_audit_or_the_sessions(post: Post) -> None:
    staffed(post.office)
    told = tokens(post)

    everything = repr(rows(post.office, StaffSession))
    assert told["refresh_token"] not in everything
