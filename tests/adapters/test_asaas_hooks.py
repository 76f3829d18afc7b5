"""How the adapter for Asaas sets up letters, over a real socket, against the sandbox."""

import logging

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from boxoffice.adapters.asaas import Asaas
from boxoffice.adapters.asaas_hooks import EVENTS
from boxoffice.errors import ChargeRefused, GatewaySilent, Misconfigured
from boxoffice.payments.provider import Hook
from boxoffice.sandbox.ledger import Sandbox
from tests.adapters.charges import everything_said
from tests.adapters.conftest import Answer
from tests.services.switch import Switch

URL = "https://tickets.example.com/webhooks/asaas"
TOKEN = "canary-3f9a0c7be24d4f1c8a6b5d2e/71"


def a_hook(asaas: Asaas, name: str = "boxoffice", url: str = URL) -> Hook:
    return asaas.register_hook(name=name, url=url, email="ops@example.com", token=TOKEN)


def test_a_hook_is_made_once_and_then_changed(asaas: Asaas, sandbox: Sandbox) -> None:
    made = a_hook(asaas)
    same_url = a_hook(asaas, name="another name")
    same_name = a_hook(asaas, name="another name", url="https://new.example.com/")

    assert (made.url, made.events, made.has_token) == (URL, EVENTS, True)
    assert (made.is_enabled, made.is_interrupted, made.penalized_count) == (True, False, 0)
    assert made.id == same_url.id == same_name.id
    assert asaas.hooks() == [same_name]
    assert sandbox.letters.hooks()[0]["authToken"] == TOKEN


def test_an_interrupted_hook_is_resumed(asaas: Asaas, sandbox: Sandbox) -> None:
    made = a_hook(asaas)
    sandbox.hooks.update(made.id, {"interrupted": True})
    before = asaas.hooks()

    after = asaas.resume_hook(made.id)

    assert [hook.is_interrupted for hook in before] == [True]
    assert not after.is_interrupted
    assert sandbox.calls["POST /v3/webhooks/{id}/removeBackoff"] == 1


def test_a_hook_that_is_not_there_is_not_resumed(asaas: Asaas) -> None:
    with pytest.raises(ChargeRefused):
        asaas.resume_hook("whk_nowhere")


def test_more_hooks_than_asaas_takes_are_refused(asaas: Asaas) -> None:
    for number in range(10):
        a_hook(asaas, name=f"hook {number}", url=f"https://example.com/{number}")

    with pytest.raises(ChargeRefused):
        a_hook(asaas)

    assert len(asaas.hooks()) == 10


@pytest.mark.parametrize(
    "token", ["short", "x" * 40, "two words " * 5, "$aact_hmlg_" + "abcdefghijk" * 3, "ção" * 20]
)
def test_a_token_that_asaas_would_refuse_is_not_sent_nor_quoted(
    asaas: Asaas, sandbox: Sandbox, token: str
) -> None:
    with pytest.raises(Misconfigured) as caught:
        asaas.register_hook(name="boxoffice", url=URL, email="ops@example.com", token=token)

    assert token not in caught.value.message + caught.value.hint
    assert not sandbox.calls


def test_a_token_that_is_quoted_back_is_told_nowhere(
    asaas: Asaas, server: Switch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    quoted = TOKEN.replace("/", "\\/")
    refusal = f'{{"errors":[{{"code":"{quoted}","description":"the token {quoted} is odd"}}]}}'
    server.app = Starlette(
        routes=[
            Route("/v3/webhooks", lambda _: Response('{"data":[]}'), methods=["GET"]),
            Route("/v3/webhooks", lambda _: Response(refusal, 400), methods=["POST"]),
        ]
    )

    with pytest.raises(ChargeRefused) as caught:
        a_hook(asaas)

    ours = [record for record in caplog.records if not record.name.startswith("uvicorn")]
    told = everything_said(caught.value) + repr([each.getMessage() for each in ours])
    assert caught.value.message == "Asaas refused: the token (key) is odd."
    assert TOKEN not in told
    assert quoted not in told


@pytest.mark.parametrize("row", ["{}", '{"id":"whk_1","interrupted":"no"}', "7"])
def test_a_hook_that_cannot_be_read_is_silence(asaas: Asaas, answer: Answer, row: str) -> None:
    answer(f'{{"data":[{row}],"hasMore":false}}')

    with pytest.raises(GatewaySilent):
        asaas.hooks()


def test_what_a_hook_leaves_out_has_its_usual_meaning(asaas: Asaas, answer: Answer) -> None:
    answer('{"data":[{"id":"whk_1","events":["A",7],"penalizedRequestsCount":3}]}')

    (hook,) = asaas.hooks()
    assert (hook.name, hook.url, hook.events, hook.penalized_count) == ("", "", ("A",), 3)
    assert (hook.is_enabled, hook.is_interrupted, hook.has_token) == (True, False, False)
