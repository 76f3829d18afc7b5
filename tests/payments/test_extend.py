"""An order grows: the new places are held until they are paid for, the others stay good."""

import pytest

from boxoffice.errors import BadValue, Forbidden, SoldOut, WrongState
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.cancel import cancel
from boxoffice.orders.models import OrderState
from boxoffice.orders.rules import QUANTITY_MAX
from boxoffice.payments.call_off import call_off
from boxoffice.payments.extend import let_go
from boxoffice.payments.models import Payment
from boxoffice.payments.provider import Method
from boxoffice.reports.money import money_report
from boxoffice.staff.rules import SYSTEM
from tests.making import (
    DOOR,
    LOTE,
    RITA,
    a_sale,
    a_tier,
    an_event,
    an_order,
    codes_of,
    counts,
    places_left,
    rows,
    shown_at,
    started,
    state_of,
    the_order,
)
from tests.payments.changing import (
    VIP,
    balance,
    dropped,
    exchanged,
    extended,
    money_comes,
    open_payment,
    paid_by,
    told,
    two_tiers,
)
from tests.payments.refunding import given_back


def let_gone(office: BoxOffice, order_id: object) -> int:
    with office.writing() as session:
        from uuid import UUID  # noqa: PLC0415

        assert isinstance(order_id, UUID)
        return let_go(session, SYSTEM, order_id, now=office.now())


def agree(office: BoxOffice) -> bool:
    with office.reading() as session:
        return money_report(session).books.agree
