"""Campaigns, planned and applied as the command does it, and what became of their guests."""

from pathlib import Path
from typing import Any

from sqlmodel import select

from boxoffice.bulk.campaign_apply import Host, Sent, apply_campaign
from boxoffice.bulk.campaign_plan import CampaignPlan, plan_campaign
from boxoffice.bulk.campaign_plan_file import write_campaign
from boxoffice.bulk.campaign_reclaim import Reclaimed, Reclaimer, reclaim_campaign
from boxoffice.events.queries import EventView
from boxoffice.office import BoxOffice
from boxoffice.payments.courtesy import Redeemed, Redemption, redeem
from boxoffice.promos.campaign import CampaignTerms, find_campaign
from boxoffice.promos.models import CampaignMode, CampaignRow, Promo
from boxoffice.promos.remind import remind, to_remind
from boxoffice.reports.courtesies import Courtesy, courtesies
from tests.making import SLUG, a_tier, an_event

GIFT = "Cortesia"
NAME = "imprensa"
HEAD = "Nome;E-mail;CPF;Empresa;Cargo;Qtd"
ANA = "Ana Lima;ana@example.com;390.533.447-05;Aurora;Gerente;2"
BIA = "Bia Sá;bia@example.com;;Aurora;;1"
CODES, TICKETS = CampaignMode.CODES, CampaignMode.TICKETS


def a_file(*guests: str, head: str = HEAD) -> bytes:
    """Return a CSV file as Excel in Brazil saves it."""
    return "\r\n".join([head, *(guests or (ANA, BIA)), ""]).encode("windows-1252")


def many(count: int) -> bytes:
    """Return a file of so many guests, a place each."""
    return a_file(*(f"Guest {n};g{n}@example.com;;;;1" for n in range(count)))


def a_night(office: BoxOffice, *, quota: int = 10, **more: Any) -> EventView:
    """Put an event on sale that has places to give away."""
    return an_event(office, a_tier(), a_tier(GIFT, price="50,00", quota=quota), **more)


def terms_of(mode: CampaignMode = CODES, *, name: str = NAME, **more: Any) -> CampaignTerms:
    """Return what a campaign gives."""
    return CampaignTerms(name, mode, **more)


def planned(
    office: BoxOffice,
    raw: bytes,
    mode: CampaignMode = CODES,
    *,
    tier: str = GIFT,
    headings: dict[str, str] | None = None,
    **more: Any,
) -> CampaignPlan:
    """Plan a campaign."""
    terms = terms_of(mode, **more)
    with office.reading() as session:
        return plan_campaign(
            session, office.actor, raw, SLUG, tier,
            terms=terms, headings=headings or {}, now=office.now(),
        )  # fmt: skip


def kept(
    office: BoxOffice, folder: Path, raw: bytes, mode: CampaignMode = CODES, **more: Any
) -> Path:
    """Plan a campaign, and keep the plan in a file."""
    path = folder / "plan.json"
    plan = planned(office, raw, mode, **more)
    write_campaign(plan, path, source="a.csv", by="local", now=office.now())
    return path


def applied(office: BoxOffice, path: Path, **more: Any) -> Sent:
    """Apply the plan at `path`."""
    host = Host(office.database, office.actor, office.ticket_key, office.now, **more)
    return apply_campaign(host, path)


def invited(
    office: BoxOffice, folder: Path, raw: bytes = b"", mode: CampaignMode = CODES, **more: Any
) -> list[Courtesy]:
    """Plan a campaign and apply it; return its guests."""
    applied(office, kept(office, folder, raw or a_file(), mode, **more))
    return guests(office)


def guests(office: BoxOffice) -> list[Courtesy]:
    """Return the guests of all campaigns."""
    with office.reading() as session:
        return courtesies(session, office.actor, limit=10_000, now=office.now())


def states(office: BoxOffice) -> list[str]:
    """Return the state that each guest is in, as people read it."""
    return [str(guest.state) for guest in guests(office)]


def held(office: BoxOffice) -> list[int]:
    """Return how many places each code still holds, by the guests' names."""
    with office.reading() as session:
        return list(session.exec(select(CampaignRow.held).order_by(CampaignRow.name)).all())


def redeemed(office: BoxOffice, code: str, *, under: str | None = None, **asked: Any) -> Redeemed:
    """Redeem a code, in a transaction of its own."""
    with office.writing() as session:
        what = Redemption(SLUG, code, **asked)
        return redeem(session, office.actor, what, office.ticket_key, now=office.now(), under=under)


def reclaimed(office: BoxOffice, *, tickets: bool = False, name: str = NAME) -> Reclaimed:
    """Reclaim a campaign."""
    with office.reading() as session:
        campaign = find_campaign(session, name)
    reclaimer = Reclaimer(office.database, office.actor, office.now)
    return reclaim_campaign(reclaimer, campaign.id, tickets=tickets)


def reminded(office: BoxOffice, *, again: bool = False) -> int:
    """Remind the guests of a campaign, as the command does."""
    with office.writing() as session:
        campaign = find_campaign(session, NAME)
        ids = to_remind(session, campaign, again=again, now=office.now())
        return remind(session, office.actor, campaign.id, ids, again=again, now=office.now())


def code_of(office: BoxOffice, name: str = "Ana Lima") -> str:
    """Return the code that a guest was given."""
    with office.reading() as session:
        return session.exec(select(Promo.code).where(Promo.recipient_name == name)).one()
