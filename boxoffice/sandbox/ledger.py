"""What the stand-in for Asaas knows: customers, charges, and what happened to them."""

import copy
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from stdnum.br import cnpj, cpf

from boxoffice.sandbox.boleto_line import bar_code, typed_line
from boxoffice.sandbox.faults import FaultBoard
from boxoffice.sandbox.letters import Letters
from boxoffice.sandbox.pix_code import pix_payload, qr_png
from boxoffice.sandbox.rows import charge_row, customer_row
from boxoffice.sandbox.wire import Row, amount

API_KEY = "$aact_hmlg_sandbox"
VALUE_MIN = Decimal(5)
DAILY_MAX = 10_000
PAGE_MAX = 100
_BRAZIL = timezone(timedelta(hours=-3))
_BILLING_TYPES = {"PIX", "BOLETO", "CREDIT_CARD", "UNDEFINED"}
_EQUAL = ("externalReference", "status", "customer", "billingType", "dateCreated")


class Refusal(Exception):
    """A definite no of the vendor: HTTP status, its code, and a sentence for people."""

    def __init__(self, code: str, description: str, *, status: int = 400) -> None:
        super().__init__(description)
        self.code = code
        self.status = status


class Sandbox:
    """An Asaas account in memory. Safe to use from several threads.

    Letters go to `webhook_url` with `webhook_token`; waits between attempts are multiplied by
    `retry_scale`. `clock` tells the moment, by default the real one.
    """

    def __init__(
        self,
        *,
        webhook_url: str | None = None,
        webhook_token: str | None = None,
        api_key: str = API_KEY,
        retry_scale: float = 1.0,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.api_key = api_key
        self.board = FaultBoard()
        self.calls: Counter[str] = Counter()
        self._clock = clock or (lambda: datetime.now(UTC))
        self.letters = Letters(
            self.board,
            self._now,
            url=webhook_url,
            token=webhook_token,
            retry_scale=retry_scale,
        )
        # Race: the server's thread and a test's own both change charges.
        self._lock = threading.RLock()
        self._customers: dict[str, Row] = {}
        self._charges: dict[str, Row] = {}

    def close(self) -> None:
        """Stop sending letters."""
        self.letters.close()

    def flush(self, timeout_seconds: float = 10.0) -> None:
        """Wait until every letter is delivered.

        Raises:
            TimeoutError: some are still waiting.
        """
        self.letters.flush(timeout_seconds)

    def create_customer(self, body: Row) -> Row:
        """Create a customer; the same document twice makes two."""
        document = str(body.get("cpfCnpj", ""))
        if not body.get("name"):
            raise Refusal("invalid_name", "O campo nome deve ser informado.")
        if not (cpf.is_valid(document) or cnpj.is_valid(document)):
            raise Refusal("invalid_cpfCnpj", "O CPF/CNPJ informado é inválido.")
        with self._lock:
            row = customer_row(body, f"cus_{len(self._customers) + 1:012}", self._today())
            self._customers[row["id"]] = row
            return dict(row)

    def customers(self, query: Mapping[str, str]) -> Row:
        """List customers, by `cpfCnpj` when it is given."""
        document = query.get("cpfCnpj")
        with self._lock:
            rows = [row for row in self._customers.values() if document in {None, row["cpfCnpj"]}]
            return copy.deepcopy(_page(rows, query))

    def create_charge(self, body: Row) -> Row:
        """Create a charge; nothing stops two with the same `externalReference`."""
        with self._lock:
            if body.get("customer") not in self._customers:
                raise Refusal("invalid_customer", "Customer inválido ou não informado.")
            self._check(body)
            row = charge_row(body, f"pay_{secrets.token_hex(8)}", self._today())
            self._charges[row["id"]] = row
            return self._tell("PAYMENT_CREATED", row)

    def charge(self, charge_id: str) -> Row:
        """Read one charge, deleted or not."""
        with self._lock:
            return copy.deepcopy(self._find(charge_id))

    def charges(self, query: Mapping[str, str]) -> Row:
        """List charges, newest first. A filter that is not known is not obeyed, and nobody says."""
        is_deaf = self.board.now.filters_ignored
        with self._lock:
            newest_first = reversed(self._charges.values())
            rows = [row for row in newest_first if is_deaf or _matches(row, query)]
            return copy.deepcopy(_page(rows, query))

    def delete(self, charge_id: str) -> Row:
        """Delete an unpaid charge. The only sign of it is `deleted`."""
        with self._lock:
            row = self._find(charge_id)
            if row["deleted"] or row["status"] not in {"PENDING", "OVERDUE"}:
                raise Refusal("invalid_action", "Esta cobrança não pode ser removida.")
            row["deleted"] = True
            self._tell("PAYMENT_DELETED", row)
            return {"deleted": True, "id": charge_id}

    def restore(self, charge_id: str) -> Row:
        """Undo a deletion."""
        with self._lock:
            row = self._find(charge_id)
            if not row["deleted"]:
                raise Refusal("invalid_action", "Esta cobrança não está removida.")
            row["deleted"] = False
            return self._tell("PAYMENT_RESTORED", row)

    def overdue(self, charge_id: str) -> Row:
        """Let the due date pass. The charge can still be paid."""
        with self._lock:
            row = self._find(charge_id)
            if row["deleted"] or row["status"] != "PENDING":
                raise Refusal("invalid_action", "Esta cobrança não está pendente.")
            row["status"] = "OVERDUE"
            return self._tell("PAYMENT_OVERDUE", row)

    def pay(self, charge_id: str, value: Decimal | None = None) -> Row:
        """Pay a charge as its buyer would; a deleted one too: that money was on its way.

        PIX is received at once; boleto and card are confirmed, and received by `settle`. More
        than was asked is interest.
        """
        with self._lock:
            row = self._find(charge_id)
            if row["status"] not in {"PENDING", "OVERDUE"}:
                raise Refusal("invalid_action", "Esta cobrança já foi paga.")
            asked, paid = row["value"], row["value"] if value is None else value
            row.update(value=paid, netValue=paid - Decimal("1.99"), clientPaymentDate=self._today())
            row["confirmedDate"] = self._today()
            if paid > asked:
                row.update(originalValue=asked, interestValue=paid - asked)
            if row["billingType"] != "PIX":
                row["status"] = "CONFIRMED"
                return self._tell("PAYMENT_CONFIRMED", row)
            return self._receive(row)

    def settle(self, charge_id: str) -> Row:
        """Bring the money of a confirmed charge into the balance."""
        with self._lock:
            row = self._find(charge_id)
            if row["status"] != "CONFIRMED":
                raise Refusal("invalid_action", "Esta cobrança não está confirmada.")
            return self._receive(row)

    def pix_qr_code(self, charge_id: str) -> Row:
        """Return text and picture of the PIX code."""
        row = self.charge(charge_id)
        if row["billingType"] not in {"PIX", "BOLETO", "UNDEFINED"}:
            raise Refusal("invalid_action", "Esta cobrança não aceita Pix.")
        address = f"pix.sandbox.invalid/qr/v2/cobv/{charge_id.removeprefix('pay_')}"
        payload = pix_payload(address, row["value"])
        return {
            "encodedImage": qr_png(payload),
            "payload": payload,
            "expirationDate": f"{_year_after(row['dueDate'])} 23:59:59",
            "description": row["description"],
        }

    def identification_field(self, charge_id: str) -> Row:
        """Return the line and the bar code of a boleto."""
        row = self.charge(charge_id)
        if row["billingType"] != "BOLETO":
            raise Refusal("invalid_action", "Esta cobrança não é um boleto.")
        code = bar_code(date.fromisoformat(row["dueDate"]), row["value"], int(row["nossoNumero"]))
        line = typed_line(code)
        return {"identificationField": line, "nossoNumero": row["nossoNumero"], "barCode": code}

    def limits(self) -> Row:
        """Return the daily ceiling of charge creation and how much of it is used."""
        with self._lock:
            used = sum(row["dateCreated"] == self._today() for row in self._charges.values())
        daily = {"limit": DAILY_MAX, "used": used, "wasReached": used >= DAILY_MAX}
        return {"creation": {"daily": daily}}

    def counts(self) -> dict[str, Any]:
        """Return what there is and what was asked, for the control panel."""
        codes = Counter(str(delivery.status_code) for delivery in self.letters.deliveries)
        with self._lock:
            return {
                "customers": len(self._customers),
                "charges": len(self._charges),
                "calls": dict(self.calls),
                "letters": {
                    "waiting": self.letters.waiting_count,
                    "answers": dict(codes),
                    "lost": self.letters.lost_count,
                    "interrupted": self.letters.is_interrupted,
                },
            }

    def _check(self, body: Row) -> None:
        if body.get("billingType") not in _BILLING_TYPES:
            raise Refusal("invalid_billingType", "A forma de pagamento informada é inválida.")
        value = amount(body.get("value"))
        if value is None:
            raise Refusal("invalid_value", "O campo value deve ser informado.")
        if value < VALUE_MIN:
            raise Refusal("invalid_action", "O valor da cobrança não pode ser menor que R$ 5,00.")
        try:
            is_past = date.fromisoformat(str(body.get("dueDate"))) < self._now().date()
        except ValueError:
            is_past = True
        if is_past:
            raise Refusal("invalid_dueDate", "A data de vencimento não pode ser inferior a hoje.")

    def _find(self, charge_id: str) -> Row:
        if charge_id not in self._charges:
            raise Refusal("not_found", "Cobrança não encontrada.", status=404)
        return self._charges[charge_id]

    def _receive(self, row: Row) -> Row:
        row.update(status="RECEIVED", paymentDate=self._today(), creditDate=self._today())
        return self._tell("PAYMENT_RECEIVED", row)

    def _tell(self, event: str, row: Row) -> Row:
        self.letters.write(event, row)
        return copy.deepcopy(row)

    def _now(self) -> datetime:
        return self._clock().astimezone(_BRAZIL)

    def _today(self) -> str:
        return self._now().date().isoformat()


def _matches(row: Row, query: Mapping[str, str]) -> bool:
    created = row["dateCreated"]
    return (
        all(query[name] == row[name] for name in _EQUAL if name in query)
        and query.get("dateCreated[ge]", created) <= created
        and query.get("dateCreated[le]", created) >= created
    )


def _page(rows: list[Row], query: Mapping[str, str]) -> Row:
    try:
        limit, offset = int(query.get("limit", "10")), int(query.get("offset", "0"))
    except ValueError:
        raise Refusal("invalid_limit", "Paginação inválida.") from None
    limit, offset = min(max(limit, 1), PAGE_MAX), max(offset, 0)
    data = rows[offset : offset + limit]
    return {
        "object": "list",
        "hasMore": offset + limit < len(rows),
        "totalCount": len(rows),
        "limit": limit,
        "offset": offset,
        "data": data,
    }


def _year_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=365)).isoformat()
