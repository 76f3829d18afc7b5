"""Chargebacks: a card holder wants the money back."""

import copy
import secrets
from datetime import timedelta

from boxoffice.sandbox.account import Account, impossible
from boxoffice.sandbox.refusal import Refusal
from boxoffice.sandbox.wire import Row

_DEADLINE_DAYS = 7


class Disputes(Account):
    """The part of the sandbox that plays the bank of a card holder."""

    def dispute(self, charge_id: str) -> Row:
        """Take the money of a card payment back, until it is won or lost."""
        with self._lock:
            row = self._find(charge_id)
            if row["billingType"] != "CREDIT_CARD" or row["status"] not in {
                "CONFIRMED",
                "RECEIVED",
            }:
                raise impossible("Esta cobrança não pode ser contestada.")
            today = self._now().date()
            row["status"] = "CHARGEBACK_REQUESTED"
            row["chargeback"] = {
                "id": secrets.token_hex(16),
                "payment": charge_id,
                "installment": row["installment"],
                "customerAccount": None,
                "status": "REQUESTED",
                "reason": "ABSENCE_OF_PRINT",
                "disputeStartDate": today.isoformat(),
                "value": row["value"],
                "paymentDate": row["confirmedDate"],
                "creditCard": {"number": "4444", "brand": "VISA"},
                "disputeStatus": None,
                "deadlineToSendDisputeDocuments": (
                    today + timedelta(days=_DEADLINE_DAYS)
                ).isoformat(),
            }
            return self._tell("PAYMENT_CHARGEBACK_REQUESTED", row)

    def contest(self, charge_id: str) -> Row:
        """Send documents against a dispute."""
        with self._lock:
            row = self._disputed(charge_id, {"CHARGEBACK_REQUESTED"})
            row["status"] = "CHARGEBACK_DISPUTE"
            row["chargeback"].update(status="IN_DISPUTE", disputeStatus="REQUESTED")
            return self._tell("PAYMENT_CHARGEBACK_DISPUTE", row)

    def win(self, charge_id: str) -> Row:
        """Win a dispute: CONFIRMED or RECEIVED is told a second time, with a new event id."""
        with self._lock:
            if self._find(charge_id)["status"] == "CHARGEBACK_REQUESTED":
                self.contest(charge_id)
            row = self._disputed(charge_id, {"CHARGEBACK_DISPUTE"})
            row["status"] = "AWAITING_CHARGEBACK_REVERSAL"
            row["chargeback"].update(status="REVERSED", disputeStatus="ACCEPTED")
            self._tell("PAYMENT_AWAITING_CHARGEBACK_REVERSAL", row)
            row["status"] = "RECEIVED" if row["creditDate"] else "CONFIRMED"
            return self._tell(f"PAYMENT_{row['status']}", row)

    def lose(self, charge_id: str) -> Row:
        """Lose a dispute, as doing nothing until its deadline does."""
        with self._lock:
            row = self._disputed(charge_id, {"CHARGEBACK_REQUESTED", "CHARGEBACK_DISPUTE"})
            row["status"] = "REFUNDED"
            row["chargeback"].update(status="DISPUTE_LOST", disputeStatus="REJECTED")
            return self._tell("PAYMENT_REFUNDED", row)

    def chargeback(self, charge_id: str) -> Row:
        """Read the dispute of a charge."""
        with self._lock:
            found = self._find(charge_id)["chargeback"]
            if found is None:
                raise Refusal("not_found", "Chargeback não encontrado.", status=404)
            return dict(copy.deepcopy(found))

    def _disputed(self, charge_id: str, statuses: set[str]) -> Row:
        row = self._find(charge_id)
        if row["status"] not in statuses:
            raise impossible("Esta cobrança não está em disputa.")
        return row
