"""Carry a promo over: what it takes off a ticket that moves to another tier."""

from uuid import UUID

from sqlmodel import select

from boxoffice.db import WriteSession
from boxoffice.events.models import Category, Tier
from boxoffice.money import Money
from boxoffice.promos.models import Promo, PromoUse
from boxoffice.promos.redeem import facts_of, give_back_uses
from boxoffice.promos.rules import covers, discount_of


def carry_over(session: WriteSession, order_id: UUID, ticket_id: UUID, to: Tier) -> Money:
    """Return what the promo that a ticket uses takes off a place of tier `to`; nothing without one.

    The use stays where the promo covers that tier. Else, or at half price, which is never combined
    with a promo, it is given back. Call it just before the places move.
    """
    nothing = Money(0, to.currency)
    use = session.exec(select(PromoUse).where(PromoUse.ticket_id == ticket_id)).first()
    if use is None:
        return nothing
    promo = session.get_one(Promo, use.promo_id)
    facts = facts_of(session, promo)
    is_good = to.category not in {Category.HALF, Category.COURTESY}
    if not is_good or not covers(facts.tier_ids, to.id):
        give_back_uses(session, order_id, [ticket_id])
        return nothing
    return discount_of(facts.kind, promo.value, to.price)


def book_discount(session: WriteSession, ticket_id: UUID, discount_minor: int) -> None:
    """Write down what the promo that a ticket uses takes off it now, if it uses one."""
    use = session.exec(select(PromoUse).where(PromoUse.ticket_id == ticket_id)).first()
    if use is not None:
        use.discount_minor = discount_minor
