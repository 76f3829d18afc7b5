"""Promo codes, what they do and how often they were used."""

from typing import Any

from sqlmodel import col, func, select

from boxoffice.events.models import Event
from boxoffice.exports.definition import Definition, moment, money, number, person, word, words
from boxoffice.promos.models import Promo, PromoUse


def _of_uses(value: Any) -> Any:
    return select(value).where(PromoUse.promo_id == Promo.id).correlate(Promo).scalar_subquery()


def _rows(selected: Any) -> Any:
    return selected.select_from(Promo).join(Event, col(Event.id) == Promo.event_id)


PROMOS = Definition(
    name="promos",
    version=1,
    about="one row a promo code, with its uses in orders that stand",
    columns=(
        word("promo", Promo.code),
        word("event", Event.slug),
        word("kind", Promo.kind),
        number("value", Promo.value),
        word("state", Promo.state),
        number("uses_max", Promo.uses_max),
        number("uses_left", Promo.uses_left),
        number("used", _of_uses(func.count(col(PromoUse.id)))),
        money("discount", _of_uses(func.coalesce(func.sum(PromoUse.discount_minor), 0))),
        number("per_person_max", Promo.per_person_max),
        person("recipient_name", Promo.recipient_name),
        person("recipient_email", Promo.recipient_email),
        words("note", Promo.note),
        moment("opens_at", Promo.opens_at),
        moment("closes_at", Promo.closes_at),
        moment("created_at", Promo.created_at),
    ),
    rows=_rows,
    order=(col(Promo.created_at), col(Promo.id)),
    event_id=col(Promo.event_id),
    moment="created_at",
)
