"""Money of cancelled events that a person has still to give back."""

from boxoffice.events.models import Event, EventState
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order
from boxoffice.payments.end_order import end_order
from boxoffice.payments.owed import list_owed
from boxoffice.payments.provider import Method
from tests.making import a_sale, an_event
from tests.payments.changing import extended


def test_a_method_that_brought_money_twice_is_told_once(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office)
    for method in (Method.EXTERNAL, Method.CASH):
        extended(office, sale.id, method=method)
    with office.writing() as session:
        event_id = session.get_one(Order, sale.id).event_id
        session.get_one(Event, event_id).state = EventState.CANCELLED
        end_order(session, office.actor, sale.id, now=office.now())

    with office.reading() as session:
        (owed,) = list_owed(session, limit=10)

    assert (owed.methods, owed.amount.minor) == (("cash", "external"), 30_000)
