"""Customers and charges as Asaas shows them: every field, most of them empty."""

from decimal import Decimal

from boxoffice.sandbox.wire import Row

FEE = Decimal("1.99")
_CUSTOMER_TEXTS = ("email", "phone", "mobilePhone", "address", "postalCode", "externalReference")


def customer_row(body: Row, customer_id: str, today: str) -> Row:
    """Return a new customer."""
    document = str(body["cpfCnpj"])
    return {
        "object": "customer",
        "id": customer_id,
        "dateCreated": today,
        "name": body["name"],
        "cpfCnpj": document,
        "personType": "FISICA" if len(document) == 11 else "JURIDICA",  # noqa: PLR2004  (a CPF)
        **{name: body.get(name) for name in _CUSTOMER_TEXTS},
        "notificationDisabled": body.get("notificationDisabled", False),
        "country": "Brasil",
        "deleted": False,
    }


def charge_row(body: Row, charge_id: str, today: str) -> Row:
    """Return a new charge that waits for its buyer."""
    page = charge_id.removeprefix("pay_")
    is_boleto = body["billingType"] == "BOLETO"
    number = str(int(page[:8], 16))
    return {
        "object": "payment",
        "id": charge_id,
        "dateCreated": today,
        "customer": body["customer"],
        "subscription": None,
        "installment": body.get("installment"),
        "checkoutSession": None,
        "paymentLink": None,
        "value": Decimal(body["value"]),
        "netValue": Decimal(body["value"]) - FEE,
        "originalValue": None,
        "interestValue": None,
        "description": body.get("description"),
        "billingType": body["billingType"],
        "confirmedDate": None,
        "pixTransaction": None,
        "pixQrCodeId": None,
        "status": "PENDING",
        "dueDate": body["dueDate"],
        "originalDueDate": body["dueDate"],
        "paymentDate": None,
        "clientPaymentDate": None,
        "installmentNumber": body.get("installmentNumber"),
        "creditDate": None,
        "estimatedCreditDate": None,
        "invoiceUrl": f"https://asaas.sandbox.invalid/i/{page}",
        "invoiceNumber": number,
        "bankSlipUrl": f"https://asaas.sandbox.invalid/b/pdf/{page}" if is_boleto else None,
        "transactionReceiptUrl": None,
        "nossoNumero": number if is_boleto else None,
        "externalReference": body.get("externalReference"),
        "deleted": False,
        "anticipated": False,
        "anticipable": False,
        "lastInvoiceViewedDate": None,
        "lastBankSlipViewedDate": None,
        "discount": {"value": 0, "limitDate": None, "dueDateLimitDays": 0, "type": "FIXED"},
        "fine": {"value": 0, "type": "FIXED"},
        "interest": {"value": 0, "type": "PERCENTAGE"},
        "split": None,
        "postalService": False,
        "escrow": None,
        "creditCard": None,
        "chargeback": None,
        "refunds": None,
    }


def refund_row(value: Decimal, word: str, status: str, stamp: str, end_to_end: str | None) -> Row:
    """Return a new refund. It has no id."""
    is_done = status == "DONE"
    return {
        "dateCreated": stamp,
        "status": status,
        "value": value,
        "endToEndIdentifier": end_to_end,
        "description": word,
        "effectiveDate": stamp if is_done else None,
        "transactionReceiptUrl": "https://asaas.sandbox.invalid/comprovantes" if is_done else None,
        "refundedSplits": [],
    }


def plan_row(parts: list[Row]) -> Row:
    """Return a plan of instalments, as its charges have it."""
    first = parts[0]
    return {
        "object": "installment",
        "id": first["installment"],
        "value": sum((row["value"] for row in parts), Decimal(0)),
        "netValue": sum((row["netValue"] for row in parts), Decimal(0)),
        "paymentValue": first["value"],
        "installmentCount": len(parts),
        "billingType": first["billingType"],
        "paymentDate": first["paymentDate"],
        "description": first["description"],
        "dateCreated": first["dateCreated"],
        "customer": first["customer"],
        "creditCard": first["creditCard"],
        "deleted": all(row["deleted"] for row in parts),
    }
