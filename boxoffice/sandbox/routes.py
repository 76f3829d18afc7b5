"""What can be asked of the stand-in: the vendor's calls, and those of the control panel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from boxoffice.sandbox.faults import Faults, abouts, knobs_of, read_faults
from boxoffice.sandbox.ledger import Sandbox
from boxoffice.sandbox.refusal import Refusal
from boxoffice.sandbox.wire import Row, amount


@dataclass(frozen=True, slots=True)
class Call:
    """What one call asks: the id in its path, its query, its body."""

    id: str
    query: Mapping[str, str]
    body: Row


Handler = Callable[[Sandbox, Call], Row | None]

CREATE_CHARGE = "POST /v3/payments"
REFUND = "POST /v3/payments/{id}/refund"


def _by_id(name: str) -> Handler:
    """Return the handler that only needs the id in the path."""
    return lambda sandbox, call: getattr(sandbox, name)(call.id)


def _with_body(name: str) -> Handler:
    """Return the handler that needs the id and the body."""
    return lambda sandbox, call: getattr(sandbox, name)(call.id, call.body)


def _with_query(name: str) -> Handler:
    """Return the handler that needs the id and which page."""
    return lambda sandbox, call: getattr(sandbox, name)(call.id, call.query)


def _confirm(sandbox: Sandbox, call: Call) -> Row:
    if sandbox.charge(call.id)["deleted"]:
        raise Refusal("invalid_action", "Esta cobrança foi removida.")
    return sandbox.pay(call.id)


def _billing_info(sandbox: Sandbox, call: Call) -> Row:
    row = sandbox.charge(call.id)
    has_pix = row["billingType"] in {"PIX", "BOLETO", "UNDEFINED"}
    has_slip = row["billingType"] == "BOLETO"
    slip = sandbox.identification_field(call.id) if has_slip else None
    return {
        "pix": sandbox.pix_qr_code(call.id) if has_pix else None,
        "creditCard": row["creditCard"],
        "bankSlip": None if slip is None else {**slip, "bankSlipUrl": row["bankSlipUrl"]},
    }


API: dict[str, Handler] = {
    "POST /v3/customers": lambda sandbox, call: sandbox.create_customer(call.body),
    "GET /v3/customers": lambda sandbox, call: sandbox.customers(call.query),
    "DELETE /v3/customers/{id}": _by_id("delete_customer"),
    CREATE_CHARGE: lambda sandbox, call: sandbox.create_charge(call.body),
    "GET /v3/payments": lambda sandbox, call: sandbox.charges(call.query),
    "GET /v3/payments/limits": lambda sandbox, _call: sandbox.limits(),
    "GET /v3/payments/{id}": _by_id("charge"),
    "PUT /v3/payments/{id}": _with_body("update"),
    "DELETE /v3/payments/{id}": _by_id("delete"),
    "POST /v3/payments/{id}/restore": _by_id("restore"),
    "GET /v3/payments/{id}/status": lambda sandbox, call: {
        "status": sandbox.charge(call.id)["status"]
    },
    "GET /v3/payments/{id}/billingInfo": _billing_info,
    "GET /v3/payments/{id}/pixQrCode": _by_id("pix_qr_code"),
    "GET /v3/payments/{id}/identificationField": _by_id("identification_field"),
    REFUND: _with_body("refund"),
    "GET /v3/payments/{id}/refunds": _with_query("refunds"),
    "POST /v3/payments/{id}/bankSlip/refund": _by_id("refund_boleto"),
    "POST /v3/payments/{id}/receiveInCash": _with_body("receive_in_cash"),
    "POST /v3/payments/{id}/undoReceivedInCash": _by_id("undo_received_in_cash"),
    "GET /v3/payments/{id}/chargeback": _by_id("chargeback"),
    "GET /v3/installments/{id}": _by_id("plan"),
    "DELETE /v3/installments/{id}": _by_id("delete_plan"),
    "GET /v3/installments/{id}/payments": _with_query("plan_charges"),
    "POST /v3/installments/{id}/refund": _with_body("refund_plan"),
    "POST /v3/webhooks": lambda sandbox, call: sandbox.hooks.create(call.body),
    "GET /v3/webhooks": lambda sandbox, call: sandbox.hooks.listed(call.query),
    "GET /v3/webhooks/{id}": lambda sandbox, call: sandbox.hooks.read(call.id),
    "PUT /v3/webhooks/{id}": lambda sandbox, call: sandbox.hooks.update(call.id, call.body),
    "DELETE /v3/webhooks/{id}": lambda sandbox, call: sandbox.hooks.delete(call.id),
    "POST /v3/webhooks/{id}/removeBackoff": lambda sandbox, call: sandbox.hooks.remove_backoff(
        call.id
    ),
    "POST /v3/sandbox/payment/{id}/confirm": _confirm,
    "POST /v3/sandbox/payment/{id}/overdue": _by_id("overdue"),
}


def _amount_in(call: Call) -> Row:
    if "value" not in call.body:
        return {}
    value = amount(call.body["value"])
    if value is None or value <= 0:
        raise Refusal("invalid_value", "value must be a positive number.")
    return {"value": value}


def _pay(sandbox: Sandbox, call: Call) -> Row:
    method = call.body.get("method")
    if method == "cash":
        return sandbox.receive_in_cash(call.id, _amount_in(call))
    return sandbox.pay(
        call.id, **_amount_in(call), method=method, is_late=bool(call.body.get("late"))
    )


def _refund_in_panel(sandbox: Sandbox, call: Call) -> Row:
    return sandbox.refund_in_panel(call.id, **_amount_in(call))


def _faults(sandbox: Sandbox, call: Call, *, beside: Faults | None) -> Row:
    try:
        faults = read_faults(call.body, beside=beside)
    except ValueError as error:
        raise Refusal("invalid_fault", str(error)) from None
    sandbox.board.set(faults)
    return knobs_of(faults)


def _resume(sandbox: Sandbox, _call: Call) -> Row:
    sandbox.letters.resume()
    return {"interrupted": False}


def _told(sandbox: Sandbox, _call: Call) -> Row:
    knobs = knobs_of(sandbox.board.now)
    return {
        "data": [{"name": n, "value": knobs[n], "about": about} for n, about in abouts().items()]
    }


PANEL: dict[str, Handler] = {
    "POST /sandbox/pay/{id}": _pay,
    "POST /sandbox/settle/{id}": _by_id("settle"),
    "POST /sandbox/overdue/{id}": _by_id("overdue"),
    "POST /sandbox/dun/{id}": _by_id("dun"),
    "POST /sandbox/recover/{id}": _by_id("recover"),
    "POST /sandbox/mention/{id}": _with_body("mention"),
    "POST /sandbox/review/{id}": _by_id("review"),
    "POST /sandbox/reprove/{id}": _by_id("reprove"),
    "POST /sandbox/edit/{id}": _with_body("update"),
    "POST /sandbox/refund/{id}": _refund_in_panel,
    "POST /sandbox/release/{id}": _by_id("release"),
    "POST /sandbox/refuse/{id}": _by_id("refuse"),
    "POST /sandbox/dispute/{id}": _by_id("dispute"),
    "POST /sandbox/contest/{id}": _by_id("contest"),
    "POST /sandbox/win/{id}": _by_id("win"),
    "POST /sandbox/lose/{id}": _by_id("lose"),
    "GET /sandbox/faults": _told,
    "POST /sandbox/faults": lambda sandbox, call: _faults(sandbox, call, beside=None),
    "PATCH /sandbox/faults": lambda sandbox, call: _faults(sandbox, call, beside=sandbox.board.now),
    "POST /sandbox/resume": _resume,
    "GET /sandbox/state": lambda sandbox, _call: {
        **sandbox.counts(),
        "faults": knobs_of(sandbox.board.now),
    },
}
