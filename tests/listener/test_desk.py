"""The line to the desks, as a stranger sees it: tokens, limits, and nothing told to nobody."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from boxoffice.door.desks import invite
from boxoffice.door.models import Scan
from boxoffice.door.queries import gate_at
from boxoffice.errors import Busy
from boxoffice.listener.limits import Buckets
from boxoffice.staff.rules import Role
from tests.listener.conftest import Post
from tests.making import SLUG, a_sale, an_event, codes_of, rows

ROUTES = [
    ("POST", "/desk/scan"), ("POST", "/desk/scans"), ("GET", "/desk/snapshot"),
    ("GET", "/desk/search?q=rita"), ("GET", "/desk/stats"), ("GET", "/desk/offers"),
    ("POST", "/desk/sell"), ("GET", "/desk/owed?ticket=K7QX2M-1"), ("POST", "/desk/collect"),
    ("POST", "/desk/print"),
]  # fmt: skip


def a_token(post: Post) -> str:
    office = post.office
    with office.writing() as session:
        gate, until = gate_at(session, SLUG, None), office.now() + timedelta(days=1)
        code = invite(
            session, office.actor, gate, "A", role=Role.DOOR, expires_at=until, now=office.now()
        )
    answer = post.client.post("/desk/enrol", json={"code": code})
    assert answer.status_code == 200
    return str(answer.json()["token"])


def asked(post: Post, method: str, path: str, token: str, body: Any = None) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return post.client.request(method, path, json=body or {}, headers=headers)


@pytest.mark.parametrize("token", ["", "wrong", "é" * 3])
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_a_token_nothing_is_told(post: Post, method: str, path: str, token: str) -> None:
    an_event(post.office)
    body = {
        "text": "x", "nonce": "n", "facts": [], "sent_at": "2026-11-22T15:00:00+00:00",
        "wanted": [{"tier": "Lote 1", "quantity": 1}], "name": "", "key": "k",
        "ticket": "K7QX2M-1", "owed_minor": 1, "currency": "BRL",
    }  # fmt: skip
    header = {b"authorization": f"Bearer {token}".encode()} if token else {}

    answer = post.client.request(method, path, json=body, headers=header)

    assert (answer.status_code, answer.json()) == (403, {"error": "desk.unknown"})
    assert rows(post.office, Scan) == []


def test_a_desk_scans_searches_counts_and_brings_its_snapshot(post: Post) -> None:
    an_event(post.office)
    (code,) = codes_of(a_sale(post.office))
    token = a_token(post)
    body = {"text": code, "nonce": "n-1", "gate": "North"}

    first, again = (asked(post, "POST", "/desk/scan", token, body) for _ in range(2))

    assert (first.json()["verdict"], again.content) == ("ok", first.content)
    assert rows(post.office, Scan)[0].gate == "North"
    assert asked(post, "GET", "/desk/stats", token).json()["admitted"] == 1
    hits = asked(post, "GET", "/desk/search?q=nogueira", token).json()["hits"]
    assert [hit["document"] for hit in hits] == ["***.533.447-**"]
    snapshot = asked(post, "GET", "/desk/snapshot", token)
    assert snapshot.content.startswith(b"SQLite format 3")
    assert snapshot.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/desk/scan", {}),
        ("/desk/scan", {"text": "x" * 5_000, "nonce": "n"}),
        ("/desk/scan", {"text": "x", "nonce": "a\nb"}),
        ("/desk/scan", {"text": "x", "nonce": "n", "direction": "undo"}),
        ("/desk/scan", {"text": "x", "nonce": "n", "proof": "smile"}),
        ("/desk/scan", {"text": "x", "nonce": "n", "gate": "\x1b[2J"}),
        ("/desk/scan", [1]),
        ("/desk/scans", {"facts": [{}], "sent_at": "2026-11-22T15:00:00+00:00"}),
        ("/desk/scans", {"facts": [], "sent_at": "yesterday"}),
        ("/desk/scans", {"facts": [], "sent_at": "2026-11-22T15:00:00"}),
        ("/desk/scans", {"facts": [1] * 501, "sent_at": "2026-11-22T15:00:00+00:00"}),
    ],
)
def test_what_makes_no_sense_is_refused_and_kept_nowhere(post: Post, path: str, body: Any) -> None:
    an_event(post.office)
    token = a_token(post)

    assert asked(post, "POST", path, token, body).status_code == 400
    assert rows(post.office, Scan) == []


def test_a_body_beyond_its_limit_is_cut_off(post: Post) -> None:
    an_event(post.office)
    token = a_token(post)
    facts = {"facts": ["x" * 600_000]}

    assert asked(post, "POST", "/desk/scans", token, facts).status_code == 413


def test_a_stranger_guesses_at_codes_ten_times(post: Post) -> None:
    said = [post.client.post("/desk/enrol", json={"code": "AAAA-AAAA"}) for _ in range(12)]

    assert [one.status_code for one in said] == [403] * 10 + [429] * 2
    assert said[0].json() == {"error": "desk.code"}


def test_a_bucket_fills_up_again_and_each_address_has_its_own() -> None:
    now = [0.0]
    limit = Buckets(2, 10.0, lambda: now[0])
    limit.take("a")
    limit.take("a")

    with pytest.raises(Busy):
        limit.take("a")
    limit.take("b")
    now[0] = 10.0
    limit.take("a")
