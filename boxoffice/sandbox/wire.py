"""JSON as Asaas writes it: amounts as plain numbers, slashes escaped, lists in pages."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from boxoffice.sandbox.refusal import Refusal

Row = dict[str, Any]
PAGE_MAX = 100
_AMOUNT_MAX = 10**9


def to_json(value: object) -> str:
    """Write a value. `Decimal("129.90")` becomes `129.9` and `Decimal("130.00")` becomes `130`."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, dict):
        return "{" + ",".join(f"{to_json(k)}:{to_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(to_json(item) for item in value) + "]"
    return json.dumps(value).replace("/", "\\/")


def from_json(text: bytes) -> Row:
    """Read an object, numbers with a point as `Decimal`.

    Raises:
        ValueError: it is not a JSON object.
    """
    value = json.loads(text, parse_float=Decimal)
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004  (to the caller all bad JSON is one case)
    return value


def amount(value: object) -> Decimal | None:
    """Return a JSON number as an amount; `None` when it is none, too large, or finer than cents."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    exact = Decimal(value)
    return exact if abs(exact) <= _AMOUNT_MAX and exact == round(exact, 2) else None


def page(rows: list[Row], query: Mapping[str, str]) -> Row:
    """Return one page of a list: ten rows unless `limit` says otherwise, at most a hundred."""
    try:
        limit, offset = int(query.get("limit", "10")), int(query.get("offset", "0"))
    except ValueError:
        raise Refusal("invalid_limit", "Paginação inválida.") from None
    limit, offset = min(max(limit, 1), PAGE_MAX), max(offset, 0)
    return {
        "object": "list",
        "hasMore": offset + limit < len(rows),
        "totalCount": len(rows),
        "limit": limit,
        "offset": offset,
        "data": rows[offset : offset + limit],
    }
