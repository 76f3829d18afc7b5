"""A box office that knows one person in every place it can, and another whom it must keep."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from sqlmodel import col

from boxoffice.db import changed
from boxoffice.exports.catalogue import definition_named
from boxoffice.exports.request import ExportRequest
from boxoffice.exports.run import run_export
from boxoffice.ids import new_id
from boxoffice.office import BoxOffice
from boxoffice.orders.change import note
from boxoffice.orders.queries import OrderView
from boxoffice.outbox.messages import MailEvent
from boxoffice.payments.letters import keep_letter
from boxoffice.payments.models import Payment, Refund, RefundState
from boxoffice.people import Person
from boxoffice.privacy.files import HoldingFile, files_holding
from boxoffice.privacy.find import Found, find
from boxoffice.privacy.who import parse_who
from boxoffice.promos.models import Campaign, CampaignMode, CampaignRow, Promo, PromoKind
from boxoffice.staff.rules import SYSTEM
from tasks.relay import run_until_empty
from tests.making import LOTE, SLUG, a_sale, an_event, rows

ANA = Person(
    "Ana Lúcia D'Ávila", "ana.davila@example.com", "39053344705",
    phone="+55 11 98765-4321", company="Laboratório Canário",
)  # fmt: skip
JOEL = Person("Joel Prado", "joel@example.com", "52998224725")

# Every way in which she may be spelled where we keep bytes.
CANARIES = (
    "Ana Lúcia", "ANA LUCIA", "D'Ávila", "DAVILA", "davila", "avila", "ana.davila@example.com",
    "39053344705", "390.533.447-05", "98765-4321", "11987654321", "Laboratório Canário",
)  # fmt: skip


def knows(office: BoxOffice, folder: Path) -> tuple[OrderView, OrderView]:
    """Let the office know Ana everywhere, and Joel beside her; return their orders."""
    an_event(office)
    hers = a_sale(office, (LOTE, 2), buyer=ANA)
    his = a_sale(office, (LOTE, 1), buyer=JOEL)
    with office.writing() as session:
        note(session, office.actor, hers.id, "Ana Lúcia D'Ávila liga amanhã", at_door=False,
             now=office.now())  # fmt: skip
        note(session, office.actor, his.id, "amigo de ana lucia d'avila", at_door=True,
             now=office.now())  # fmt: skip
    _charged(office, hers.id)
    _invited(office, hers.id)
    run_until_empty(office)
    for name in ("attendees", "orders"):
        request = ExportRequest(definition_named(name), folder / f"{name}.csv", event=SLUG,
                                has_documents=True)  # fmt: skip
        run_export(office.database, office.actor, request, clock=office.now)
    return hers, his


def _charged(office: BoxOffice, order_id: UUID) -> None:
    payment = next(row for row in rows(office, Payment) if row.order_id == order_id)
    payer: dict[str, Any] = {"name": "ANA LUCIA DAVILA", "cpfCnpj": "390.533.447-05"}
    about = {"payment": {"id": "pay_ana", "value": 200.0, "payer": payer}}
    elsewhere = {"transfer": {"id": "tra_1", "note": "de ANA.DAVILA@example.com"}}
    with office.writing() as session:
        values = {"provider_id": "pay_ana", "raw": {"id": "pay_ana", "customer": payer},
                  "invoice_url": "https://example.com/i/ana.davila@example.com"}  # fmt: skip
        changed(session, update(Payment).where(col(Payment.id) == payment.id).values(values))
        letters: list[dict[str, Any]] = [about, elsewhere]
        for number, content in enumerate(letters):
            told = {"id": f"evt_{number}"} | content
            body = json.dumps(told).encode()
            keep_letter(session, SYSTEM, "asaas", body, told, now=office.now())
        session.add(
            Refund(payment_id=payment.id, order_id=order_id, amount_minor=100,
                   state=RefundState.DONE, reason="pedido de ana.davila@example.com",
                   created_at=office.now())
        )  # fmt: skip
        session.add(
            MailEvent(event_key="smtp:1", kind="bounce",
                      reason="550 <ana.davila@example.com> unknown",
                      happened_at=office.now(), received_at=office.now())
        )  # fmt: skip


def _invited(office: BoxOffice, order_id: UUID) -> None:
    with office.reading() as session:
        event, tier = session.connection().execute(text("SELECT event_id, id FROM tier")).one()
    event_id, tier_id = UUID(str(event)), UUID(str(tier))
    campaign = Campaign(event_id=event_id, tier_id=tier_id, name="amigos", mode=CampaignMode.CODES,
                        terms_digest="d" * 64, settings={}, created_at=office.now())  # fmt: skip
    promo = Promo(event_id=event_id, code="AMIGOS", kind=PromoKind.COURTESY, value=0,
                  recipient_name=ANA.name, recipient_email=ANA.email.upper(),
                  created_at=office.now())  # fmt: skip
    with office.writing() as session:
        session.add(campaign)
        session.add(promo)
        session.flush()
        session.add(
            CampaignRow(campaign_id=campaign.id, line=1, name=ANA.name, email="outra@example.com",
                        document=ANA.document, guest_key="a", order_id=order_id)
        )  # fmt: skip


def found(office: BoxOffice, who: str = ANA.email, **more: str) -> tuple[Found, list[HoldingFile]]:
    """Find somebody, with the files that hold them."""
    with office.database.reading(is_long=True) as session:
        there = find(session, office.actor, parse_who(who, **more))
        return there, files_holding(session, there, office.mail_folder)


def all_bytes(office: BoxOffice) -> bytes:
    """Return every byte that the database holds on its disk, as far as it can be read."""
    if office.database.is_sqlite:
        path = Path(office.database.url.database or "")
        return b"".join(part.read_bytes() for part in sorted(path.parent.glob(path.name + "*")))
    with office.database.rewriting() as connection:
        connection.exec_driver_sql("CHECKPOINT")  # what is in memory goes to the files
        files = connection.exec_driver_sql(
            "SELECT pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class "
            "WHERE relkind IN ('r', 'i', 't') AND relfilenode <> 0 "
            "AND relnamespace <> 'pg_catalog'::regnamespace"
        ).scalars()
        return b"".join(bytes(part or b"") for part in files)


def canaries_in(content: bytes) -> list[str]:
    """Return the spellings of Ana that stand somewhere in `content`."""
    low = content.decode("utf-8", "replace").casefold()
    return [canary for canary in CANARIES if canary.casefold() in low]


def a_stranger() -> str:
    """Return an address of nobody."""
    return f"{new_id()}@example.com"
