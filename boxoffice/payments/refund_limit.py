"""How much one person may give back alone, and whom a second one must ask for the rest."""

from sqlmodel import select

from boxoffice.db import ReadSession
from boxoffice.errors import Forbidden, Refused
from boxoffice.money import Money
from boxoffice.staff.models import StaffMember
from boxoffice.staff.rules import REFUND_LIMITS, Actor, Permission
from boxoffice.till.rules import must_have_shift


def refund_limit_of(session: ReadSession, actor: Actor) -> int | None:
    """Return what this one may give back of one order alone, in minor units; `None` is any sum.

    A member's own limit goes before the role's: see `staff/change.py`.
    """
    own = session.exec(
        select(StaffMember.refund_limit_minor).where(StaffMember.name == actor.name)
    ).first()
    return REFUND_LIMITS.get(actor.role) if own is None else own


def must_be_approved(
    session: ReadSession,
    actor: Actor,
    order_code: str,
    command: str,
    total: Money,
    *,
    is_of_drawer: bool,
    approved_by: Actor | None,
) -> None:
    """Check that the actor may give this back alone, or that somebody else approved it.

    `total` is all that has gone back of the order, this refund with it: many small ones are one.
    `command` is what asked for it: with a supervisor's name, it may go through.

    Raises:
        Forbidden: they approved it themselves (`approval.self`), or whoever did may not.
        Refused: it is over their limit (`refund.over_limit`), or a clerk's drawer does not hold
            this money (`refund.not_of_drawer`).
    """
    if approved_by is not None:
        approved_by.must(Permission.APPROVE_REFUND)
        if approved_by.name == actor.name:
            raise Forbidden(
                "nobody approves their own refund.",
                hint="ask somebody else: --supervisor NAME",
                code="approval.self",
            )
    by = approved_by or actor
    limit = refund_limit_of(session, by)
    hint = f"have it approved: boxoffice {command} --supervisor NAME"
    if limit is not None and total.minor > limit:
        raise Refused(
            f"{by.name} gives back at most {Money(limit, total.currency)} of an order alone; "
            f"{order_code} would come to {total}.",
            hint=hint,
            code="refund.over_limit",
            limit_minor=limit,
        )
    if approved_by is None and not is_of_drawer and must_have_shift(actor.role):
        raise Refused(
            f"{actor.name} gives back out of a drawer alone; money of {order_code} is elsewhere.",
            hint=hint,
            code="refund.not_of_drawer",
        )
