"""Webhooks of the stand-in: set up by the API, paused by failures, sent again."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from boxoffice.sandbox.asaas import create_app
from boxoffice.sandbox.faults import Faults
from boxoffice.sandbox.ledger import Sandbox
from boxoffice.sandbox.letters import UNKNOWN_FIELDS
from boxoffice.sandbox.queue import RETRY_SECONDS
from tests.sandbox.charges import a_charge
from tests.sandbox.conftest import Told
from tests.services.switch import Switch

TOKEN = "a-token-of-at-least-thirty-two-characters"


@dataclass
class Setting:
    """A sandbox, a line to its API, and a webhook that answers as told, then 200."""

    sandbox: Sandbox
    line: httpx.Client
    url: str
    answers: list[int] = field(default_factory=list)
    letters: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        """Keep one letter."""
        status = self.answers.pop(0) if self.answers else 200
        self.letters.append(await request.json())
        self.tokens.append(request.headers.get("asaas-access-token"))
        return Response(status_code=status)

    def hook(self, **changes: Any) -> dict[str, Any]:
        """Have letters sent here, and return the row of the webhook."""
        given = {"name": "a", "url": self.url, "email": "a@example.com", "authToken": TOKEN}
        answer = self.line.post("/v3/webhooks", json={**given, **changes})
        row: dict[str, Any] = answer.json()
        return row

    def read(self, hook_id: str) -> dict[str, Any]:
        """Read a webhook."""
        row: dict[str, Any] = self.line.get(f"/v3/webhooks/{hook_id}").json()
        return row

    @property
    def events(self) -> list[str]:
        """What came, in order of arrival."""
        return [letter["event"] for letter in self.letters]


@pytest.fixture
def setting(server: Switch, line: httpx.Client) -> Iterator[Setting]:
    with closing(Sandbox(retry_scale=0.0)) as sandbox:
        made = Setting(sandbox, line, f"{server.url}/hook")
        hook = Route("/hook", made.take, methods=["POST"])
        server.app = Starlette(routes=[hook, Mount("/", create_app(sandbox))])
        yield made


def test_a_hook_shows_its_token_once(setting: Setting) -> None:
    made = setting.hook()

    listed = setting.line.get("/v3/webhooks").json()["data"]
    assert made["authToken"] == TOKEN
    assert "authToken" not in listed[0]
    assert (listed[0]["hasAuthToken"], listed[0]["penalizedRequestsCount"]) == (True, 0)
    assert TOKEN not in str(setting.read(made["id"]))


def test_a_hook_without_a_token_is_given_one(setting: Setting) -> None:
    made = setting.hook(authToken=None)
    a_charge(setting.sandbox)
    setting.sandbox.flush()

    assert len(made["authToken"]) >= 32
    assert setting.tokens == [made["authToken"]]


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"url": "nowhere"},
        {"email": None},
        {"authToken": "short"},
        {"authToken": "x" * 40},
        {"sendType": "SOMEHOW"},
        {"events": [{"all": True}]},
        {"enabled": "yes"},
    ],
)
def test_a_hook_that_breaks_a_rule_is_refused(setting: Setting, changes: dict[str, Any]) -> None:
    refused = setting.hook(**changes)

    assert refused["errors"][0]["code"] == "invalid_object"
    assert setting.sandbox.hooks.listed({})["totalCount"] == 0


def test_an_account_has_ten_hooks(setting: Setting) -> None:
    for _ in range(10):
        setting.hook()

    assert "errors" in setting.hook()


def test_a_hook_gets_the_letters_it_asked_for(setting: Setting) -> None:
    setting.hook(events=["PAYMENT_RECEIVED"])
    setting.sandbox.pay(a_charge(setting.sandbox))
    setting.sandbox.flush()

    assert setting.events == ["PAYMENT_RECEIVED"]


def test_two_hooks_get_the_same_letter(setting: Setting) -> None:
    setting.hook()
    setting.hook()
    a_charge(setting.sandbox)
    setting.sandbox.flush()

    assert len({letter["id"] for letter in setting.letters}) == 1
    assert len(setting.letters) == 2


def test_a_hook_that_is_off_or_gone_gets_nothing(setting: Setting) -> None:
    off, gone = setting.hook(enabled=False), setting.hook()
    setting.line.delete(f"/v3/webhooks/{gone['id']}")
    a_charge(setting.sandbox)
    setting.sandbox.flush()

    assert setting.letters == []
    assert [row["id"] for row in setting.sandbox.hooks.listed({})["data"]] == [off["id"]]


def test_fifteen_failures_pause_a_hook_and_a_put_sends_again(setting: Setting) -> None:
    hook_id = setting.hook()["id"]
    setting.answers += [500] * len(RETRY_SECONDS)
    setting.sandbox.pay(a_charge(setting.sandbox))
    with pytest.raises(TimeoutError):
        setting.sandbox.flush()
    paused = setting.read(hook_id)
    resumed = setting.line.put(f"/v3/webhooks/{hook_id}", json={"interrupted": False}).json()
    setting.sandbox.flush()

    assert (paused["interrupted"], paused["penalizedRequestsCount"]) == (True, 15)
    assert resumed["interrupted"] is False
    assert setting.events[14:] == ["PAYMENT_CREATED", "PAYMENT_CREATED", "PAYMENT_RECEIVED"]
    assert setting.read(hook_id)["penalizedRequestsCount"] == 0


def test_removing_the_backoff_skips_the_wait(server: Switch, line: httpx.Client) -> None:
    with closing(Sandbox(retry_scale=100.0)) as sandbox:
        setting = Setting(sandbox, line, f"{server.url}/hook", answers=[500])
        hook = Route("/hook", setting.take, methods=["POST"])
        server.app = Starlette(routes=[hook, Mount("/", create_app(sandbox))])
        hook_id = setting.hook()["id"]
        a_charge(sandbox)
        with pytest.raises(TimeoutError):
            sandbox.flush(0.5)
        answer = line.post(f"/v3/webhooks/{hook_id}/removeBackoff")
        sandbox.flush()

    assert (answer.status_code, answer.content) == (204, b"")
    assert len(setting.letters) == 2


def test_letters_that_need_no_order_pass_one_that_fails(server: Switch, line: httpx.Client) -> None:
    with closing(Sandbox(retry_scale=100.0)) as sandbox:
        setting = Setting(sandbox, line, f"{server.url}/hook", answers=[500])
        hook = Route("/hook", setting.take, methods=["POST"])
        server.app = Starlette(routes=[hook, Mount("/", create_app(sandbox))])
        hook_id = setting.hook(sendType="NON_SEQUENTIALLY")["id"]
        sandbox.pay(a_charge(sandbox))
        with pytest.raises(TimeoutError):
            sandbox.flush(0.5)
        passed = setting.events
        line.post(f"/v3/webhooks/{hook_id}/removeBackoff")
        sandbox.flush()

    assert passed == ["PAYMENT_CREATED", "PAYMENT_RECEIVED"]
    assert setting.events[2:] == ["PAYMENT_CREATED"]


def test_a_paused_queue_keeps_its_letters_until_it_is_resumed(setting: Setting) -> None:
    hook_id = setting.hook()["id"]
    setting.sandbox.board.set(Faults(queue_paused=1))
    setting.sandbox.pay(a_charge(setting.sandbox))
    with pytest.raises(TimeoutError):
        setting.sandbox.flush()
    while_paused = list(setting.letters)
    paused = setting.read(hook_id)["interrupted"]
    setting.line.post("/sandbox/resume")
    setting.sandbox.flush()

    assert (while_paused, paused) == ([], True)
    assert setting.events == ["PAYMENT_CREATED", "PAYMENT_RECEIVED"]


def test_a_hook_that_is_nowhere_is_not_found(client: httpx.Client) -> None:
    for answer in (
        client.get("/v3/webhooks/whk_1"),
        client.put("/v3/webhooks/whk_1", json={}),
        client.delete("/v3/webhooks/whk_1"),
        client.post("/v3/webhooks/whk_1/removeBackoff"),
    ):
        assert answer.status_code == 404


def test_a_letter_that_is_repeated_keeps_its_id(told: Told) -> None:
    told.sandbox.board.set(Faults(letters_repeated=1))
    told.sandbox.pay(a_charge(told.sandbox))

    assert told.events == ["PAYMENT_CREATED", "PAYMENT_CREATED", "PAYMENT_RECEIVED"]
    assert told.letters[0] == told.letters[1]


def test_a_late_letter_lies_about_first(told: Told) -> None:
    told.sandbox.board.set(Faults(letters_late_ms=60_000))
    a_charge(told.sandbox)

    with pytest.raises(TimeoutError):
        told.sandbox.flush(0.3)
    assert told.letters == []


def test_unknown_fields_are_in_letters(told: Told) -> None:
    told.sandbox.board.set(Faults(fields_unknown=True))
    a_charge(told.sandbox)

    assert told.events == ["PAYMENT_CREATED"]
    assert told.letters[0].items() >= UNKNOWN_FIELDS.items()
    assert told.letters[0]["payment"].items() >= UNKNOWN_FIELDS.items()
