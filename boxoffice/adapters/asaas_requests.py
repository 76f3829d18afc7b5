"""A charge as Asaas is asked for it, within the limits that it has."""

from boxoffice.adapters.asaas_wire import refusal
from boxoffice.money import Money
from boxoffice.payments.provider import ChargeRequest, Method

AMOUNT_MIN = Money(500)  # R$ 5.00, a limit that integrators report and the vendor never wrote down
INSTALMENTS_MAX = 21  # of Visa and Mastercard; other cards have fewer, and Asaas says so
DESCRIPTION_MAX = 500  # characters
_BILLING_TYPES = {Method.PIX: "PIX", Method.BOLETO: "BOLETO", Method.CARD: "CREDIT_CARD"}


def check(request: ChargeRequest) -> None:
    """Refuse before the call what Asaas would refuse after it.

    Raises:
        ChargeRefused: it is below R$ 5.00, not in BRL, or in too many parts.
    """
    assert request.method in _BILLING_TYPES, "the gateway is asked only for PIX, boleto and card"
    assert request.instalments == 1 or request.method is Method.CARD, "only cards pay in parts"
    if request.amount.currency != AMOUNT_MIN.currency:
        raise refusal("charges in BRL only", "currency_unsupported")
    if not 1 <= request.instalments <= INSTALMENTS_MAX:
        raise refusal(f"takes 1 to {INSTALMENTS_MAX} instalments", "instalments_unsupported")
    # Whether the limit holds for each part is nowhere written: a part below it may be refused.
    if request.amount.minor < AMOUNT_MIN.minor * request.instalments:
        each = " in each instalment" if request.instalments > 1 else ""
        raise refusal(f"makes no charge below R$ 5,00{each}", "amount_too_small")


def charge_fields(request: ChargeRequest) -> dict[str, object]:
    """Return a charge as Asaas takes it, without its buyer."""
    body: dict[str, object] = {
        "billingType": _BILLING_TYPES[request.method],
        "dueDate": request.due_on.isoformat(),
        "description": request.description[:DESCRIPTION_MAX],
        "externalReference": request.reference,
    }
    if request.instalments > 1:  # a single payment must leave the count out
        body |= {"installmentCount": request.instalments, "totalValue": request.amount.decimal}
    else:
        body["value"] = request.amount.decimal
    if request.method is Method.BOLETO and request.boleto_days is not None:
        body["daysAfterDueDateToRegistrationCancellation"] = request.boleto_days
    return body
