"""Payments on their way through the gateway."""

import json
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import OpenCharge, ReadLetter
from boxoffice.outbox.models import JobState
from boxoffice.payments.call_off import call_off
from boxoffice.payments.letters import keep_letter
from boxoffice.payments.models import Letter, Payment
from boxoffice.payments.provider import Method
from boxoffice.sandbox.ledger import Sandbox
from boxoffice.staff.rules import SYSTEM
from tests.making import (
    LOTE,
    a_tier,
    an_event,
    an_order,
    started,
    the_payment,
)
from tests.tasks.working import ran


def a_payment(office: BoxOffice, method: Method = Method.PIX, **order: Any) -> UUID:
    """Start to pay for two places at R$ 100,00."""
    an_event(office, a_tier(quota=3, price="100"))
    return started(office, an_order(office, (LOTE, 2), **order).id, method)


def opened(office: BoxOffice, method: Method = Method.PIX) -> Payment:
    """Have the charge of a new payment opened."""
    payment_id = a_payment(office, method)
    assert ran(office, OpenCharge(payment_id)) is JobState.DONE
    return the_payment(office, payment_id)


def charges(sandbox: Sandbox) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sandbox.charges({"limit": "100"})["data"]
    return found


def called_off(office: BoxOffice, order_id: UUID) -> None:
    with office.writing() as session:
        call_off(session, office.actor, order_id, reason="ill", now=office.now())


def letter(office: BoxOffice, content: Any, name: str = "evt_1") -> ReadLetter:
    """Keep a letter, and return the job that reads it."""
    with office.writing() as session:
        body = json.dumps({"id": name, "payment": content}).encode()
        keep_letter(session, SYSTEM, "asaas", body, json.loads(body), now=office.now())
        found = session.exec(select(Letter.id).where(col(Letter.event_key) == name)).one()
    return ReadLetter(found)
