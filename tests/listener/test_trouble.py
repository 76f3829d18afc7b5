"""The listener in trouble: no database, a dead gateway, a signal."""

import json
import signal
import socket
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from boxoffice.listener.app import create_app
from boxoffice.listener.serving import serve
from boxoffice.office import BoxOffice
from boxoffice.payments import letters
from boxoffice.sandbox.asaas import create_app as create_gateway
from boxoffice.sandbox.faults import Faults
from boxoffice.sandbox.ledger import API_KEY, Sandbox
from tests.commands import TOKEN, Commands
from tests.listener.conftest import Post
from tests.making import Clock, an_office

HEADERS = {"asaas-access-token": TOKEN}
NEWS = {"id": "evt_1", "event": "PAYMENT_RECEIVED", "payment": {"id": "pay_1"}}


def test_without_a_database_it_says_503_and_stays(tmp_path: Path, clock: Clock) -> None:
    url = f"postgresql://x@/x?host={tmp_path}"
    with (
        closing(an_office(url, tmp_path, clock, asaas_webhook_token=TOKEN)) as office,
        serve(create_app(office, after_keeping=lambda: None)) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        letter = client.post("/webhooks/asaas", json=NEWS, headers=HEADERS)
        ready, live = client.get("/health/ready"), client.get("/health/live")

    assert (letter.status_code, letter.json()) == (503, {"error": "database.unavailable"})
    assert (ready.status_code, ready.json()["ready"]) == (503, False)
    assert live.status_code == 200


def test_an_unexpected_failure_tells_a_reference_and_no_trace(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(letters, "_event_key", broken)

    answer = post.send(json.dumps(NEWS).encode())

    assert (answer.status_code, set(answer.json())) == (500, {"error", "ref"})
    assert "secret" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_a_dead_gateway_does_not_slow_the_letters(sqlite_url: str, tmp_path: Path) -> None:
    with closing(Sandbox()) as gateway, serve(create_gateway(gateway)) as url:
        gateway.board.set(Faults(latency_ms=3_000))
        boxoffice = Commands(sqlite_url, tmp_path / "home").setting(
            asaas_url=f"{url}/v3", asaas_api_key=API_KEY, asaas_webhook_token=TOKEN
        )
        with (
            boxoffice.listening() as (_, address),
            httpx.Client(base_url=address, trust_env=False, headers=HEADERS) as client,
        ):
            took = []
            for number in range(5):
                began = time.monotonic()
                answer = client.post("/webhooks/asaas", json=NEWS | {"id": f"evt_{number}"})
                took.append(time.monotonic() - began)
                assert answer.status_code == 200

    assert max(took) < 1


@pytest.mark.parametrize("redis", ["stopped", "frozen"])
def test_each_letter_is_answered_within_a_second_whatever_redis_does(
    database_url: str, tmp_path: Path, redis: str
) -> None:
    with socket.socket() as port:
        port.bind(("127.0.0.1", 0))  # nobody listens: a call is refused
        if redis == "frozen":
            port.listen()  # the kernel takes each call, and nobody ever says a word
        boxoffice = Commands(database_url, tmp_path / "home").setting(
            redis_url=f"redis://127.0.0.1:{port.getsockname()[1]}/0", asaas_webhook_token=TOKEN
        )
        with (
            boxoffice.listening() as (_, address),
            httpx.Client(base_url=address, trust_env=False, headers=HEADERS) as client,
        ):
            took = []
            for number in range(20):
                began = time.monotonic()
                answer = client.post("/webhooks/asaas", json=NEWS | {"id": f"evt_{number}"})
                took.append(time.monotonic() - began)
                assert answer.status_code == 200

    assert max(took) < 1
    assert len(boxoffice("webhook list --json").rows) == 20


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_it_with_the_letter_in_hand_kept(
    sqlite_url: str, tmp_path: Path, number: int, code: int
) -> None:
    boxoffice = Commands(sqlite_url, tmp_path / "home").setting(asaas_webhook_token=TOKEN)
    with boxoffice.listening() as (process, address):
        httpx.post(f"{address}/webhooks/asaas", json=NEWS, headers=HEADERS, trust_env=False)
        process.send_signal(number)
        ended = process.wait(30)
        assert process.stderr is not None
        said = process.stderr.read().decode()

    assert (ended, "Traceback" in said) == (code, False)
    assert [row["event_id"] for row in boxoffice("webhook list --json").rows] == ["evt_1"]


def test_a_taken_port_is_told(sqlite_url: str, tmp_path: Path) -> None:
    boxoffice = Commands(sqlite_url, tmp_path / "home").setting(asaas_webhook_token=TOKEN)
    with boxoffice.listening() as (_, address):
        ran = boxoffice(f"webhook serve --port {address.rpartition(':')[2]}")

    assert (ran.code, ran.out) == (78, "")
    assert "hint: choose another --port" in ran.err


def test_a_busy_database_asks_the_gateway_to_come_again(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    from boxoffice.errors import DatabaseBusy  # noqa: PLC0415

    def busy(*_: object) -> None:
        raise DatabaseBusy("another writer holds the database.")

    monkeypatch.setattr(BoxOffice, "writing", busy)

    answer = post.send(json.dumps(NEWS).encode())

    assert (answer.status_code, answer.json()) == (429, {"error": "database.busy"})
