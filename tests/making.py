"""Small builders: an office, an event, a sale, a scan, made as the surfaces make them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import SQLModel, func, select

from boxoffice.door.lists import apply_lists
from boxoffice.door.queries import gate_at
from boxoffice.door.rules import Asked
from boxoffice.door.scan import Shown, new_nonce, scan
from boxoffice.door.words import Admission
from boxoffice.events.apply import apply_event
from boxoffice.events.file import EventPlan, event_plan
from boxoffice.events.publish import publish
from boxoffice.events.queries import EventView, event_view
from boxoffice.migrations.models import metadata
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Channel, Order, OrderState
from boxoffice.orders.place import Placed, Request, Wanted, place
from boxoffice.orders.queries import OrderView, order_view
from boxoffice.payments.models import Payment
from boxoffice.payments.provider import Method
from boxoffice.payments.start import start, take
from boxoffice.people import Person
from boxoffice.settings import Settings
from boxoffice.staff.rules import Actor, Role

NOON = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)  # 12:00 in São Paulo
SECRET = bytes(range(32))
SLUG = "noite"
LOTE = "Lote 1"
RITA = Person("Rita Nogueira", "rita@example.com", "39053344705")
DOOR = Actor("dora", Role.DOOR)
AUDITOR = Actor("ada", Role.AUDITOR)

Row = TypeVar("Row", bound=SQLModel)


class Clock:
    """A clock that stands still until somebody moves it."""

    def __init__(self, moment: datetime = NOON) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.moment

    def forward(self, **length: float) -> None:
        """Let time pass: `forward(minutes=31)`."""
        self.moment += timedelta(**length)


def an_office(database_url: str, home: Path, clock: Clock, **more: str) -> BoxOffice:
    """Return an office on a database of its own, with a fixed key and a clock to move."""
    environment = {"home": str(home), "database_url": database_url, "secret_key": SECRET.hex()}
    settings = Settings.read(
        {f"BOXOFFICE_{name.upper()}": value for name, value in (environment | more).items()}
    )
    return BoxOffice(settings, now=clock)


def a_tier(name: str = LOTE, *, price: str = "100,00", quota: int = 10, **more: Any) -> Any:
    """Return a tier as an event file has it."""
    return {"name": name, "price": price, "quota": quota, **more}


def a_plan(*tiers: Any, lists: Sequence[Any] = (), **event: Any) -> EventPlan:
    """Return what an event file says."""
    given = {"slug": SLUG, "title": "Noite das Farmácias", "starts_at": "2026-11-23T20:00"}
    found = {"event": given | event, "tier": list(tiers or [a_tier()]), "list": list(lists)}
    return event_plan(found, now=NOON)


def applied(office: BoxOffice, plan: EventPlan) -> list[str]:
    """Apply an event file with its doors, and name what changed."""
    with office.writing() as session:
        event, changes = apply_event(session, office.actor, plan, now=office.now())
        session.flush()
        changes += apply_lists(session, office.actor, event, plan, now=office.now())
    return [" ".join(filter(None, (c.act, c.noun, c.name, c.field))) for c in changes]


def an_event(office: BoxOffice, *tiers: Any, lists: Sequence[Any] = (), **event: Any) -> EventView:
    """Make an event and put it on sale."""
    plan = a_plan(*tiers, lists=lists, **event)
    applied(office, plan)
    with office.writing() as session:
        publish(session, office.actor, plan.slug, now=office.now())
    return the_event(office, plan.slug)


def the_event(office: BoxOffice, slug: str = SLUG) -> EventView:
    """Return an event as it stands."""
    with office.reading() as session:
        return event_view(session, slug, now=office.now())


def a_request(
    *lines: tuple[str, int], event: str = SLUG, buyer: Person = RITA, **more: Any
) -> Request:
    """Return a request for so many places of each tier."""
    given: dict[str, Any] = {"channel": Channel.COUNTER, "method": Method.CASH}
    given["lines"] = tuple(Wanted(tier, quantity) for tier, quantity in lines or [(LOTE, 1)])
    return Request(event=event, buyer=buyer, **(given | more))


def placed(
    office: BoxOffice, request: Request, *, holds: bool = True, key: str | None = None
) -> Placed:
    """Place an order, in a transaction of its own."""
    with office.writing() as session:
        return place(session, office.actor, request, now=office.now(), holds=holds, key=key)


def an_order(office: BoxOffice, *lines: tuple[str, int], **more: Any) -> Placed:
    """Place an order whose places are held until its clock runs out."""
    return placed(office, a_request(*lines, channel=Channel.ONLINE, method=Method.PIX, **more))


def started(
    office: BoxOffice, order_id: UUID, method: Method = Method.PIX, *, instalments: int = 1
) -> UUID:
    """Start the payment of an order through the gateway, and return its id."""
    with office.writing() as session:
        return start(
            session, office.actor, order_id, method, "asaas",
            now=office.now(), instalments=instalments,
        )  # fmt: skip


def a_sale(office: BoxOffice, *lines: tuple[str, int], **more: Any) -> OrderView:
    """Sell over the counter, for cash."""
    with office.writing() as session:
        request = a_request(*lines, **more)
        done = place(session, office.actor, request, now=office.now(), holds=False)
        take(session, office.actor, done.id, Method.CASH, office.ticket_key, now=office.now())
    return the_order(office, done.code)


def the_order(office: BoxOffice, code: str) -> OrderView:
    """Return an order as it stands."""
    with office.reading() as session:
        return order_view(session, code, office.ticket_key)


def state_of(office: BoxOffice, order_id: UUID) -> OrderState:
    """Return the state of an order."""
    with office.reading() as session:
        return session.get_one(Order, order_id).state


def the_payment(office: BoxOffice, payment_id: UUID) -> Payment:
    """Return the row of a payment."""
    with office.reading() as session:
        return session.get_one(Payment, payment_id)


def codes_of(sale: OrderView) -> list[str]:
    """Return the codes of an order that is paid."""
    assert all(ticket.code for ticket in sale.tickets), "only a valid ticket has a code"
    return [ticket.code or "" for ticket in sale.tickets]


def shown_at(
    office: BoxOffice,
    text: str,
    *,
    event: str = SLUG,
    door: str | None = None,
    gate: str = "A",
    nonce: str | None = None,
    actor: Actor | None = None,
    **asked: Any,
) -> Admission:
    """Show a code at a door."""
    what = Shown(text, nonce or new_nonce(), asked=Asked(**asked))
    with office.writing() as session:
        where = gate_at(session, event, door, gate=gate)
        return scan(session, actor or DOOR, where, what, now=office.now())


def counts(office: BoxOffice) -> dict[str, int]:
    """Count the rows of every table, and the places that are left."""
    with office.reading() as session:
        return {
            table.name: session.connection()
            .execute(select(func.count()).select_from(table))
            .one()[0]
            for table in metadata.sorted_tables
        }


def places_left(office: BoxOffice, slug: str = SLUG) -> dict[str, int]:
    """Return the places left in each tier, and in all under `*`."""
    event = the_event(office, slug)
    return {tier.name: tier.places_left for tier in event.tiers} | {"*": event.places_left}


def rows(office: BoxOffice, kind: type[Row]) -> list[Row]:
    """Return every row of one table."""
    with office.reading() as session:
        return list(session.exec(select(kind)).all())
