"""Create promos: one with a name people remember, or a series of codes nobody guesses."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import BadValue, NotFound, Refused
from boxoffice.events.models import Event, Tier
from boxoffice.events.queries import event_by_slug, tiers_of
from boxoffice.ids import CODE_ALPHABET
from boxoffice.inserts import insert_once
from boxoffice.promos.models import Promo, PromoState, PromoTier
from boxoffice.promos.rules import Terms, check_terms, parse_promo_code
from boxoffice.staff.rules import Actor, Permission
from boxoffice.text import clean_in

SERIES_MAX = 10_000  # codes in one go
PREFIX_MAX = 31  # characters, so that `PREFIX-` and what is drawn fit a code
DRAWN_LENGTH = 8  # 30^8: nobody finds a code by trying


def create(
    session: WriteSession, actor: Actor, slug: str, code: str, terms: Terms, *, now: datetime
) -> str:
    """Create one promo and return its code as it is kept.

    Raises:
        Forbidden: the actor may not change events.
        BadValue: the code or the terms make no sense.
        NotFound: there is no such event or tier.
        Refused: the event has a promo with this code (`promo.exists`).
    """
    actor.must(Permission.EDIT_EVENT)
    tidy = parse_promo_code(code)
    check_terms(terms, now)
    event = event_by_slug(session, slug)
    tiers = _tiers(session, event, terms.tiers)
    promo = _promo(event, tidy, terms, now)
    # Race: two people create one code. The database keeps the first.
    if not insert_once(session, promo):
        raise Refused(
            f"{slug} has a promo {tidy} already.",
            hint=f"see it: boxoffice promo show {slug} {tidy}",
            code="promo.exists",
            promo=tidy,
        )
    _limit_to(session, [promo.id], tiers)
    record(
        session,
        actor,
        "promo.create",
        "promo",
        promo.id,
        now=now,
        kind=terms.kind,
        value=terms.value,
        uses_max=terms.uses_max,
        per_person_max=terms.per_person_max,
    )
    return tidy


def create_series(
    session: WriteSession,
    actor: Actor,
    slug: str,
    terms: Terms,
    *,
    prefix: str,
    count: int,
    now: datetime,
) -> list[str]:
    """Create `count` promos of the same terms, `PREFIX-` and eight letters each; return the codes.

    Each code has the uses of `terms` for itself.

    Raises:
        Forbidden: the actor may not change events.
        BadValue: the prefix, the count or the terms make no sense.
        NotFound: there is no such event or tier.
    """
    actor.must(Permission.EDIT_EVENT)
    if not 1 <= count <= SERIES_MAX:
        raise BadValue("--series", f"must be from 1 to {SERIES_MAX}.")
    tidy = parse_promo_code(prefix, name="--prefix")
    if len(tidy) > PREFIX_MAX:
        raise BadValue("--prefix", f"has {len(tidy)} characters; the limit is {PREFIX_MAX}.")
    check_terms(terms, now)
    event = event_by_slug(session, slug)
    tiers = _tiers(session, event, terms.tiers)
    promos = [
        _promo(event, code, terms, now)
        for code in _drawn(_codes_of(session, event.id, tidy), tidy, count)
    ]
    session.connection().execute(insert(Promo), [promo.model_dump() for promo in promos])
    _limit_to(session, [promo.id for promo in promos], tiers)
    record(
        session,
        actor,
        "promo.create_series",
        "event",
        event.id,
        now=now,
        kind=terms.kind,
        value=terms.value,
        uses_max=terms.uses_max,
        per_person_max=terms.per_person_max,
        count=count,
    )
    return [promo.code for promo in promos]


def _promo(event: Event, code: str, terms: Terms, now: datetime) -> Promo:
    return Promo(
        event_id=event.id,
        code=code,
        kind=terms.kind,
        value=terms.value,
        uses_max=terms.uses_max,
        uses_left=terms.uses_max,
        per_person_max=terms.per_person_max,
        opens_at=terms.opens_at,
        closes_at=terms.closes_at,
        state=PromoState.CREATED,
        note=clean_in(terms.note, name="--note", empty=True),
        created_at=now,
    )


def _tiers(session: WriteSession, event: Event, names: Sequence[str]) -> list[Tier]:
    by_name = {tier.name: tier for tier in tiers_of(session, event.id)}
    for name in names:
        if name not in by_name:
            raise NotFound("tier", name[:80], hint="there are: " + ", ".join(by_name))
    return [by_name[name] for name in dict.fromkeys(names)]


def _limit_to(session: WriteSession, promo_ids: Sequence[UUID], tiers: Sequence[Tier]) -> None:
    limits = [
        {"promo_id": promo_id, "tier_id": tier.id} for promo_id in promo_ids for tier in tiers
    ]
    if limits:
        session.connection().execute(insert(PromoTier), limits)


def _codes_of(session: WriteSession, event_id: UUID, prefix: str) -> set[str]:
    known = select(Promo.code).where(
        Promo.event_id == event_id, col(Promo.code).startswith(f"{prefix}-", autoescape=True)
    )
    return set(session.exec(known).all())


def drawn_code(prefix: str) -> str:
    """Draw a code that nobody guesses. It may exist already: the database decides."""
    return f"{prefix}-" + "".join(secrets.choice(CODE_ALPHABET) for _ in range(DRAWN_LENGTH))


def _drawn(known: set[str], prefix: str, count: int) -> list[str]:
    """Draw new codes: each is good for money, so they come from the system's secret source."""
    drawn: dict[str, None] = {}
    while len(drawn) < count:
        code = drawn_code(prefix)
        if code not in known:
            drawn[code] = None
    return list(drawn)
