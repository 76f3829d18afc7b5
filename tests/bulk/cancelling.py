"""The end of an event, planned and applied as the command does it."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from boxoffice.bulk.cancel_apply import Cancelled, Canceller, apply_cancel
from boxoffice.bulk.cancel_file import write_cancel
from boxoffice.bulk.cancel_plan import CancelPlan, plan_cancel
from boxoffice.office import BoxOffice
from boxoffice.orders.confirm import confirm
from boxoffice.orders.models import Channel, Order
from boxoffice.payments.models import Payment, PaymentState
from boxoffice.payments.provider import Method
from boxoffice.payments.start import take
from boxoffice.staff.rules import SYSTEM
from tests.bulk.files import ANA, a_file, brought
from tests.making import LOTE, SLUG, a_request, a_sale, an_order, placed, rows, started


def planned(office: BoxOffice, slug: str = SLUG) -> CancelPlan:
    """Plan the end of an event."""
    with office.reading() as session:
        return plan_cancel(session, office.actor, slug)


def kept(office: BoxOffice, folder: Path) -> Path:
    """Plan the end of the event, and keep the plan in a file."""
    path = folder / "end.json"
    write_cancel(planned(office), path, by="local", now=office.now())
    return path


def applied(office: BoxOffice, path: Path) -> Cancelled:
    """Apply the plan at `path`."""
    return apply_cancel(Canceller(office.database, office.actor, office.now), path)


def ended(office: BoxOffice, folder: Path) -> Cancelled:
    """Plan the end of the event and apply it."""
    return applied(office, kept(office, folder))


def results(done: Cancelled) -> list[Any]:
    """Return the lines of a result file."""
    return [json.loads(line) for line in done.result.read_text("utf-8").splitlines()]


def paid_by_pix(office: BoxOffice, count: int = 1) -> UUID:
    """Sell places whose money the gateway has, and return the order."""
    order = an_order(office, (LOTE, count))
    pays(office, order.id, started(office, order.id))
    return order.id


def pays(office: BoxOffice, order_id: UUID, payment_id: UUID) -> None:
    """Let the money of an order come in through the gateway."""
    with office.writing() as session:
        payment = session.get_one(Payment, payment_id)
        payment.state, payment.paid_minor = PaymentState.SETTLED, payment.amount_minor
        payment.paid_at = office.now()
        session.flush()
        confirm(session, SYSTEM, order_id, office.ticket_key, now=office.now())


def given_away(office: BoxOffice) -> UUID:
    """Give a place away."""
    request = a_request(channel=Channel.COURTESY, method=Method.COURTESY)
    done = placed(office, request, holds=False)
    with office.writing() as session:
        key, now = office.ticket_key, office.now()
        take(session, office.actor, done.id, Method.COURTESY, key, now=now)
    return done.id


def one_of_each(office: BoxOffice, folder: Path) -> dict[str, UUID]:
    """Make an order of every kind that an event may end with."""
    waiting = an_order(office)
    started(office, waiting.id)
    made = {"call_off": waiting.id, "refund": paid_by_pix(office)}
    made["by_hand"] = a_sale(office).id
    made["free"] = given_away(office)
    brought(office, a_file(ANA), folder)
    (imported,) = [order for order in rows(office, Order) if order.external_id]
    return made | {"import": imported.id}
