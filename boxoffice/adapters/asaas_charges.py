"""What a charge of Asaas means, read in our words."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from boxoffice.adapters.asaas_wire import maybe_text, text_of, unreadable
from boxoffice.errors import GatewaySilent
from boxoffice.money import MINOR_MAX, Money
from boxoffice.payments.provider import Charge, ChargeState, GivenBack, GivenBackState

_MAJOR_MAX = MINOR_MAX // 100
_DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y")  # the second was in letters until February 2026

STATES: Mapping[str, ChargeState] = {
    "PENDING": ChargeState.WAITING,
    "OVERDUE": ChargeState.WAITING,  # a PIX QR can be paid for twelve more months
    "DUNNING_REQUESTED": ChargeState.WAITING,  # somebody collects it: no money yet
    "AWAITING_RISK_ANALYSIS": ChargeState.REVIEWING,
    "AUTHORIZED": ChargeState.REVIEWING,  # reserved on the card, and not taken
    "CONFIRMED": ChargeState.PAID,
    "RECEIVED": ChargeState.SETTLED,
    "DUNNING_RECEIVED": ChargeState.SETTLED,
    "RECEIVED_IN_CASH": ChargeState.IN_CASH,
    "REFUND_REQUESTED": ChargeState.REFUNDING,
    "REFUND_IN_PROGRESS": ChargeState.REFUNDING,
    "REFUNDED": ChargeState.REFUNDED,
    "CHARGEBACK_REQUESTED": ChargeState.DISPUTED,
    "CHARGEBACK_DISPUTE": ChargeState.DISPUTED,
    "AWAITING_CHARGEBACK_REVERSAL": ChargeState.DISPUTE_WON,
}
_UNPAID = {ChargeState.WAITING, ChargeState.REVIEWING, ChargeState.CLOSED, ChargeState.OTHER}
_GIVEN_BACK = {
    "PENDING": GivenBackState.PENDING,
    "DONE": GivenBackState.DONE,
    "CANCELLED": GivenBackState.CANCELLED,
}


def charge_of(row: dict[str, Any], **codes: str | None) -> Charge:
    """Read a charge in our words; `codes` are the PIX text, boleto line and bar code, by field.

    What no decision hangs on (dates, fees, addresses) is left out when it cannot be read.

    Raises:
        GatewaySilent: it lacks what every charge has, or its amounts are not numbers.
    """
    state = STATES.get(text_of(row, "status"), ChargeState.OTHER)
    # `deleted` is the only sign of a removed charge. Money wins over it: a PIX sent at the
    # instant of the deletion still comes in, and must not look like a closed charge.
    is_deleted = bool(row.get("deleted"))
    if is_deleted and state is ChargeState.WAITING:
        state = ChargeState.CLOSED
    value = money_of(row, "value")
    reference = row.get("externalReference")
    return Charge(
        provider_id=text_of(row, "id"),
        reference=None if reference is None else str(reference),
        state=state,
        amount=value if row.get("originalValue") is None else money_of(row, "originalValue"),
        paid=Money(0) if state in _UNPAID else value,
        pix_payload=codes.get("pix_payload"),
        boleto_line=codes.get("boleto_line"),
        boleto_bar_code=codes.get("boleto_bar_code"),
        invoice_url=maybe_text(row, "invoiceUrl"),
        boleto_url=maybe_text(row, "bankSlipUrl"),
        raw=_without_token(row),
        plan=maybe_text(row, "installment"),
        refunds=refunds_of(row.get("refunds")),
        is_deleted=is_deleted,
        was_disputed=bool(row.get("chargeback"))
        or state in {ChargeState.DISPUTED, ChargeState.DISPUTE_WON},
        net=_maybe_money(row, "netValue"),
        credited_on=date_of(row.get("creditDate")) or date_of(row.get("estimatedCreditDate")),
        created_on=date_of(row.get("dateCreated")),
    )


def refunds_of(rows: object) -> tuple[GivenBack, ...]:
    """Read the refunds of a charge; one whose amount is no number counts as zero, and `OTHER`.

    It is kept: a refund that was left out could be made a second time.
    """
    if not isinstance(rows, list):
        return ()
    return tuple(_refund_of(row) for row in rows if isinstance(row, dict))


def _refund_of(row: dict[str, Any]) -> GivenBack:
    word = maybe_text(row, "status") or ""
    amount = _maybe_money(row, "value")
    is_waiting = word.startswith("AWAITING_")
    state = _GIVEN_BACK.get(word, GivenBackState.OTHER)
    if is_waiting:
        state = GivenBackState.PENDING
    return GivenBack(
        amount=amount or Money(0),
        state=GivenBackState.OTHER if amount is None else state,
        description=maybe_text(row, "description") or "",
        waits_for=word if is_waiting else "",
        made_at=maybe_text(row, "dateCreated") or "",
    )


def money_of(row: dict[str, Any], field: str) -> Money:
    """Read an amount of reais, whose cents are rounded only beyond the second place.

    Raises:
        GatewaySilent: it is missing, not a number, or beyond ten billion.
    """
    value = row.get(field)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise unreadable(field)
    exact = Decimal(value)
    if abs(exact) > _MAJOR_MAX:
        raise unreadable(field)
    return Money(int(exact.scaleb(2).quantize(Decimal(1), ROUND_HALF_UP)))


def _maybe_money(row: dict[str, Any], field: str) -> Money | None:
    try:
        return money_of(row, field)
    except GatewaySilent:
        return None


def date_of(value: object) -> date | None:
    """Read a day as Asaas writes it now or wrote it once, with a time or without, or `None`."""
    if not isinstance(value, str):
        return None
    for form in _DATE_FORMATS:
        try:
            return datetime.strptime(value[:10], form).date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
    return None


def _without_token(row: dict[str, Any]) -> dict[str, Any]:
    """Return what to keep of an answer: with the token of a card, anybody could charge it again."""
    card = row.get("creditCard")
    if not isinstance(card, dict) or "creditCardToken" not in card:
        return row
    return {**row, "creditCard": {**card, "creditCardToken": None}}
