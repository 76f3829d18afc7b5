"""How Asaas is told where to send its letters, and made to send them again."""

import re
from typing import Any

from boxoffice.adapters.asaas_wire import text_of, unreadable
from boxoffice.errors import Misconfigured
from boxoffice.payments.provider import Hook

# What moves money or closes a charge, and the end of our key. Views, splits and early sales of
# receivables change nothing here.
_TURNS = """
    CREATED UPDATED AWAITING_RISK_ANALYSIS APPROVED_BY_RISK_ANALYSIS REPROVED_BY_RISK_ANALYSIS
    AUTHORIZED CREDIT_CARD_CAPTURE_REFUSED CONFIRMED RECEIVED OVERDUE DELETED RESTORED
    REFUND_IN_PROGRESS REFUNDED PARTIALLY_REFUNDED REFUND_DENIED RECEIVED_IN_CASH_UNDONE
    CHARGEBACK_REQUESTED CHARGEBACK_DISPUTE AWAITING_CHARGEBACK_REVERSAL
    DUNNING_REQUESTED DUNNING_RECEIVED BANK_SLIP_CANCELLED
"""
_KEY_TURNS = "DELETED DISABLED EXPIRED EXPIRING_SOON"
EVENTS = tuple(
    [f"PAYMENT_{turn}" for turn in _TURNS.split()]
    + [f"ACCESS_TOKEN_{turn}" for turn in _KEY_TURNS.split()]
)
_TOKEN = re.compile(r"[\x21-\x7e]{32,255}")  # the vendor's rule, less what no header carries


def hook_fields(*, name: str, url: str, email: str, token: str) -> dict[str, object]:
    """Return the set-up of a hook as Asaas takes it: one letter after the other, switched on.

    Raises:
        Misconfigured: the token breaks a rule of Asaas; it is not quoted.
    """
    if not _TOKEN.fullmatch(token) or len(set(token)) < 8 or token.startswith("$aact_"):  # noqa: PLR2004  (the vendor refuses repetitions, and does not say from where on)
        raise Misconfigured(
            "the webhook token is not one that Asaas takes.",
            hint="make one of 32 to 255 random letters and digits: openssl rand -hex 32",
        )
    return {
        "name": name,
        "url": url,
        "email": email,
        "enabled": True,
        "interrupted": False,
        "apiVersion": 3,
        "authToken": token,
        "sendType": "SEQUENTIALLY",
        "events": EVENTS,
    }


def hook_of(row: dict[str, Any]) -> Hook:
    """Read how one hook is set up.

    Raises:
        GatewaySilent: it lacks its id, or a switch is neither on nor off.
    """
    events = row.get("events")
    count = row.get("penalizedRequestsCount")
    return Hook(
        id=text_of(row, "id"),
        name=_text(row, "name"),
        url=_text(row, "url"),
        is_enabled=_switch(row, "enabled", default=True),
        is_interrupted=_switch(row, "interrupted", default=False),
        penalized_count=count if isinstance(count, int) and count >= 0 else 0,
        events=tuple(each for each in events if isinstance(each, str))
        if isinstance(events, list)
        else (),
        has_token=row.get("hasAuthToken") is True,
    )


def _text(row: dict[str, Any], field: str) -> str:
    value = row.get(field)
    return value if isinstance(value, str) else ""


def _switch(row: dict[str, Any], field: str, *, default: bool) -> bool:
    value = row.get(field)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise unreadable(field)
    return value
