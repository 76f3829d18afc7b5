"""Money that is none of ours, or that we lost the row of: kept, until somebody says whose it is."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from boxoffice.audit.record import record
from boxoffice.db import ReadSession, WriteSession
from boxoffice.errors import NotFound
from boxoffice.ids import new_id
from boxoffice.inserts import insert_once
from boxoffice.money import Money
from boxoffice.payments.models import Stray
from boxoffice.payments.provider import Charge
from boxoffice.staff.rules import Actor, Permission


@dataclass(frozen=True, slots=True)
class StrayView:
    """A stray charge as people and programs see it."""

    provider_id: str
    reference: str | None
    state: str
    paid: Money
    seen_at: datetime
    is_closed: bool
    note: str

    @property
    def is_income(self) -> bool:
        """Whether it refers to nothing: other income of the same account, which nobody misses."""
        return self.reference is None


def reference_of(charge: Charge) -> UUID | None:
    """Return the id of ours that a charge refers to, or `None` when it refers to nothing of ours.

    The gateway holds a reference to nothing: it may be any text.
    """
    try:
        return UUID(charge.reference or "")
    except ValueError:
        return None


def keep_stray(
    session: WriteSession, actor: Actor, provider: str, charge: Charge, *, now: datetime
) -> str:
    """Keep money that no payment stands for; return what came of it, for the letter.

    A charge that brought nothing is not kept.

    Raises:
        Forbidden: the actor may not keep letters.
    """
    actor.must(Permission.KEEP_LETTERS)
    if charge.paid.minor <= 0:
        return "not a charge of ours"
    row = Stray(
        id=new_id(),
        provider=provider,
        provider_id=charge.provider_id,
        reference=None if charge.reference is None else charge.reference[:200],
        charge_state=charge.state,
        paid_minor=charge.paid.minor,
        currency=charge.paid.currency,
        seen_at=now,
        told_at=now,
    )
    if insert_once(session, row):
        facts = {"paid_minor": charge.paid.minor, "is_income": charge.reference is None}
        record(session, actor, "stray.keep", "stray", row.id, now=now, **facts)
    else:
        kept = session.exec(
            select(Stray)
            .where(Stray.provider == provider, Stray.provider_id == charge.provider_id)
            .with_for_update()
        ).one()
        kept.charge_state, kept.paid_minor, kept.told_at = charge.state, charge.paid.minor, now
    return "money that is not ours" if charge.reference is None else "money without its payment"


def disown(
    session: WriteSession, actor: Actor, provider_id: str, *, note: str, now: datetime
) -> bool:
    """Say whose a stray charge is, so that it is no exception any more; return whether it was one.

    Raises:
        Forbidden: the actor may not decide on orders.
        NotFound: no such charge was seen.
    """
    actor.must(Permission.CANCEL_ORDER)
    row = session.exec(
        select(Stray).where(Stray.provider_id == provider_id).with_for_update()
    ).first()
    if row is None:
        raise NotFound("charge", provider_id[:80], hint="see them: boxoffice payment reconcile")
    if row.closed_at is not None:
        return False
    row.closed_at, row.note = now, note
    record(session, actor, "stray.disown", "stray", row.id, now=now, reason=note)
    return True


def list_strays(session: ReadSession, *, limit: int = 1000) -> list[StrayView]:
    """Return the stray charges, the oldest first."""
    rows = session.exec(select(Stray).order_by(col(Stray.seen_at), col(Stray.id)).limit(limit))
    return [
        StrayView(
            row.provider_id,
            row.reference,
            row.charge_state,
            Money(row.paid_minor, row.currency),
            row.seen_at,
            row.closed_at is not None,
            row.note,
        )
        for row in rows
    ]
