"""Customers and charges: made, changed, listed, and what their buyers need to pay them."""

import copy
import secrets
import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from stdnum.br import cnpj, cpf

from boxoffice.sandbox.account import Account, impossible
from boxoffice.sandbox.boleto_line import bar_code, typed_line
from boxoffice.sandbox.pix_code import pix_payload, qr_png
from boxoffice.sandbox.refusal import Refusal
from boxoffice.sandbox.rows import charge_row, customer_row, plan_row
from boxoffice.sandbox.wire import Row, amount, page

VALUE_MIN = Decimal(5)
INSTALMENTS_MAX = 21
_CENT = Decimal("0.01")
_BILLING_TYPES = {"PIX", "BOLETO", "CREDIT_CARD", "UNDEFINED"}
_EQUAL = (
    *("externalReference", "status", "customer", "billingType", "installment", "subscription"),
    *("dateCreated", "paymentDate", "estimatedCreditDate", "pixQrCodeId", "checkoutSession"),
)
_RANGES = ("dateCreated", "paymentDate", "estimatedCreditDate", "dueDate")


class Charging(Account):
    """The part of the sandbox that asks for money."""

    daily_max = 10_000

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
            self._store.put("customer", row["id"], row)
            return dict(row)

    def customers(self, query: Mapping[str, str]) -> Row:
        """List customers, by `cpfCnpj` when it is given."""
        document = query.get("cpfCnpj")
        with self._lock:
            rows = [
                row
                for row in self._customers.values()
                if document in {None, row["cpfCnpj"]} and not row["deleted"]
            ]
            return copy.deepcopy(page(rows, query))

    def delete_customer(self, customer_id: str) -> Row:
        """Remove a customer: no new charge can be made for it."""
        with self._lock:
            if customer_id not in self._customers:
                raise Refusal("not_found", "Cliente não encontrado.", status=404)
            row = self._customers[customer_id]
            row["deleted"] = True
            self._store.put("customer", customer_id, row)
            return {"deleted": True, "id": customer_id}

    def create_charge(self, body: Row) -> Row:
        """Create a charge; nothing stops two with the same `externalReference`.

        With `installmentCount`, one for each part; the answer is the first.
        """
        with self._lock:
            if self._customers.get(str(body.get("customer")), {}).get("deleted", True):
                raise Refusal("invalid_customer", "Customer inválido ou não informado.")
            rows = [self._made(part) for part in self._split(body)]
            for row in rows:
                self._tell("PAYMENT_CREATED", row)
            answer = copy.deepcopy(rows[0])
            if self.board.take("amount_edited"):
                self.update(answer["id"], {"value": answer["value"] + 1})
            return answer

    def charges(self, query: Mapping[str, str]) -> Row:
        """List charges, newest first. A filter that is not known is not obeyed, and nobody says."""
        is_deaf = self.board.now.filters_ignored
        with self._lock:
            newest_first = reversed(self._charges.values())
            rows = [row for row in newest_first if is_deaf or _matches(row, query)]
            return copy.deepcopy(page(rows, query))

    def update(self, charge_id: str, body: Row) -> Row:
        """Change an unpaid charge. Its codes have to be fetched again."""
        with self._lock:
            row = self._find(charge_id)
            if row["deleted"] or row["status"] not in {"PENDING", "OVERDUE"}:
                raise impossible("Esta cobrança não pode ser alterada.")
            known = ("value", "dueDate", "description", "externalReference", "billingType")
            changes = {name: body[name] for name in known if name in body}
            self._check({**row, **changes})
            row.update(changes)
            return self._tell("PAYMENT_UPDATED", row)

    def plan(self, plan: str) -> Row:
        """Read a plan of instalments."""
        with self._lock:
            return plan_row(self._parts(plan))

    def plan_charges(self, plan: str, query: Mapping[str, str]) -> Row:
        """List the charges of a plan of instalments."""
        with self._lock:
            return copy.deepcopy(page(self._parts(plan), query))

    def pix_qr_code(self, charge_id: str) -> Row:
        """Return text and picture of the PIX code."""
        row = self.charge(charge_id)
        if row["billingType"] not in {"PIX", "BOLETO", "UNDEFINED"}:
            raise impossible("Esta cobrança não aceita Pix.")
        address = f"pix.sandbox.invalid/qr/v2/cobv/{charge_id.removeprefix('pay_')}"
        payload = pix_payload(address, row["value"])
        year_after = date.fromisoformat(row["dueDate"]) + timedelta(days=365)
        return {
            "encodedImage": qr_png(payload),
            "payload": payload,
            "expirationDate": f"{year_after.isoformat()} 23:59:59",
            "description": row["description"],
        }

    def identification_field(self, charge_id: str) -> Row:
        """Return the line and the bar code of a boleto."""
        row = self.charge(charge_id)
        if row["billingType"] != "BOLETO":
            raise impossible("Esta cobrança não é um boleto.")
        code = bar_code(date.fromisoformat(row["dueDate"]), row["value"], int(row["nossoNumero"]))
        line = typed_line(code)
        return {"identificationField": line, "nossoNumero": row["nossoNumero"], "barCode": code}

    def limits(self) -> Row:
        """Return the daily ceiling of charge creation and how much of it is used."""
        used = self._used()
        daily = {"limit": self.daily_max, "used": used, "wasReached": used >= self.daily_max}
        return {"creation": {"daily": daily}}

    def _used(self) -> int:
        with self._lock:
            return sum(row["dateCreated"] == self._today() for row in self._charges.values())

    def _split(self, body: Row) -> list[Row]:
        """Return the body of each charge that `body` asks for, checked."""
        count = body.get("installmentCount")
        if count is None:
            self._check(body)
            parts = [body]
        else:
            if type(count) is not int or not 1 < count <= INSTALMENTS_MAX:
                raise impossible("Quantidade de parcelas inválida.")
            total = amount(body.get("totalValue"))
            each = amount(body.get("installmentValue"))
            if total is None and each is not None:
                total = each * count
            if total is None:
                raise Refusal("invalid_value", "O campo totalValue deve ser informado.")
            share = (total / count).quantize(_CENT, ROUND_DOWN)
            values = [share] * (count - 1) + [total - share * (count - 1)]
            plan = str(uuid.uuid4())
            parts = [
                {**body, "value": value, "installment": plan, "installmentNumber": number}
                for number, value in enumerate(values, start=1)
            ]
            for part in parts:
                self._check(part)
                part["dueDate"] = _months_after(part["dueDate"], part["installmentNumber"] - 1)
        if self._used() + len(parts) > self.daily_max:
            raise impossible("O limite diário de criação de cobranças foi atingido.")
        return parts

    def _made(self, body: Row) -> Row:
        row = charge_row(body, f"pay_{secrets.token_hex(8)}", self._today())
        self._charges[row["id"]] = row
        return row

    def _check(self, body: Row) -> None:
        if body.get("billingType") not in _BILLING_TYPES:
            raise Refusal("invalid_billingType", "A forma de pagamento informada é inválida.")
        value = amount(body.get("value"))
        if value is None:
            raise Refusal("invalid_value", "O campo value deve ser informado.")
        if value < VALUE_MIN:
            raise impossible("O valor da cobrança não pode ser menor que R$ 5,00.")
        try:
            is_past = date.fromisoformat(str(body.get("dueDate"))) < self._now().date()
        except ValueError:
            is_past = True
        if is_past:
            raise Refusal("invalid_dueDate", "A data de vencimento não pode ser inferior a hoje.")


def _matches(row: Row, query: Mapping[str, str]) -> bool:
    if any(query[name] != row[name] for name in _EQUAL if name in query):
        return False
    for name in _RANGES:
        since, until = query.get(f"{name}[ge]"), query.get(f"{name}[le]")
        day = row[name]
        if since is not None and (day is None or day < since):
            return False
        if until is not None and (day is None or day > until):
            return False
    return True


def _months_after(day: str, months: int) -> str:
    """Return the same day `months` later, on the 28th at the latest."""
    first = date.fromisoformat(day)
    if months == 0:
        return day
    years, month = divmod(first.month - 1 + months, 12)
    return first.replace(
        year=first.year + years, month=month + 1, day=min(first.day, 28)
    ).isoformat()
