"""Money on its way back: by the API, by somebody in the panel, or by the payer of a boleto."""

import copy
import secrets
from collections.abc import Mapping
from decimal import Decimal

from boxoffice.sandbox.account import Account, impossible
from boxoffice.sandbox.rows import refund_row
from boxoffice.sandbox.wire import Row, amount, page

_HALF = Decimal("0.5")
_CENT = Decimal("0.01")
_PAID = {"CONFIRMED", "RECEIVED"}
STUCK = "AWAITING_CRITICAL_ACTION_AUTHORIZATION"
BY_PAYER = "AWAITING_CUSTOMER_EXTERNAL_AUTHORIZATION"


class Refunds(Account):
    """The part of the sandbox that gives money back."""

    def refund(self, charge_id: str, body: Row) -> Row:
        """Give back `value`, or all that is left. Twice is twice: there is no key to repeat by."""
        with self._lock:
            row = self._find(charge_id)
            is_boleto = row["billingType"] == "BOLETO" and row["pixTransaction"] is None
            if row["status"] not in _PAID or is_boleto:
                raise impossible("Esta cobrança não pode ser estornada.")
            left = row["value"] - _on_its_way(row)
            value = left if body.get("value") is None else amount(body["value"])
            if value is None or not 0 < value <= left:
                raise impossible("O valor do estorno é maior que o valor disponível.")
            if self.board.take("refund_denied"):
                raise impossible("Saldo insuficiente para realizar o estorno.")
            word = str(body.get("description") or "")
            if self.board.take("refund_stuck"):
                return self._wait(row, value, word, STUCK)
            self._add(row, refund_row(value, word, "DONE", self._stamp(), _end_to_end()))
            return self._tell(_settled(row), row)

    def refund_plan(self, plan: str, body: Row) -> Row:
        """Give back every paid part of a plan of instalments; the answer is the plan."""
        with self._lock:
            parts = [row for row in self._parts(plan) if row["status"] in _PAID]
            if not parts:
                raise impossible("Este parcelamento não pode ser estornado.")
            for row in parts:
                self.refund(row["id"], {"description": body.get("description")})
            return {"object": "installment", "id": plan, "refunded": len(parts)}

    def refund_in_panel(self, charge_id: str, value: Decimal | None = None) -> Row:
        """Give back `value`, or half, as somebody who clicks it in the panel."""
        with self._lock:
            asked = self._find(charge_id)["value"]
            half = (asked * _HALF).quantize(_CENT)
            return self.refund(charge_id, {"value": half if value is None else value})

    def refunds(self, charge_id: str, query: Mapping[str, str]) -> Row:
        """List the refunds of a charge."""
        with self._lock:
            return copy.deepcopy(page(self._find(charge_id)["refunds"] or [], query))

    def refund_boleto(self, charge_id: str) -> Row:
        """Ask the payer of a boleto for a bank account, on the page of the answer.

        Nothing is given back before `release`; `refuse` denies it.
        """
        with self._lock:
            row = self._find(charge_id)
            if row["billingType"] != "BOLETO" or row["pixTransaction"] is not None:
                raise impossible("Esta cobrança não é um boleto.")
            if row["status"] in _PAID:
                self._wait(row, row["value"] - _on_its_way(row), "", BY_PAYER)
                if self.board.take("refund_denied"):
                    self.refuse(charge_id)
            elif row["status"] != "REFUND_REQUESTED":
                raise impossible("Esta cobrança não pode ser estornada.")
            page_id = charge_id.removeprefix("pay_")
            return {"requestUrl": f"https://asaas.sandbox.invalid/estorno/{page_id}"}

    def release(self, charge_id: str) -> Row:
        """Approve the refund of a charge that waits for somebody's word."""
        with self._lock:
            row, refund = self._waiting(charge_id)
            refund.update(status="DONE", effectiveDate=self._stamp())
            _unask(row)
            return self._tell(_settled(row), row)

    def refuse(self, charge_id: str) -> Row:
        """Cancel the refund of a charge that waits for somebody's word."""
        with self._lock:
            row, refund = self._waiting(charge_id)
            refund["status"] = "CANCELLED"
            _unask(row)
            if row["billingType"] == "BOLETO":
                return self._tell("PAYMENT_REFUND_DENIED", row)
            self._store.put("charge", charge_id, row)  # no letter tells of it
            return copy.deepcopy(row)

    def _wait(self, row: Row, value: Decimal, word: str, status: str) -> Row:
        """Add a refund that somebody has to approve. No letter tells of it."""
        self._add(row, refund_row(value, word, status, self._stamp(), None))
        if _on_its_way(row) == row["value"]:
            row["status"] = "REFUND_REQUESTED"
        self._store.put("charge", row["id"], row)
        return copy.deepcopy(row)

    def _waiting(self, charge_id: str) -> tuple[Row, Row]:
        row = self._find(charge_id)
        for refund in row["refunds"] or []:
            if refund["status"] in {STUCK, BY_PAYER}:
                return row, refund
        raise impossible("Nenhum estorno aguarda autorização.")

    @staticmethod
    def _add(row: Row, refund: Row) -> None:
        row["refunds"] = [*(row["refunds"] or []), refund]


def _on_its_way(row: Row) -> Decimal:
    """Return how much of a charge was given back, or will be."""
    refunds = row["refunds"] or []
    return sum((each["value"] for each in refunds if each["status"] != "CANCELLED"), Decimal(0))


def _settled(row: Row) -> str:
    """Return the event of a refund that was made; a charge given back in full changes its state."""
    done = sum(each["value"] for each in row["refunds"] if each["status"] == "DONE")
    if done < row["value"]:
        return "PAYMENT_PARTIALLY_REFUNDED"
    row["status"] = "REFUNDED"
    return "PAYMENT_REFUNDED"


def _unask(row: Row) -> None:
    """Bring a charge back to what it was before all of it was to be refunded."""
    if row["status"] == "REFUND_REQUESTED":
        row["status"] = "RECEIVED" if row["creditDate"] else "CONFIRMED"


def _end_to_end() -> str:
    return f"E9999{secrets.token_hex(13).upper()}"
