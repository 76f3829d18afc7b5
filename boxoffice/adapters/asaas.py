"""Asaas, the Brazilian payment gateway: PIX, boleto, and cards on its own invoice page.

It has no idempotency header, so a call without an answer is unknown, not failed: look with
`Asaas.find_charges` before creating again. Nothing is tried again in here; jobs do that.
Importing this module loads httpx: import it where a gateway is needed, not at start-up.
"""

import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import httpx

from boxoffice.adapters.asaas_wire import (
    charge_of,
    problem_of,
    read_answer,
    refusal,
    rows_of,
    text_of,
    to_json,
)
from boxoffice.errors import ChargeRefused, GatewaySilent, Misconfigured
from boxoffice.money import Money
from boxoffice.payments.provider import Charge, ChargeRequest, ChargeState, Method

AMOUNT_MIN = Money(500)  # R$ 5.00, a limit that integrators report and the vendor never wrote down
PAGE_SIZE = 100  # rows of one list; the vendor's own limit
PAGES_MAX = 50  # one reference never has 5,000 charges: the filter was not obeyed
_DESCRIPTION_MAX = 500
_USER_AGENT = "boxoffice/0.1 (box office for the terminal)"

_BILLING_TYPES = {Method.PIX: "PIX", Method.BOLETO: "BOLETO", Method.CARD: "CREDIT_CARD"}

# httpx logs each address at INFO, and the customer search has the buyer's document in it.
logging.getLogger("httpx").setLevel(logging.WARNING)


class Asaas:
    """The Asaas API v3 at `url` (with its `/v3`), as a `Provider`. Safe to share between threads.

    `timeout_seconds` bounds each wait: for the line, for sending, and for each part of the answer.

    Raises:
        Misconfigured: the address or the key cannot be sent at all.
    """

    name = "asaas"

    def __init__(self, url: str, api_key: str, *, timeout_seconds: float = 10.0) -> None:
        # The HTTP library quotes a header it cannot send: such a key must never get that far.
        if not re.fullmatch(r"[\x21-\x7e]+", api_key):
            raise Misconfigured(
                "the Asaas key is empty or holds blanks or letters that no key has.",
                hint="put the key alone in a file and name it in BOXOFFICE_ASAAS_API_KEY_FILE",
            )
        if not _is_web_address(url):
            raise Misconfigured(
                "the address of Asaas is not a web address.",
                hint="set BOXOFFICE_ASAAS_URL to https://api.asaas.com/v3",
            )
        self._url = url.rstrip("/")
        self._api_key = api_key
        self._timeout_seconds = timeout_seconds
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None

    def __repr__(self) -> str:
        return f"Asaas({self._url!r})"

    def close(self) -> None:
        """Hang up. A later call dials again."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def open_charge(
        self, request: ChargeRequest, *, before_creating: Callable[[], None] = lambda: None
    ) -> Charge:
        """Create a charge, with its PIX text or boleto line.

        A charge that stands but whose QR or line is refused comes back without it: it can still
        be paid on its invoice page.

        Raises:
            ChargeRefused: the amount is below R$ 5.00, or Asaas gave a definite no.
            GatewaySilent: the charge may exist; look with `find_charges` before trying again.
            Misconfigured: Asaas refuses our key or our address.
        """
        _check(request)
        body: dict[str, str | Decimal] = {
            "customer": self._customer(request),
            "billingType": _BILLING_TYPES[request.method],
            "value": request.amount.decimal,
            "dueDate": request.due_on.isoformat(),
            "description": request.description[:_DESCRIPTION_MAX],
            "externalReference": request.reference,
        }
        before_creating()
        return self._with_codes(self._ask("POST", "/payments", body=body))

    def find_charges(self, reference: str) -> list[Charge]:
        """Find every charge carrying `reference`; those waiting come with PIX text or boleto line.

        Raises:
            GatewaySilent: Asaas did not answer, or its list has no end.
            Misconfigured: Asaas refuses our key or our address.
        """
        found: dict[str, dict[str, Any]] = {}
        for page in range(PAGES_MAX):
            query: dict[str, str | int] = {"externalReference": reference}
            query |= {"limit": PAGE_SIZE, "offset": page * PAGE_SIZE}
            answer = self._ask("GET", "/payments", query=query)
            # A filter that is not understood may be ignored: the answer is then everybody's
            # charges. Rows also move between pages while we read, so the id decides.
            for row in rows_of(answer):
                if row.get("externalReference") == reference:
                    found[charge_of(row).provider_id] = row
            if not answer.get("hasMore"):
                return [self._with_codes(row) for row in found.values()]
        raise GatewaySilent("Asaas lists more charges than one reference can have.")

    def look_up(self, provider_id: str) -> Charge | None:
        """Read one charge, without PIX text or boleto line; `None` when there is no such id.

        Raises:
            GatewaySilent: Asaas did not answer.
            Misconfigured: Asaas refuses our key or our address.
        """
        try:
            return charge_of(self._ask("GET", _path(provider_id)))
        except ChargeRefused as no:
            if no.details["status"] == httpx.codes.NOT_FOUND:
                return None
            raise

    def close_charge(self, provider_id: str) -> bool:
        """Delete an unpaid charge; `False` when it could not be, probably because it was paid.

        Even after `True`, money that was on its way at that instant may still come in.

        Raises:
            GatewaySilent: the charge may or may not be deleted by now.
            Misconfigured: Asaas refuses our key or our address.
        """
        try:
            answer = self._ask("DELETE", _path(provider_id))
        except ChargeRefused:
            charge = self.look_up(provider_id)
            return charge is not None and charge.state is ChargeState.CLOSED
        return answer.get("deleted") is True

    def _customer(self, request: ChargeRequest) -> str:
        """Return the id of the buyer at Asaas, making one only when the document has none."""
        document = re.sub(r"[^0-9A-Z]", "", request.buyer_document.upper())
        if not document:
            raise refusal("needs the buyer's CPF or CNPJ to make a charge", "document_missing")
        answer = self._ask("GET", "/customers", query={"cpfCnpj": document, "limit": PAGE_SIZE})
        for row in rows_of(answer):
            if row.get("cpfCnpj") == document and not row.get("deleted"):
                return text_of(row, "id")
        body: dict[str, str | bool] = {
            "name": request.buyer_name,
            "cpfCnpj": document,
            "email": request.buyer_email,
            "notificationDisabled": True,  # its own mails would double ours, and cost money
        }
        if not request.buyer_email:
            del body["email"]
        return text_of(self._ask("POST", "/customers", body=body), "id")

    def _with_codes(self, row: dict[str, Any]) -> Charge:
        """Return the charge of `row` with what a buyer needs to pay it, while it can be paid."""
        charge = charge_of(row)
        pix_payload = boleto_line = None
        if charge.state is ChargeState.WAITING:
            try:
                if row.get("billingType") == "PIX":
                    answer = self._ask("GET", _path(charge.provider_id, "/pixQrCode"))
                    pix_payload = text_of(answer, "payload")
                elif row.get("billingType") == "BOLETO":
                    answer = self._ask("GET", _path(charge.provider_id, "/identificationField"))
                    boleto_line = text_of(answer, "identificationField")
            except ChargeRefused:
                # The charge stands: to call it refused now would lose it. Its page can be paid.
                pix_payload = boleto_line = None
        return charge_of(row, pix_payload=pix_payload, boleto_line=boleto_line)

    def _dial(self) -> httpx.Client:
        """Return the client, made on the first call: a worker may fork before that, never after."""
        # Race: two threads make the first call; a second client would never be closed.
        with self._lock:
            if self._client is None:
                self._client = httpx.Client(
                    headers={
                        "access_token": self._api_key,
                        "Content-Type": "application/json",
                        "User-Agent": _USER_AGENT,
                    },
                    timeout=self._timeout_seconds,
                )
            return self._client

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, str | bool | Decimal] | None = None,
    ) -> dict[str, Any]:
        """Make one call and return its answer, or raise what its failure means."""
        content = None if body is None else to_json(body)
        client = self._dial()
        try:
            response = self._answer(
                client.build_request(method, self._url + path, params=query, content=content)
            )
        except httpx.HTTPError as error:
            why = type(error).__name__
            raise GatewaySilent("Asaas did not answer.", hint="try again later", why=why) from error
        # An error that quotes the key back must not carry it into a log or onto a screen.
        answer = read_answer(response.content.replace(self._api_key.encode(), b"(key)"))
        if response.status_code == httpx.codes.OK and answer is not None:
            return answer
        raise problem_of(response, answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read its whole answer, however slowly it trickles, in the time-out.

        Raises:
            httpx.HTTPError: nobody answered, or not in time.
        """
        client = self._dial()
        until = time.monotonic() + self._timeout_seconds
        response = client.send(request, stream=True)
        try:
            parts = []
            for part in response.iter_bytes():
                parts.append(part)
                if time.monotonic() > until:
                    raise httpx.ReadTimeout("the answer trickles", request=request)
        finally:
            response.close()
        return httpx.Response(
            response.status_code, headers=_plain(response.headers), content=b"".join(parts)
        )


def _plain(headers: httpx.Headers) -> dict[str, str]:
    """Return the headers of a body that was decoded already."""
    return {
        name: value
        for name, value in headers.items()
        if name not in {"content-encoding", "content-length", "transfer-encoding"}
    }


def looks_mangled(api_key: str) -> bool:
    """Whether a shell or an `.env` file has eaten the dollar sign that every key begins with."""
    return not api_key.startswith("$")


def _is_web_address(url: str) -> bool:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    return parsed.scheme in {"http", "https"} and bool(parsed.host) and not parsed.query


def _check(request: ChargeRequest) -> None:
    """Refuse before the call what Asaas would refuse after it."""
    assert request.method in _BILLING_TYPES, "the gateway is asked only for PIX, boleto and card"
    if request.amount.currency != AMOUNT_MIN.currency:
        raise refusal("charges in BRL only", "currency_unsupported")
    if request.amount.minor < AMOUNT_MIN.minor:
        raise refusal("makes no charge below R$ 5,00", "amount_too_small")


def _path(provider_id: str, rest: str = "") -> str:
    return f"/payments/{quote(provider_id, safe='')}{rest}"
