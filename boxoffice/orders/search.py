"""Finding orders by what people remember: part of a name, an address, a document, the code."""

import re
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import col, select

from boxoffice.db import ReadSession, WriteSession
from boxoffice.orders.models import Order, SearchTerm
from boxoffice.people import Person
from boxoffice.text import folded

_LAST_CHARACTER = "\U0010ffff"
_APOSTROPHE = re.compile("['’`\N{ACUTE ACCENT}]")


def index_order(session: WriteSession, order: Order, holders: Iterable[Person]) -> None:
    """Write the words this order is found by. Call it once, when the order is placed."""
    terms = {order.code.lower()} | _terms_of(
        order.buyer_name, order.buyer_email, order.buyer_document, order.buyer_company
    )
    for holder in holders:
        terms |= _terms_of(holder.name, holder.email, holder.document, holder.company)
    rows = [{"term": term, "order_id": order.id} for term in sorted(terms)]
    session.connection().execute(insert(SearchTerm), rows)


def matching_orders(session: ReadSession, text: str, *, limit: int) -> Sequence[UUID]:
    """Return ids of orders in which every word of `text` begins some term, the newest first.

    Accents, case and punctuation do not matter. A ticket's name (`K7QX2M-1`) finds its order.
    """
    words = [word for word in folded(text).split() if word]
    if len(words) == 2 and words[1].isdigit() and "-" in text:  # noqa: PLR2004  (code and number)
        words = words[:1]
    if not words:
        return []
    statement = select(Order.id).order_by(col(Order.placed_at).desc(), col(Order.id).desc())
    for word in words[:8]:
        statement = statement.where(
            col(Order.id).in_(
                select(SearchTerm.order_id).where(
                    col(SearchTerm.term) >= word, col(SearchTerm.term) < word + _LAST_CHARACTER
                )
            )
        )
    return session.exec(statement.limit(limit)).all()


def _terms_of(*texts: str) -> set[str]:
    """Return the words of some texts; `d'Ávila` is found as `avila` and as `davila`."""
    spelled = (*texts, *(_APOSTROPHE.sub("", text) for text in texts))
    return {word[:120] for text in spelled for word in folded(text).split()}
