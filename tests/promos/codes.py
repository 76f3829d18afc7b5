"""Promos and what becomes of them, made as the surfaces make them."""

from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from boxoffice.errors import PromoRefused
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import begin_expiry, cancel, finish_expiry
from boxoffice.promos.create import create
from boxoffice.promos.models import Promo, PromoKind
from boxoffice.promos.queries import PromoView, promo_view
from boxoffice.promos.revoke import revoke
from boxoffice.promos.rules import Terms
from boxoffice.staff.rules import SYSTEM
from tests.making import SLUG, a_request, counts, placed, places_left

CODE = "AMIGOS"


def a_promo(
    office: BoxOffice,
    code: str = CODE,
    *,
    kind: PromoKind = PromoKind.PERCENT,
    value: int = 1_000,
    event: str = SLUG,
    **terms: Any,
) -> str:
    """Make a promo: ten percent off, unless something else is wanted."""
    with office.writing() as session:
        return create(
            session, office.actor, event, code, Terms(kind, value, **terms), now=office.now()
        )


def a_courtesy(office: BoxOffice, code: str = CODE, *, uses_max: int = 10, **terms: Any) -> str:
    """Make a courtesy code with a quota of its own."""
    return a_promo(office, code, kind=PromoKind.COURTESY, value=0, uses_max=uses_max, **terms)


def revoked(office: BoxOffice, code: str = CODE) -> bool:
    """Revoke a promo, and say whether that was news."""
    with office.writing() as session:
        return revoke(session, office.actor, SLUG, code, now=office.now())


def the_promo(office: BoxOffice, code: str = CODE) -> PromoView:
    """Return a promo as it stands."""
    with office.reading() as session:
        return promo_view(session, SLUG, code, now=office.now())


def cancelled(office: BoxOffice, order_id: UUID) -> bool:
    """Cancel an order."""
    with office.writing() as session:
        return cancel(session, office.actor, order_id, reason="", now=office.now())


def expired(office: BoxOffice, order_id: UUID) -> bool:
    """Expire an order whose clock has run out."""
    with office.writing() as session:
        begin_expiry(session, order_id, now=office.now())
        return finish_expiry(session, SYSTEM, order_id, now=office.now())


def uses(office: BoxOffice, code: str = CODE) -> tuple[int | None, int]:
    """Return the uses that are left by the counter, and those taken by the rows."""
    with office.reading() as session:
        left = session.exec(select(Promo.uses_left).where(Promo.code == code)).one()
    return left, the_promo(office, code).used_count


def refused(office: BoxOffice, *lines: tuple[str, int], **more: Any) -> PromoRefused:
    """Place an order that its promo is not good for; check that nothing has changed."""
    before = counts(office), places_left(office)
    with pytest.raises(PromoRefused) as caught:
        placed(office, a_request(*lines, **({"promo": CODE} | more)))
    assert (counts(office), places_left(office)) == before
    return caught.value
