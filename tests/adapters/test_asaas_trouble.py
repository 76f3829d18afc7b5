"""What the adapter for Asaas makes of silence, refusals and nonsense."""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from datetime import date

import pytest
from starlette.applications import Starlette
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from boxoffice.adapters.asaas import Asaas, looks_mangled
from boxoffice.adapters.asaas_line import ANSWER_BYTES_MAX
from boxoffice.errors import ChargeRefused, GatewaySilent, Misconfigured
from boxoffice.listener.serving import serve
from boxoffice.money import Money
from boxoffice.payments.provider import ChargeState, Method
from boxoffice.sandbox.faults import Faults
from boxoffice.sandbox.ledger import API_KEY, Sandbox
from tests.adapters.charges import a_charge, everything_said
from tests.adapters.conftest import PATIENCE_SECONDS, Answer
from tests.services.switch import Switch


def test_after_a_time_out_the_charge_is_found_and_is_one(
    asaas: Asaas, impatient: Asaas, sandbox: Sandbox
) -> None:
    sandbox.board.set(Faults(timeout_after_create=1))

    with pytest.raises(GatewaySilent):
        a_charge(impatient)
    found = asaas.find_charges("attempt-1")

    assert [charge.reference for charge in found] == ["attempt-1"]
    assert found[0].amount == Money(12_990)
    assert found[0].pix_payload is not None


def test_after_a_500_that_created_the_charge_is_found(asaas: Asaas, sandbox: Sandbox) -> None:
    sandbox.board.set(Faults(error_500_after_create=1))

    with pytest.raises(GatewaySilent):
        a_charge(asaas, method=Method.BOLETO)
    found = asaas.find_charges("attempt-1")

    assert len(found) == 1
    assert found[0].boleto_line is not None


@pytest.mark.parametrize("faults", [Faults(error_500=1), Faults(html_error=1)])
def test_a_fault_of_the_gateway_is_silence(asaas: Asaas, sandbox: Sandbox, faults: Faults) -> None:
    sandbox.board.set(faults)

    with pytest.raises(GatewaySilent):
        a_charge(asaas)

    assert sandbox.charges({})["totalCount"] == 0
    assert a_charge(asaas).state is ChargeState.WAITING


def test_a_slow_gateway_is_silent(impatient: Asaas, sandbox: Sandbox) -> None:
    sandbox.board.set(Faults(latency_ms=int(PATIENCE_SECONDS * 2000)))

    with pytest.raises(GatewaySilent) as caught:
        impatient.look_up("pay_1")

    assert caught.value.details["why"] == "ReadTimeout"


def test_nobody_listening_is_silence() -> None:
    with serve(Starlette()) as root:
        gone = root

    with pytest.raises(GatewaySilent), closing(Asaas(f"{gone}/v3", API_KEY)) as asaas:
        asaas.look_up("pay_1")


def test_a_429_says_how_long_to_wait(asaas: Asaas, sandbox: Sandbox) -> None:
    sandbox.board.set(Faults(too_many=1, reset_seconds=42))

    with pytest.raises(GatewaySilent) as caught:
        a_charge(asaas)

    assert caught.value.retry_seconds == 42


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [("0", 1.0), ("999999999", 43_200.0), ("soon", None), ("-5", None), ("", None)],
)
def test_an_odd_reset_header_does_no_harm(
    asaas: Asaas, answer: Answer, reset: str, seconds: float | None
) -> None:
    answer("", 429, {"RateLimit-Reset": reset})

    with pytest.raises(GatewaySilent) as caught:
        asaas.look_up("pay_1")

    assert caught.value.retry_seconds == seconds


@pytest.mark.parametrize(
    ("key", "vendor_code"),
    [
        ("$aact_hmlg_another", "invalid_access_token"),
        ("$aact_prod_another", "invalid_environment"),
        ("another", "invalid_access_token_format"),
    ],
)
def test_a_refused_key_is_a_setting_to_mend(server: Switch, key: str, vendor_code: str) -> None:
    url = f"{server.url}/v3"

    with closing(Asaas(url, key)) as asaas, pytest.raises(Misconfigured) as caught:
        asaas.look_up("pay_1")

    assert caught.value.details["vendor_code"] == vendor_code
    assert key not in everything_said(caught.value)


@pytest.mark.parametrize("status", [301, 403])
def test_a_page_that_sends_us_away_is_a_setting_to_mend(
    asaas: Asaas, answer: Answer, status: int
) -> None:
    answer("<html>no</html>", status)

    with pytest.raises(Misconfigured):
        asaas.look_up("pay_1")


@pytest.mark.parametrize("key", ["", "two words", "$aact_line\nbreak", "$aact_ção"])
def test_a_key_that_cannot_be_sent_is_refused_without_quoting_it(key: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        Asaas("https://api.asaas.com/v3", key)

    assert not key or key not in everything_said(caught.value)


@pytest.mark.parametrize(
    "address", ["", "api.asaas.com/v3", "ftp://asaas", "https://", "http://[::"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(Misconfigured):
        Asaas(address, API_KEY)


def test_a_key_without_its_dollar_looks_mangled() -> None:
    assert looks_mangled("aact_hmlg_sandbox")
    assert not looks_mangled(API_KEY)


def test_the_key_and_the_document_are_never_told(
    asaas: Asaas, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    a_charge(asaas)
    sandbox.board.set(Faults(error_500=1))
    with pytest.raises(GatewaySilent) as caught:
        asaas.look_up("pay_1")

    # The stand-in shares this process; what its server logs is not ours.
    ours = [record for record in caplog.records if not record.name.startswith("uvicorn")]
    told = everything_said(caught.value) + repr(asaas) + repr([each.getMessage() for each in ours])
    assert ours
    assert API_KEY not in told
    assert "39053344705" not in told


def test_an_error_that_quotes_the_key_is_told_without_it(asaas: Asaas, answer: Answer) -> None:
    answer(f'{{"errors":[{{"code":"odd","description":"key {API_KEY} is odd\\u001b[2J"}}]}}', 400)

    with pytest.raises(ChargeRefused) as caught:
        asaas.find_charges("attempt-1")

    assert API_KEY not in everything_said(caught.value)
    assert caught.value.message == "Asaas refused: key (key) is odd\N{REPLACEMENT CHARACTER}[2J."


def test_a_definite_no_carries_the_vendors_code(asaas: Asaas) -> None:
    with pytest.raises(ChargeRefused) as caught:
        a_charge(asaas, due_on=date(2020, 1, 1))

    assert caught.value.details == {"vendor_code": "invalid_dueDate", "status": 400}
    assert "vencimento" in caught.value.message


@pytest.mark.parametrize(
    "content",
    [
        "<html>ok</html>",
        "",
        "[]",
        "{}",
        '{"id":"pay_1","status":"PENDING"}',
        '{"id":"pay_1","status":"PENDING","value":NaN}',
        '{"id":"pay_1","status":"PENDING","value":1e999999}',
        '{"id":"pay_1","status":"PENDING","value":"129.9"}',
        '{"id":"pay_1","status":"PENDING","value":true}',
        '{"id":7,"status":"PENDING","value":1}',
        "[" * 100_000,
        '{"id":"pay_1","status":"PENDING","value":1e99999999999999999999}',
        '{"id":"pay_1","status":"PENDING","value":' + "9" * 5_000 + "}",
        '{"id":"pay\\u001b","status":"PENDING","value":1}',
    ],
)
def test_an_answer_that_cannot_be_read_is_silence(
    asaas: Asaas, answer: Answer, content: str
) -> None:
    answer(content)

    with pytest.raises(GatewaySilent):
        asaas.look_up("pay_1")


def test_an_answer_without_an_end_is_silence(asaas: Asaas, answer: Answer) -> None:
    answer('{"id":"' + "x" * ANSWER_BYTES_MAX + '"}')

    with pytest.raises(GatewaySilent) as caught:
        asaas.look_up("pay_1")

    assert caught.value.details["why"] == "ReadError"


def test_an_answer_that_trickles_is_silence(impatient: Asaas, server: Switch) -> None:
    async def trickle() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" "
            await asyncio.sleep(PATIENCE_SECONDS / 4)

    server.app = StreamingResponse(trickle())
    began_at = time.monotonic()

    with pytest.raises(GatewaySilent):
        impatient.look_up("pay_1")

    assert time.monotonic() - began_at < 3 * PATIENCE_SECONDS


def test_headers_that_trickle_are_silence(asaas: Asaas) -> None:
    def trickle(listening: socket.socket, ended: threading.Event) -> None:
        line, _ = listening.accept()
        with line, suppress(OSError):
            line.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not ended.wait(PATIENCE_SECONDS / 4):
                line.sendall(b"x")

    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        slow = threading.Thread(target=trickle, args=(listening, ended))
        slow.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/v3"
        began_at = time.monotonic()
        with closing(Asaas(url, API_KEY, timeout_seconds=PATIENCE_SECONDS)) as made:
            with pytest.raises(GatewaySilent):
                made.look_up("pay_1")
            took_seconds = time.monotonic() - began_at
        ended.set()
        slow.join()

    assert took_seconds < 4 * PATIENCE_SECONDS
    assert a_charge(asaas).state is ChargeState.WAITING


def test_texts_that_no_database_keeps_are_made_so_that_it_does(
    asaas: Asaas, answer: Answer
) -> None:
    answer('{"id":"pay_1","status":"PENDING","value":1,"description":"a\\u0000b\\ud800"}')

    charge = asaas.look_up("pay_1")

    assert charge is not None
    assert charge.raw["description"] == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}"


def test_a_404_page_of_something_in_between_is_silence(asaas: Asaas, answer: Answer) -> None:
    answer("<html>nothing here</html>", 404)

    with pytest.raises(GatewaySilent):
        asaas.look_up("pay_1")


def test_a_list_without_an_end_is_given_up(asaas: Asaas, answer: Answer) -> None:
    answer('{"data":[],"hasMore":true}')

    with pytest.raises(GatewaySilent):
        asaas.find_charges("attempt-1")


def test_a_charge_whose_qr_is_refused_still_stands(asaas: Asaas, server: Switch) -> None:
    charge = '{"id":"pay_1","status":"PENDING","value":10,"billingType":"PIX"}'
    customers = '{"data":[{"id":"cus_1","cpfCnpj":"39053344705"}],"hasMore":false}'
    routes = [
        Route("/v3/customers", lambda _request: Response(customers)),
        Route("/v3/payments", lambda _request: Response(charge), methods=["POST"]),
        Route("/v3/payments/{id}/pixQrCode", lambda _request: Response(status_code=404)),
    ]
    server.app = Starlette(routes=routes)

    opened = a_charge(asaas)

    assert opened.provider_id == "pay_1"
    assert opened.pix_payload is None
