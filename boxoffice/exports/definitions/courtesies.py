"""The guests of courtesy campaigns, and what became of what they were sent."""

from typing import Any

from sqlmodel import col

from boxoffice.events.models import Event, Tier
from boxoffice.exports.definition import (
    Definition,
    document,
    moment,
    number,
    person,
    word,
    words,
)
from boxoffice.orders.models import Order
from boxoffice.promos.models import Campaign, CampaignRow, Promo


def _rows(selected: Any) -> Any:
    return (
        selected.select_from(CampaignRow)
        .join(Campaign, col(Campaign.id) == CampaignRow.campaign_id)
        .join(Event, col(Event.id) == Campaign.event_id)
        .join(Tier, col(Tier.id) == Campaign.tier_id)
        .outerjoin(Promo, col(Promo.id) == CampaignRow.promo_id)
        .outerjoin(Order, col(Order.id) == CampaignRow.order_id)
    )


COURTESIES = Definition(
    name="courtesies",
    version=1,
    about="one row a guest of a courtesy campaign",
    columns=(
        words("campaign", Campaign.name),
        word("event", Event.slug),
        words("tier", Tier.name),
        number("line", CampaignRow.line),
        word("mode", Campaign.mode),
        word("state", CampaignRow.state),
        number("quantity", CampaignRow.quantity),
        person("name", CampaignRow.name),
        person("email", CampaignRow.email),
        document("document", CampaignRow.document),
        words("company", CampaignRow.company),
        words("title", CampaignRow.title),
        word("promo", Promo.code),
        word("order", Order.code),
        moment("reminded_at", CampaignRow.reminded_at),
        moment("expires_at", Campaign.expires_at),
        moment("created_at", Campaign.created_at),
    ),
    rows=_rows,
    order=(col(Campaign.created_at), col(Campaign.id), col(CampaignRow.line)),
    event_id=col(Campaign.event_id),
    moment="created_at",
)
