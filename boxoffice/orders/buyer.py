"""Correct who buys an order: the name, and how to reach and bill them."""

from datetime import datetime
from uuid import UUID

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import BadValue
from boxoffice.orders.change import index_again, locked_order
from boxoffice.staff.rules import Actor, Permission

FIELDS = ("name", "email", "document", "phone", "company")


def change_buyer(
    session: WriteSession, actor: Actor, order_id: UUID, values: dict[str, str], *, now: datetime
) -> list[str]:
    """Write new values of the buyer's `FIELDS`, and return the names of those that changed.

    Holders stay as they are: `transfer` changes them. The audit keeps the names of the fields
    alone. A charge that is open goes on naming the buyer of before.

    Raises:
        Forbidden: the actor may not sell.
        BadValue: nothing is to be changed.
    """
    actor.must(Permission.SELL)
    assert set(values) <= set(FIELDS), "the surface names the buyer's fields"
    if not values:
        raise BadValue("the change", "is empty.", hint="say what: --buyer-name, --buyer-email, …")
    order = locked_order(session, order_id)
    changed = [name for name, value in values.items() if getattr(order, f"buyer_{name}") != value]
    if not changed:
        return []
    for name in changed:
        setattr(order, f"buyer_{name}", values[name])
    record(session, actor, "order.change", "order", order.id, now=now, fields=sorted(changed))
    session.flush()
    index_again(session, order)
    return changed
