"""Give courtesies: an order of free tickets for a guest, at once or by redeeming a code."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, func, update
from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import ReadSession, WriteSession, changed
from boxoffice.errors import BadValue, PromoRefused, Refused
from boxoffice.events.models import Event, Tier
from boxoffice.events.queries import event_by_slug
from boxoffice.ids import new_id
from boxoffice.orders.courtesy import Given, check_can_give, give_away, order_under
from boxoffice.orders.models import Order
from boxoffice.outbox.jobs import DeliverTickets
from boxoffice.outbox.promise import promise
from boxoffice.payments.models import Payment, PaymentState
from boxoffice.payments.provider import Method
from boxoffice.people import Person
from boxoffice.promos.models import Campaign, CampaignRow, CampaignRowState, Promo, PromoUse
from boxoffice.promos.redeem import Grant, facts_of, refusal_of, take_uses, used_up
from boxoffice.promos.rules import WhyNot, closed, read_promo_code
from boxoffice.staff.rules import Actor, Permission
from boxoffice.tickets.code import TicketKey
from boxoffice.tickets.models import Ticket

_COUNT = bindparam("count", type_=Integer)
_TAKE_HELD = (
    update(CampaignRow)
    .where(col(CampaignRow.id) == bindparam("row_id"), col(CampaignRow.held) >= _COUNT)
    .values(
        held=CampaignRow.held - _COUNT,
        state=CampaignRowState.REDEEMED,
        order_id=func.coalesce(CampaignRow.order_id, bindparam("order", type_=Uuid)),
    )
)


@dataclass(frozen=True, slots=True)
class Redemption:
    """Who redeems which code. What is not said is as the campaign has it."""

    event: str
    code: str
    name: str = ""
    email: str = ""
    document: str = ""
    quantity: int | None = None  # every place that is left

    @property
    def digest(self) -> str:
        """SHA-256 of it, to tell whether an idempotency key came back with another one."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The order that a code has become, and how many places the code is still good for."""

    id: UUID
    code: str
    left_count: int
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class _Found:
    promo: Promo
    row: CampaignRow
    campaign: Campaign


def give(
    session: WriteSession,
    actor: Actor,
    event: Event,
    row: CampaignRow,
    key: TicketKey,
    *,
    tier: Tier,
    now: datetime,
) -> Order:
    """Give a new guest of a campaign valid tickets. The places are the caller's to take, last.

    Raises:
        Forbidden: the actor may not sell.
        EventNotOnSale: the event is cancelled.
    """
    actor.must(Permission.SELL)
    given = give_away(session, event, tier, key, guest=_person(row), quantity=row.quantity, now=now)
    _pay_nothing(session, given.order, now=now)
    changed(
        session,
        update(CampaignRow).where(col(CampaignRow.id) == row.id).values(order_id=given.order.id),
    )
    facts = {"campaign": str(row.campaign_id), "line": row.line, "quantity": row.quantity}
    record(session, actor, "courtesy.give", "order", given.order.id, now=now, **facts)
    session.flush()
    return given.order


def redeem(
    session: WriteSession,
    actor: Actor,
    asked: Redemption,
    key: TicketKey,
    *,
    now: datetime,
    under: str | None = None,
) -> Redeemed:
    """Turn a guest's code into an order of free tickets, and promise them by mail.

    The places are those that the code has held: none is taken now, sold out or not. The same key
    `under` which it was asked before answers with the order of the first time.

    Raises:
        Forbidden: the actor may not sell.
        BadValue: the quantity, or the key, is out of its limits.
        NotFound: there is no such event.
        EventNotOnSale: it is cancelled.
        PromoRefused: the code is unknown, revoked, over or used up.
        Refused: it is no code of a campaign (`promo.not_sent`).
        KeyReused: the key came with another request.
    """
    actor.must(Permission.SELL)
    event = event_by_slug(session, asked.event)
    before = order_under(session, under, asked.digest) if under is not None else None
    if before is not None:
        return _redeemed(session, before)
    if asked.quantity is not None and asked.quantity < 1:
        raise BadValue("--quantity", "must be 1 or more.")
    check_can_give(event)
    found = _find(session, event, asked.code, now)
    quantity = asked.quantity or found.row.held
    if not 1 <= quantity <= found.row.held:
        raise used_up(found.promo.code, event.slug, found.row.held)
    given = give_away(
        session,
        event,
        session.get_one(Tier, found.campaign.tier_id),
        key,
        guest=_who(asked, found.row),
        quantity=quantity,
        now=now,
        under=under,
        digest=asked.digest,
    )
    if not given.is_new:
        return _redeemed(session, given.order)
    _pay_nothing(session, given.order, now=now)
    facts = {"campaign": str(found.campaign.id), "line": found.row.line, "quantity": quantity}
    record(session, actor, "courtesy.redeem", "order", given.order.id, now=now, **facts)
    if given.order.buyer_email:
        promise(session, DeliverTickets(given.order.id), now=now)
    session.flush()
    _take(session, found, given, event, quantity)
    return _redeemed(session, given.order, is_new=True)


def _find(session: ReadSession, event: Event, text: str, now: datetime) -> _Found:
    """Return a guest's code with its campaign, having checked that it is good now."""
    read = read_promo_code(text)
    if read is None:
        raise _wrong(WhyNot.UNREADABLE, text[:40], event.slug)
    promo = session.exec(
        select(Promo).where(Promo.event_id == event.id, Promo.code == read)
    ).first()
    if promo is None:
        raise _wrong(WhyNot.UNKNOWN, read, event.slug)
    row = session.exec(select(CampaignRow).where(CampaignRow.promo_id == promo.id)).first()
    if row is None:
        raise Refused(
            f"{read} was not sent by a campaign: it is used in a sale.",
            hint=f"boxoffice order sell --event {event.slug} --promo {read} --tier NAME",
            code="promo.not_sent",
            promo=read,
        )
    shut = closed(facts_of(session, promo), now)
    if shut is WhyNot.USED_UP:
        raise used_up(read, event.slug, 0)
    if shut is not None:
        raise refusal_of(shut, read, event.slug)
    return _Found(promo, row, session.get_one(Campaign, row.campaign_id))


def _wrong(why: WhyNot, code: str, event: str) -> PromoRefused:
    refusal = refusal_of(why, code, event)
    refusal.hint = f"see who was sent which: boxoffice courtesy list --event {event}"
    return refusal


def _take(session: WriteSession, found: _Found, given: Given, event: Event, quantity: int) -> None:
    """Turn held places into this order's; or refuse, when somebody else was faster."""
    asked = {"row_id": found.row.id, "count": quantity, "order": given.order.id}
    # Race: one code at two counters, or redeemed while it is reclaimed. The UPDATE asks and takes
    # at once; the guest's row is met before the promo, as in reclaiming.
    if not changed(session, _TAKE_HELD, asked):
        row = session.get_one(CampaignRow, found.row.id, populate_existing=True)
        if row.state is CampaignRowState.REVOKED:
            raise refusal_of(WhyNot.REVOKED, found.promo.code, event.slug)
        if row.state is CampaignRowState.EXPIRED:
            raise refusal_of(WhyNot.OVER, found.promo.code, event.slug)
        raise used_up(found.promo.code, event.slug, row.held)
    grant = Grant(
        found.promo.id, found.promo.code, event.slug, facts_of(session, found.promo), 0, ""
    )
    tickets = session.exec(
        select(Ticket.id).where(Ticket.order_id == given.order.id).order_by(col(Ticket.number))
    ).all()
    (line,) = given.cost.lines
    take_uses(session, grant, given.order.id, [(ticket, line.discount) for ticket in tickets])


def _redeemed(session: ReadSession, order: Order, *, is_new: bool = False) -> Redeemed:
    """Return the order that was made, now or under the same key, with what is left of the code."""
    held = session.exec(
        select(CampaignRow.held)
        .join(PromoUse, col(PromoUse.promo_id) == CampaignRow.promo_id)
        .where(PromoUse.order_id == order.id)
        .limit(1)
    ).first()
    return Redeemed(order.id, order.code, held or 0, is_new)


def _who(asked: Redemption, row: CampaignRow) -> Person:
    """Return who comes: the guest, or somebody named in the guest's place."""
    guest = _person(row)
    if asked.name and asked.name != guest.name:
        return Person(asked.name, asked.email or guest.email, asked.document, "", guest.company)
    return Person(
        guest.name,
        asked.email or guest.email,
        asked.document or guest.document,
        company=guest.company,
        title=guest.title,
    )


def _person(row: CampaignRow) -> Person:
    return Person(row.name, row.email, row.document, company=row.company, title=row.title)


def _pay_nothing(session: WriteSession, order: Order, *, now: datetime) -> None:
    """Write down that nothing was owed, as a courtesy over the counter does."""
    session.add(
        Payment(
            id=new_id(),
            order_id=order.id,
            method=Method.COURTESY,
            state=PaymentState.SETTLED,
            provider="till",
            amount_minor=0,
            paid_minor=0,
            currency=order.currency,
            created_at=now,
            paid_at=now,
        )
    )
