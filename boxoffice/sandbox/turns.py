"""What happens to a charge: paid, settled, overdue, deleted, restored, received in cash."""

import re
from datetime import timedelta
from decimal import Decimal

from boxoffice.sandbox.account import impossible
from boxoffice.sandbox.charging import Charging
from boxoffice.sandbox.disputes import Disputes
from boxoffice.sandbox.refunds import Refunds
from boxoffice.sandbox.rows import FEE
from boxoffice.sandbox.wire import Row, amount

_EVENT = re.compile("PAYMENT_[A-Z_]{1,60}")
_UNPAID = {"PENDING", "OVERDUE"}
_CARD_DAYS = 32  # until the money of a card is in the balance
_BILLING_TYPES = {"pix": "PIX", "boleto": "BOLETO", "card": "CREDIT_CARD", "debit": "DEBIT_CARD"}


class Turns(Charging, Refunds, Disputes):
    """The part of the sandbox that plays the buyer, the bank and the calendar."""

    def pay(
        self,
        charge_id: str,
        value: Decimal | None = None,
        *,
        method: str | None = None,
        is_late: bool = False,
    ) -> Row:
        """Pay a charge as its buyer would; a deleted one too: that money was on its way.

        PIX is received at once; boleto and card are confirmed, and received by `settle`. More
        than was asked is interest. A card pays every part of a plan. A `method` other than the
        charge's own is one that its page offers: a boleto has a PIX code too. What `is_late` is
        overdue first.
        """
        with self._lock:
            row = self._find(charge_id)
            if row["status"] not in {*_UNPAID, "AWAITING_RISK_ANALYSIS"}:
                raise impossible("Esta cobrança já foi paga.")
            used = self._method(row, method)
            is_late = is_late or (used == "BOLETO" and self.board.take("late_boleto"))
            if is_late and row["status"] == "PENDING":
                row["status"] = "OVERDUE"
                self._tell("PAYMENT_OVERDUE", row)
            rows = [row]
            if used == "CREDIT_CARD" and row["installment"] is not None:
                rows = [each for each in self._parts(row["installment"]) if _is_open(each)]
            for each in rows:
                self._take_money(each, used, value if each is row else None)
            self._misbehave(row)
            return self.charge(charge_id)

    def settle(self, charge_id: str) -> Row:
        """Bring the money of a confirmed charge into the balance."""
        with self._lock:
            row = self._find(charge_id)
            if row["status"] != "CONFIRMED":
                raise impossible("Esta cobrança não está confirmada.")
            return self._receive(row)

    def overdue(self, charge_id: str) -> Row:
        """Let the due date pass. The charge can still be paid."""
        with self._lock:
            row = self._find(charge_id)
            if row["deleted"] or row["status"] != "PENDING":
                raise impossible("Esta cobrança não está pendente.")
            row["status"] = "OVERDUE"
            return self._tell("PAYMENT_OVERDUE", row)

    def review(self, charge_id: str) -> Row:
        """Have somebody at the gateway look at a card; `pay` approves it, `reprove` does not."""
        with self._lock:
            row = self._find(charge_id)
            if row["deleted"] or row["status"] not in _UNPAID:
                raise impossible("Esta cobrança não está pendente.")
            row["status"] = "AWAITING_RISK_ANALYSIS"
            return self._tell("PAYMENT_AWAITING_RISK_ANALYSIS", row)

    def reprove(self, charge_id: str) -> Row:
        """Refuse a card that somebody looked at. The charge waits for another."""
        with self._lock:
            row = self._find(charge_id)
            if row["status"] != "AWAITING_RISK_ANALYSIS":
                raise impossible("Esta cobrança não está em análise.")
            row["status"] = "PENDING"
            return self._tell("PAYMENT_REPROVED_BY_RISK_ANALYSIS", row)

    def dun(self, charge_id: str) -> Row:
        """Hand a charge that is overdue to a debt collector. It cannot be deleted any more."""
        with self._lock:
            row = self._find(charge_id)
            if row["deleted"] or row["status"] != "OVERDUE":
                raise impossible("Esta cobrança não está vencida.")
            row["status"] = "DUNNING_REQUESTED"
            return self._tell("PAYMENT_DUNNING_REQUESTED", row)

    def recover(self, charge_id: str) -> Row:
        """Have the debt collector bring the money of a charge in."""
        with self._lock:
            row = self._find(charge_id)
            if row["status"] != "DUNNING_REQUESTED":
                raise impossible("Esta cobrança não está em negativação.")
            today = self._today()
            row.update(status="DUNNING_RECEIVED", confirmedDate=today, clientPaymentDate=today)
            row.update(paymentDate=today, creditDate=today, netValue=row["value"] - FEE)
            return self._tell("PAYMENT_DUNNING_RECEIVED", row)

    def mention(self, charge_id: str, body: Row) -> Row:
        """Tell an event that changes nothing: a charge was viewed, anticipated, split."""
        with self._lock:
            row = self._find(charge_id)
            event = body.get("event")
            if not isinstance(event, str) or not _EVENT.fullmatch(event):
                raise impossible("O evento informado é inválido.")
            return self._tell(event, row)

    def delete(self, charge_id: str) -> Row:
        """Delete an unpaid charge. The only sign of it is `deleted`."""
        with self._lock:
            row = self._find(charge_id)
            if row["deleted"] or row["status"] not in _UNPAID:
                raise impossible("Esta cobrança não pode ser removida.")
            row["deleted"] = True
            self._tell("PAYMENT_DELETED", row)
            if self.board.take("paid_after_deletion"):
                self.pay(charge_id)
            return {"deleted": True, "id": charge_id}

    def delete_plan(self, plan: str) -> Row:
        """Delete the unpaid charges of a plan of instalments."""
        with self._lock:
            for row in self._parts(plan):
                if not row["deleted"] and row["status"] in _UNPAID:
                    self.delete(row["id"])
            return {"deleted": True, "id": plan}

    def restore(self, charge_id: str) -> Row:
        """Undo a deletion."""
        with self._lock:
            row = self._find(charge_id)
            if not row["deleted"]:
                raise impossible("Esta cobrança não está removida.")
            row["deleted"] = False
            return self._tell("PAYMENT_RESTORED", row)

    def receive_in_cash(self, charge_id: str, body: Row) -> Row:
        """Mark an unpaid charge as paid outside of the gateway. The word is in `status`."""
        with self._lock:
            row = self._find(charge_id)
            value = amount(body.get("value", row["value"]))
            if not _is_open(row) or value is None or value <= 0:
                raise impossible("Esta cobrança não pode ser recebida em dinheiro.")
            day = str(body.get("paymentDate") or self._today())
            row.update(status="RECEIVED_IN_CASH", value=value, netValue=value)
            row.update(paymentDate=day, clientPaymentDate=day, confirmedDate=self._today())
            return self._tell("PAYMENT_RECEIVED", row)

    def undo_received_in_cash(self, charge_id: str) -> Row:
        """Take that mark back."""
        with self._lock:
            row = self._find(charge_id)
            if row["status"] != "RECEIVED_IN_CASH":
                raise impossible("Esta cobrança não foi recebida em dinheiro.")
            row.update(status="PENDING", paymentDate=None, clientPaymentDate=None)
            return self._tell("PAYMENT_RECEIVED_IN_CASH_UNDONE", row)

    def _method(self, row: Row, method: str | None) -> str:
        own: str = row["billingType"]
        if method is None:
            return "PIX" if own == "UNDEFINED" else own
        used = _BILLING_TYPES.get(method, "")
        offered = {"BOLETO": {"BOLETO", "PIX"}, "CREDIT_CARD": {"CREDIT_CARD", "DEBIT_CARD"}}
        if used not in offered.get(own, {own} if own != "UNDEFINED" else _BILLING_TYPES.values()):
            raise impossible("Esta cobrança não aceita essa forma de pagamento.")
        return used

    def _take_money(self, row: Row, used: str, value: Decimal | None) -> None:
        """Mark one charge as paid, and tell."""
        asked, paid = row["value"], row["value"] if value is None else value
        if row["status"] == "AWAITING_RISK_ANALYSIS":
            self._tell("PAYMENT_APPROVED_BY_RISK_ANALYSIS", row)
        row.update(value=paid, netValue=paid - FEE, clientPaymentDate=self._today())
        row["confirmedDate"] = self._today()
        if paid > asked:
            row.update(originalValue=asked, interestValue=paid - asked)
        if row["billingType"] == "UNDEFINED" or used == "DEBIT_CARD":
            row["billingType"] = used
        if used == "PIX":
            row["pixTransaction"] = row["id"].removeprefix("pay_")
            self._receive(row)
            return
        if used in {"CREDIT_CARD", "DEBIT_CARD"}:
            days = _CARD_DAYS * int(row["installmentNumber"] or 1) if used == "CREDIT_CARD" else 3
            row["estimatedCreditDate"] = (self._now().date() + timedelta(days=days)).isoformat()
            row["creditCard"] = {
                "creditCardNumber": "4444",
                "creditCardBrand": "VISA",
                "creditCardToken": f"token-of-{row['id']}",
            }
        row["status"] = "CONFIRMED"
        self._tell("PAYMENT_CONFIRMED", row)

    def _receive(self, row: Row) -> Row:
        row.update(status="RECEIVED", paymentDate=self._today(), creditDate=self._today())
        return self._tell("PAYMENT_RECEIVED", row)

    def _misbehave(self, row: Row) -> None:
        """Let happen to a paid charge what was ordered."""
        if self.board.take("paid_twice"):
            stray = self._made({**row, "installment": None, "installmentNumber": None})
            self._tell("PAYMENT_CREATED", stray)
            self._take_money(stray, stray["billingType"], None)
        if row["billingType"] != "BOLETO" and self.board.take("refunded_in_panel"):
            self.refund_in_panel(row["id"])
        if row["billingType"] == "CREDIT_CARD":
            is_lost, is_won = self.board.take("chargeback_lost"), self.board.take("chargeback_won")
            if is_lost or is_won:
                self.dispute(row["id"])
                (self.lose if is_lost else self.win)(row["id"])


def _is_open(row: Row) -> bool:
    return not row["deleted"] and row["status"] in _UNPAID
