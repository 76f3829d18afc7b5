"""Asaas, the Brazilian payment gateway: PIX, boleto, and cards on its own invoice page.

It has no idempotency header, so a call without an answer is unknown, not failed: look with
`Asaas.find_charges` before creating again. Nothing is tried again in here; jobs do that.
Importing this module loads httpx: import it where a gateway is needed, not at start-up.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote

import httpx

from boxoffice.adapters.asaas_charges import charge_of, date_of, refunds_of
from boxoffice.adapters.asaas_customers import Customers, document_of
from boxoffice.adapters.asaas_hooks import hook_fields, hook_of
from boxoffice.adapters.asaas_line import PAGE_SIZE, Line
from boxoffice.adapters.asaas_requests import DESCRIPTION_MAX, charge_fields, check
from boxoffice.adapters.asaas_wire import maybe_text, rows_of, text_of, unreadable
from boxoffice.errors import ChargeRefused
from boxoffice.money import Money
from boxoffice.payments.provider import (
    Charge,
    ChargeRequest,
    ChargeState,
    Hook,
    Limits,
    Window,
)

PAGES_MAX = 50  # one reference never has 5,000 charges: the filter was not obeyed
WINDOW_PAGES_MAX = 500  # 45,000 charges; the account may make 25,000 calls in twelve hours
_DAY_OF = {"created": "dateCreated", "paid": "paymentDate"}


class Asaas:
    """The Asaas API v3 at `url` (with its `/v3`), as a `Provider`. Safe to share between threads.

    `timeout_seconds` bounds each wait: for the line, for sending, and for the whole body of the
    answer; a call takes three times as long at most.

    Raises:
        Misconfigured: the address or the key cannot be sent at all.
    """

    name = "asaas"

    def __init__(self, url: str, api_key: str, *, timeout_seconds: float = 10.0) -> None:
        self._line = Line(url, api_key, timeout_seconds=timeout_seconds)
        self._customers = Customers(self._line)

    def __repr__(self) -> str:
        return f"Asaas({self._line.url!r})"

    def close(self) -> None:
        """Hang up. A later call dials again."""
        self._line.close()

    def open_charge(
        self, request: ChargeRequest, *, before_creating: Callable[[], None] = lambda: None
    ) -> Charge:
        """Create a charge, with its PIX text or boleto line; of instalments, the first part.

        A charge that stands but whose QR or line is refused comes back without it: it can still
        be paid on its invoice page.

        Raises:
            ChargeRefused: the amount is below R$ 5.00, or Asaas gave a definite no.
            GatewaySilent: the charge may exist; look with `find_charges` before trying again.
            Misconfigured: Asaas refuses our key or our address.
        """
        check(request)
        document = document_of(request)
        was_remembered = self._customers.remembered(document) is not None
        body = charge_fields(request) | {"customer": self._customers.find(request, document)}
        before_creating()
        try:
            row = self._line.ask("POST", "/payments", body=body)
        except ChargeRefused as no:
            # Somebody removed the buyer whom we remember. A 400 is definite: nothing was created.
            if not was_remembered or no.details["vendor_code"] != "invalid_customer":
                raise
            self._customers.forget(document)
            body["customer"] = self._customers.find(request, document)
            row = self._line.ask("POST", "/payments", body=body)
        return self._with_codes(row)

    def find_charges(self, reference: str) -> list[Charge]:
        """Find every charge carrying `reference`; those waiting come with PIX text or boleto line.

        Raises:
            GatewaySilent: Asaas did not answer, or its list has no end.
            Misconfigured: Asaas refuses our key or our address.
        """
        query = {"externalReference": reference}
        # A filter that is not understood may be ignored: the answer is then everybody's charges.
        rows = [
            row
            for row in self._line.pages("/payments", query, pages_max=PAGES_MAX)
            if row.get("externalReference") == reference
        ]
        return [self._with_codes(row) for row in rows]

    def look_up(self, provider_id: str) -> Charge | None:
        """Read one charge, without PIX text or boleto line; `None` when there is no such id.

        Raises:
            GatewaySilent: Asaas did not answer.
        """
        try:
            return charge_of(self._line.ask("GET", _path(provider_id)))
        except ChargeRefused as no:
            if no.details["status"] == httpx.codes.NOT_FOUND:
                return None
            raise

    def close_charge(self, provider_id: str) -> bool:
        """Delete an unpaid charge; `False` when it could not be, probably because it was paid.

        Even after `True`, money that was on its way at that instant may still come in.

        Raises:
            GatewaySilent: the charge may or may not be deleted by now.
        """
        try:
            answer = self._line.ask("DELETE", _path(provider_id))
        except ChargeRefused:
            charge = self.look_up(provider_id)
            return charge is not None and charge.state is ChargeState.CLOSED
        return answer.get("deleted") is True

    def close_plan(self, plan: str) -> bool:
        """Delete the unpaid parts of a plan as `close_charge` does one charge."""
        try:
            return self._line.ask("DELETE", _plan_path(plan)).get("deleted") is True
        except ChargeRefused:
            return False

    def restore_charge(self, provider_id: str) -> Charge:
        """Undo `close_charge`, and return the charge with its PIX text or boleto line.

        Raises:
            ChargeRefused: it is not deleted, or not there.
            GatewaySilent: the charge may or may not be restored by now.
        """
        return self._with_codes(self._line.ask("POST", _path(provider_id, "/restore")))

    def plan_charges(self, plan: str) -> list[Charge]:
        """Read every part of a plan of instalments; none when there is no such plan.

        Raises:
            GatewaySilent: Asaas did not answer.
        """
        try:
            rows = list(self._line.pages(f"{_plan_path(plan)}/payments", {}, pages_max=PAGES_MAX))
        except ChargeRefused as no:
            if no.details["status"] == httpx.codes.NOT_FOUND:
                return []
            raise
        return [charge_of(row) for row in rows if row.get("installment") == plan]

    def list_charges(self, window: Window) -> Iterator[Charge]:
        """List the charges of a window, page by page, each once.

        What does not belong into the window is passed over; a day that cannot be read does.

        Raises:
            GatewaySilent: Asaas did not answer, or its list has no end.
        """
        field = _DAY_OF[window.by]
        query = {f"{field}[ge]": window.since.isoformat(), f"{field}[le]": window.until.isoformat()}
        if window.state is not None:
            query["status"] = window.state
        for row in self._line.pages("/payments", query, pages_max=WINDOW_PAGES_MAX):
            day = date_of(row.get(field))
            is_of_day = day is None or window.since <= day <= window.until
            if is_of_day and window.state in {None, row.get("status")}:
                yield charge_of(row)

    def refund(self, provider_id: str, amount: Money, *, description: str) -> Charge:
        """Give part or all of a PIX or card charge back; the answer has the refund in it.

        Raises:
            ChargeRefused: there is not that much to give back, or no balance to give it from.
            GatewaySilent: it may have been given back: read `refunds` before asking again.
        """
        body = {"value": amount.decimal, "description": description[:DESCRIPTION_MAX]}
        charge = charge_of(self._line.ask("POST", _path(provider_id, "/refund"), body=body))
        if charge.refunds:
            return charge
        answer = self._line.ask("GET", _path(provider_id, "/refunds"), query={"limit": PAGE_SIZE})
        return replace(charge, refunds=refunds_of(rows_of(answer)))

    def boleto_refund_page(self, provider_id: str) -> str:
        """Ask to give a boleto back: the address where its payer must leave a bank account.

        Raises:
            ChargeRefused: it is not a boleto that was paid.
            GatewaySilent: it may have been asked for; asking again does no harm.
        """
        return text_of(self._line.ask("POST", _path(provider_id, "/bankSlip/refund")), "requestUrl")

    def receive_in_cash(self, provider_id: str, amount: Money, *, on: date) -> Charge:
        """Tell Asaas that a charge was paid outside of it; no money moves, and no mail is sent.

        Raises:
            ChargeRefused: it was paid already.
            GatewaySilent: it may be marked by now; `look_up` tells.
        """
        paid = {"paymentDate": on.isoformat(), "value": amount.decimal, "notifyCustomer": False}
        return charge_of(self._line.ask("POST", _path(provider_id, "/receiveInCash"), body=paid))

    def limits(self) -> Limits:
        """Read how many charges may still be made today.

        Raises:
            GatewaySilent: Asaas did not answer, or not with numbers.
        """
        creation = self._line.ask("GET", "/payments/limits").get("creation")
        daily = creation.get("daily") if isinstance(creation, dict) else None
        if not isinstance(daily, dict):
            raise unreadable("daily")
        limit, used = daily.get("limit"), daily.get("used")
        if (limit is not None and not isinstance(limit, int)) or not isinstance(used, int):
            raise unreadable("limit")
        return Limits(daily_max=limit, used_count=used, is_reached=daily.get("wasReached") is True)

    def hooks(self) -> list[Hook]:
        """List how letters are sent to us.

        Raises:
            GatewaySilent: Asaas did not answer.
        """
        return [hook_of(row) for row in self._line.pages("/webhooks", {}, pages_max=PAGES_MAX)]

    def register_hook(self, *, name: str, url: str, email: str, token: str) -> Hook:
        """Have letters sent to `url`; the hook of that address, else of that name, is changed.

        Raises:
            ChargeRefused: Asaas does not take the address, or has ten hooks already.
            GatewaySilent: it may be registered by now; registering again does no harm.
            Misconfigured: the token breaks a rule of Asaas.
        """
        fields = hook_fields(name=name, url=url, email=email, token=token)
        hooks = self.hooks()
        known = [hook for hook in hooks if hook.url == url]
        known += [hook for hook in hooks if hook.name == name]
        method, path = ("PUT", _hook_path(known[0].id)) if known else ("POST", "/webhooks")
        return hook_of(self._line.ask(method, path, body=fields, secret=token))

    def resume_hook(self, hook_id: str) -> Hook:
        """Make an interrupted hook send again, and skip the wait that its failures earned it.

        Raises:
            ChargeRefused: there is no such hook.
            GatewaySilent: it may send again by now; resuming twice does no harm.
        """
        hook = hook_of(self._line.ask("PUT", _hook_path(hook_id), body={"interrupted": False}))
        self._line.ask("POST", _hook_path(hook_id, "/removeBackoff"))
        return hook

    def _with_codes(self, row: dict[str, Any]) -> Charge:
        """Return the charge of `row` with what a buyer needs to pay it, while it can be paid."""
        charge = charge_of(row)
        if charge.state is not ChargeState.WAITING:
            return charge
        try:
            if row.get("billingType") == "PIX":
                answer = self._line.ask("GET", _path(charge.provider_id, "/pixQrCode"))
                return replace(charge, pix_payload=text_of(answer, "payload"))
            if row.get("billingType") == "BOLETO":
                answer = self._line.ask("GET", _path(charge.provider_id, "/identificationField"))
                return replace(
                    charge,
                    boleto_line=text_of(answer, "identificationField"),
                    boleto_bar_code=maybe_text(answer, "barCode"),
                )
        except ChargeRefused:
            # The charge stands: to call it refused now would lose it. Its page can be paid.
            return charge
        return charge


def looks_mangled(api_key: str) -> bool:
    """Whether a shell or an `.env` file has eaten the dollar sign that every key begins with."""
    return not api_key.startswith("$")


def _path(provider_id: str, rest: str = "") -> str:
    return f"/payments/{quote(provider_id, safe='')}{rest}"


def _plan_path(plan: str) -> str:
    return f"/installments/{quote(plan, safe='')}"


def _hook_path(hook_id: str, rest: str = "") -> str:
    return f"/webhooks/{quote(hook_id, safe='')}{rest}"
