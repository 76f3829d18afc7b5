"""Revoke a promo: nobody can use it any more. Orders that have used it stay as they are.

The places that a guest's code still holds go back to their tier.
"""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col

from boxoffice.audit.record import record
from boxoffice.db import WriteSession, changed
from boxoffice.promos.models import Promo, PromoState
from boxoffice.promos.queries import promo_by_code
from boxoffice.promos.reclaim import release_code
from boxoffice.staff.rules import Actor, Permission


def revoke(session: WriteSession, actor: Actor, slug: str, code: str, *, now: datetime) -> bool:
    """Revoke a promo and return whether it was revoked now; one revoked before stays so.

    Raises:
        Forbidden: the actor may not change events.
        NotFound: there is no such event or promo.
    """
    actor.must(Permission.EDIT_EVENT)
    promo = promo_by_code(session, slug, code)
    before = promo.state
    places = release_code(session, promo.id) if promo.is_reserved else 0
    # Race: an order may take the last uses at this moment; both change one row, one by one.
    moved = changed(
        session,
        update(Promo)
        .where(col(Promo.id) == promo.id, col(Promo.state) != PromoState.REVOKED)
        .values(state=PromoState.REVOKED),
    )
    if not moved and not places:
        return False
    record(session, actor, "promo.revoke", "promo", promo.id, now=now, before=before)
    session.expire(promo)
    return True
