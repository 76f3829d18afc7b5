"""Finding orders by what people remember: part of a name, an address, a document, the code."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, intersect
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from boxoffice.db import ReadSession, WriteSession
from boxoffice.inserts import insert_rows
from boxoffice.orders.models import Order, SearchTerm
from boxoffice.people import Person
from boxoffice.text import folded

_LAST_CHARACTER = "\U0010ffff"
_WORDS_MAX = 8
_FEW = 4_000  # orders that are all looked at, and sorted, in a moment
_MANY = 20_000  # terms that are all read in a moment
_APOSTROPHE = re.compile("['’`\N{ACUTE ACCENT}]")
_NEWEST_FIRST = (col(Order.placed_at).desc(), col(Order.id).desc())
# Made once: every letter that somebody types asks them.
_MATCHES = select(SearchTerm.order_id).where(
    col(SearchTerm.term) >= bindparam("first"), col(SearchTerm.term) < bindparam("last")
)
_COUNT = select(func.count()).select_from(_MATCHES.limit(bindparam("most")).subquery())
_RECENT = select(Order.placed_at).order_by(*_NEWEST_FIRST).offset(bindparam("skip")).limit(1)


def index_order(session: WriteSession, order: Order, holders: Iterable[Person]) -> None:
    """Write the words this order is found by. Call it once, when the order is placed."""
    buyer = Person(
        order.buyer_name, order.buyer_email, order.buyer_document, company=order.buyer_company
    )
    index_people(session, order.id, order.code, [buyer, *holders])


def index_people(
    session: WriteSession, order_id: UUID, code: str, people: Iterable[Person]
) -> None:
    """Write the words of an order that is no row object: its code, its buyer and its holders."""
    insert_rows(session, SearchTerm, terms_of(order_id, code, people))


def terms_of(order_id: UUID, code: str, people: Iterable[Person]) -> list[dict[str, Any]]:
    """Return the words of an order as the rows of it."""
    texts = {text for p in people for text in (p.name, p.email, p.document, p.company)}
    terms = {code.lower()} | _terms_of(*texts)
    return [{"term": term, "order_id": order_id} for term in sorted(terms)]


def matching_orders(session: ReadSession, text: str, *, limit: int) -> Sequence[UUID]:
    """Return ids of orders in which every word of `text` begins some term, the newest first.

    Accents, case and punctuation do not matter. A ticket's name (`K7QX2M-1`) finds its order.
    """
    words = [word for word in folded(text).split() if word]
    if len(words) == 2 and words[1].isdigit() and "-" in text:  # noqa: PLR2004  (code and number)
        words = words[:1]
    if not words:
        return []
    counts = {word: _count(session, word) for word in words[:_WORDS_MAX]}
    rarest, *others = sorted(counts, key=lambda word: counts[word])
    if counts[rarest] == 0:
        return []
    narrow = [rarest, *(word for word in others if counts[word] < _MANY)]
    broad = [word for word in others if counts[word] >= _MANY]
    if counts[rarest] >= _FEW and narrow == [rarest]:
        # What many orders match, some of the newest do; sorting them all would take a second.
        for newest in (_FEW, 4 * _FEW):
            since = session.exec(_RECENT, params={"skip": newest}).first()
            found = session.exec(_among_recent(since, [rarest, *broad], limit)).all()
            if since is None or len(found) == limit:
                return found
    return session.exec(_among_matches(narrow, broad, limit)).all()


def _count(session: ReadSession, word: str) -> int:
    """Count the terms that begin with `word`, as far as `_MANY`."""
    span = {"first": word, "last": word + _LAST_CHARACTER, "most": _MANY}
    return session.connection().execute(_COUNT, span).scalar_one()


def _among_recent(since: datetime | None, words: Sequence[str], limit: int) -> SelectOfScalar[UUID]:
    """Return the question which of the newest orders match every word."""
    statement = select(Order.id).where(*(_has(word) for word in words))
    if since is not None:
        statement = statement.where(col(Order.placed_at) > since)
    return statement.order_by(*_NEWEST_FIRST).limit(limit)


def _among_matches(narrow: Iterable[str], broad: Iterable[str], limit: int) -> SelectOfScalar[UUID]:
    """Return the question which orders match the narrow words, all read, and the broad ones too."""
    # Materialised: a planner that guesses wrongly would walk every order instead.
    few = intersect(*(_orders_with(word) for word in narrow)).cte("few")
    few = few.prefix_with("MATERIALIZED")
    return (
        select(Order.id)
        .where(col(Order.id).in_(select(few.c.order_id)), *(_has(word) for word in broad))
        .order_by(*_NEWEST_FIRST)
        .limit(limit)
    )


def _orders_with(word: str) -> SelectOfScalar[UUID]:
    return select(SearchTerm.order_id).where(
        col(SearchTerm.term) >= word, col(SearchTerm.term) < word + _LAST_CHARACTER
    )


def _has(word: str) -> ColumnElement[bool]:
    """Return whether an order has a term that begins with `word`."""
    # Not EXISTS: PostgreSQL would make a join of it, and read every term of the word.
    found = select(SearchTerm.term).where(
        SearchTerm.order_id == Order.id,
        col(SearchTerm.term) >= word,
        col(SearchTerm.term) < word + _LAST_CHARACTER,
    )
    return found.limit(1).correlate(Order).scalar_subquery().is_not(None)


def _terms_of(*texts: str) -> set[str]:
    """Return the words of some texts; `d'Ávila` is found as `avila` and as `davila`."""
    spelled = {*texts, *(_APOSTROPHE.sub("", text) for text in texts)} - {""}
    return {word[:120] for text in spelled for word in folded(text).split()}
