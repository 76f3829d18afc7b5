"""An order of two by hand: the rows that `place` writes, and the hot rows last."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from boxoffice.ids import new_code, new_id
from tests.bench.raw import Raw, insert
from tests.making import NOON, RITA

_HOLD = timedelta(minutes=30)
_PRICE_MINOR = 10_000
_TAKE_TIER = "UPDATE tier SET places_left = places_left - 2 WHERE id = ? AND places_left >= 2"
_TAKE_EVENT = (
    "UPDATE event SET places_taken = places_taken + 2 WHERE id = ? AND state = 'on_sale' "
    "AND (capacity IS NULL OR capacity >= places_taken + 2)"
)


@dataclass(frozen=True, slots=True)
class Hot:
    """The event and the tier that everybody buys."""

    event_id: UUID
    tier_id: UUID


Take = Callable[[Raw, Hot], None]


def take_by_update(raw: Raw, hot: Hot) -> None:
    """Take two places of the tier and of the event, each by a conditional update."""
    for hot_row, key in ((_TAKE_TIER, hot.tier_id), (_TAKE_EVENT, hot.event_id)):
        taken = raw.run(hot_row, [raw.value(key)]).rowcount
        assert taken == 1, "the tier does not sell out"


def raw_orders(
    raw: Raw,
    hot: Hot,
    *,
    with_terms: bool = True,
    take: Take = take_by_update,
    is_first: bool = False,
) -> Callable[[], None]:
    """Return a step that writes one order, in a transaction of its own; places are taken last."""

    def step() -> None:
        order_id = new_id()
        with raw.transaction():
            if is_first:
                take(raw, hot)
            code = _write_order(raw, hot, order_id)
            if with_terms:
                words = {code.lower(), RITA.document, RITA.email, *RITA.name.lower().split()}
                terms = [{"term": w, "order_id": raw.value(order_id)} for w in sorted(words)]
                raw.run(*insert("search_term", *terms))
            _write_what_follows(raw, order_id)
            if not is_first:
                take(raw, hot)

    return step


def _write_order(raw: Raw, hot: Hot, order_id: UUID) -> str:
    """Write an order with its line and its tickets, and return the code it got."""
    own, now, line_id = raw.value(order_id), raw.value(NOON), raw.value(new_id())
    event_id, tier_id = raw.value(hot.event_id), raw.value(hot.tier_id)
    order = {
        "id": own,
        "code": new_code(),
        "event_id": event_id,
        "channel": "online",
        "state": "placed",
        "buyer_name": RITA.name,
        "buyer_email": RITA.email,
        "buyer_document": RITA.document,
        "buyer_phone": "",
        "buyer_company": "",
        "currency": "BRL",
        "subtotal_minor": 2 * _PRICE_MINOR,
        "discount_minor": 0,
        "fee_minor": 0,
        "total_minor": 2 * _PRICE_MINOR,
        "expires_at": raw.value(NOON + _HOLD),
        "placed_at": now,
        "paid_at": None,
        "idempotency_key": None,
        "request_digest": "0" * 64,
        "external_id": None,
        "note": "",
    }
    line = {"id": line_id, "order_id": own, "tier_id": tier_id}
    tickets = [
        {
            "id": raw.value(new_id()),
            "event_id": event_id,
            "tier_id": tier_id,
            "order_id": own,
            "line_id": line_id,
            "number": number,
            "price_minor": _PRICE_MINOR,
            "discount_minor": 0,
            "fee_minor": 0,
            "due_minor": 0,
            "holder_name": name,
            "holder_email": email,
            "holder_document": document,
            "holder_company": "",
            "holder_title": "",
            "seat": "",
            "attention": "",
            "state": "held",
            "holds_place": True,
            "ended_alone": False,
            "generation": 0,
            "key_id": None,
            "code_digest": None,
        }
        for number, (name, email, document) in enumerate(
            [(RITA.name, RITA.email, RITA.document), ("", "", "")], start=1
        )
    ]
    while not _insert_once(raw, order):  # another order has drawn this code before
        order["code"] = new_code()
    raw.run(*insert("order_line", line | {"quantity": 2, "price_minor": _PRICE_MINOR}))
    raw.run(*insert("ticket", *tickets))
    return str(order["code"])


def _insert_once(raw: Raw, order: dict[str, Any]) -> bool:
    sql, values = insert("orders", order)
    return bool(raw.run(f"{sql} ON CONFLICT DO NOTHING", values).rowcount)


def _write_what_follows(raw: Raw, order_id: UUID) -> None:
    now = raw.value(NOON)
    facts = {"channel": "online", "method": "pix", "total_minor": 2 * _PRICE_MINOR}
    audit = {
        "id": raw.value(new_id()),
        "at": now,
        "actor": "local",
        "verb": "order.place",
        "subject": f"order:{order_id}",
        "facts": json.dumps(facts),
    }
    job = {
        "id": raw.value(new_id()),
        "kind": "order.expire",
        "args": json.dumps({"order_id": str(order_id)}),
        "dedupe_key": f"order.expire:{order_id}",
        "queue": "money",
        "state": "waiting",
        "run_at": raw.value(NOON + _HOLD),
        "attempts": 0,
        "attempts_max": 12,
        "generation": 0,
        "lease_until": None,
        "sent_at": None,
        "last_error": None,
        "created_at": now,
        "finished_at": None,
    }
    raw.run(*insert("audit_entry", audit))
    raw.run(*insert("job", job))
