"""The books of a box office, added up a second time from what was sold."""

from collections import Counter

from boxoffice.events.models import Category, Event, Tier
from boxoffice.office import BoxOffice
from boxoffice.promos.models import Campaign, CampaignRow
from boxoffice.tickets.models import Ticket
from tests.making import rows


def oversold(office: BoxOffice) -> dict[str, int]:
    """Return the tiers that have more tickets than places, and by how many."""
    taken = Counter(ticket.tier_id for ticket in rows(office, Ticket) if ticket.holds_place)
    over = {tier.name: taken[tier.id] - tier.quota for tier in rows(office, Tier)}
    return {name: count for name, count in over.items() if count > 0}


def disagreements(office: BoxOffice) -> list[str]:
    """Return where the counters and the tickets do not agree."""
    tickets = [ticket for ticket in rows(office, Ticket) if ticket.holds_place]
    of_tier = Counter(ticket.tier_id for ticket in tickets)
    of_event = Counter(ticket.event_id for ticket in tickets)
    campaigns = {campaign.id: campaign for campaign in rows(office, Campaign)}
    for guest in rows(office, CampaignRow):  # a code holds places that are not tickets yet
        of_tier[campaigns[guest.campaign_id].tier_id] += guest.held
        of_event[campaigns[guest.campaign_id].event_id] += guest.held
    wrong = [
        f"{tier.name}: {tier.quota - tier.places_left} taken, {of_tier[tier.id]} tickets"
        for tier in rows(office, Tier)
        if tier.quota - tier.places_left != of_tier[tier.id]
    ]
    half_tiers = {tier.id for tier in rows(office, Tier) if tier.category is Category.HALF}
    half_of_event = Counter(ticket.event_id for ticket in tickets if ticket.tier_id in half_tiers)
    wrong += [
        f"{event.slug}: {event.half_taken} at half price, {half_of_event[event.id]} tickets"
        for event in rows(office, Event)
        if event.half_taken != half_of_event[event.id]
    ]
    return wrong + [
        f"{event.slug}: {event.places_taken} taken, {of_event[event.id]} tickets"
        for event in rows(office, Event)
        if event.places_taken != of_event[event.id]
    ]
