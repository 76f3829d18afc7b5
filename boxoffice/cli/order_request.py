"""What the commands that make orders read from their flags."""

from collections.abc import Sequence

from boxoffice.errors import BadValue
from boxoffice.ids import new_id
from boxoffice.money import Money, parse_money
from boxoffice.orders.models import Channel
from boxoffice.orders.place import KEY_MAX, Request, Wanted
from boxoffice.payments.parts import Part
from boxoffice.payments.provider import Method
from boxoffice.people import Person, parse_document, parse_email, parse_name


def method_of(text: str, *allowed: str) -> Method:
    """Read `--method`.

    Raises:
        BadValue: it is not one of those allowed here.
    """
    if text not in allowed:
        raise BadValue("--method", f"{text[:40]!r} is not one of: {', '.join(allowed)}.")
    return Method(text)


def key_of(text: str | None) -> str:
    """Read `--idempotency-key`; without one, make a key for this run alone.

    Raises:
        BadValue: it is empty, too long or not printable.
    """
    if text is None:
        return str(new_id())
    if not (1 <= len(text) <= KEY_MAX and text.isprintable()):
        raise BadValue("--idempotency-key", f"must be 1 to {KEY_MAX} printable characters.")
    return text


def lines_of(tiers: Sequence[str], quantities: Sequence[int] | None) -> tuple[Wanted, ...]:
    """Read `--tier` and `--quantity`: the n-th quantity belongs to the n-th tier; none is one each.

    Raises:
        BadValue: there are not as many quantities as tiers.
    """
    counts = quantities or [1] * len(tiers)
    if len(counts) != len(tiers):
        raise BadValue(
            "--quantity",
            f"was given {len(counts)} times for {len(tiers)} tiers.",
            hint="give one after each tier: --tier A --quantity 1 --tier B --quantity 2",
        )
    return tuple(Wanted(tier, count) for tier, count in zip(tiers, counts, strict=True))


def parts_of(texts: Sequence[str]) -> list[Part]:
    """Read the `--method`s of a sale: one for all of it, or parts as `cash=50` and `pix`.

    Raises:
        BadValue: one of them cannot be read, or one alone cannot pay for a sale at the counter.
    """
    if len(texts) == 1 and "=" not in texts[0]:
        return [Part(method_of(texts[0], "cash", "external", "courtesy"))]
    parts = []
    for text in texts:
        name, equals, amount = text.partition("=")
        method = method_of(name.strip(), "cash", "external", "pix", "boleto", "card")
        money = parse_money(amount, name="--method") if equals else None
        parts.append(Part(method, money))
    return parts


def spelt(parts: Sequence[Part]) -> tuple[str, ...]:
    """Write parts as a request keeps them: a repeat under its key must have the same ones."""
    return tuple(
        str(part.method) if part.amount is None else f"{part.method}={part.amount.minor}"
        for part in parts
    )


def given_of(text: str | None, method: Method | None) -> Money | None:
    """Read `--given`, the cash that was put on the counter.

    Raises:
        BadValue: it is not money, or the order is not paid in cash.
    """
    if text is None:
        return None
    if method is not Method.CASH:
        paid = "in parts" if method is None else f"by {method}"
        raise BadValue("--given", f"is for cash, and this is paid {paid}.")
    return parse_money(text, name="--given")


def request_of(
    event: str,
    lines: tuple[Wanted, ...],
    channel: Channel,
    method: Method,
    *,
    name: str,
    email: str,
    document: str,
    promo: str,
    parts: tuple[str, ...] = (),
) -> Request:
    """Read what the flags say of the buyer, and make the request of it.

    Raises:
        BadValue: a name, an address or a document is not one.
    """
    buyer = Person(
        name=parse_name(name, name="--buyer-name") if name else "",
        email=parse_email(email, name="--buyer-email") if email else "",
        document=parse_document(document, name="--buyer-document") if document else "",
    )
    code = promo.strip().upper()[:60]
    return Request(event, lines, channel, method, buyer, promo=code, parts=parts)
