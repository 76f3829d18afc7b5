"""Orders are brought in many at once, and nobody can tell it from one by one."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel, col, select

from boxoffice.audit.models import AuditEntry
from boxoffice.bulk.apply import Importer, apply_import
from boxoffice.bulk.plan import plan_import
from boxoffice.bulk.plan_file import write_plan
from boxoffice.events.queries import event_by_slug, tiers_of
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order, OrderLine, SearchTerm
from boxoffice.outbox.jobs import DeliverTickets
from boxoffice.outbox.models import Job
from boxoffice.payments.models import Payment
from boxoffice.tickets.models import Ticket
from tests.bulk.files import ANA, BIA, CID, a_file, applied, brought, kept, results
from tests.making import SLUG, a_sale, a_tier, an_event, places_left, rows
from tests.races.books import disagreements

TWO_TIERS = (a_tier(quota=10), a_tier("Lote 2", price="150,00", quota=5, after="Lote 1"))


@pytest.fixture
def selling(office: BoxOffice) -> BoxOffice:
    an_event(office, *TWO_TIERS, fee_percent=10)
    return office


def facts_of(office: BoxOffice, slug: str) -> dict[str, list[dict[str, Any]]]:
    """Return every row of an event's orders, without what is drawn by chance or points to it."""
    with office.reading() as session:
        event = event_by_slug(session, slug)
        tiers = {str(tier.id): tier.name for tier in tiers_of(session, event.id)}
        orders = session.exec(select(Order).where(Order.event_id == event.id)).all()
        ids = [order.id for order in orders]
        kinds: list[tuple[Any, Any]] = [
            (Order, Order.id), (OrderLine, OrderLine.order_id), (Ticket, Ticket.order_id),
            (Payment, Payment.order_id), (SearchTerm, SearchTerm.order_id),
        ]  # fmt: skip
        found = {
            kind.__tablename__: list(session.exec(select(kind).where(col(where).in_(ids))))
            for kind, where in kinds
        }
        subjects = [f"order:{order_id}" for order_id in ids]
        found["audit"] = list(
            session.exec(select(AuditEntry).where(col(AuditEntry.subject).in_(subjects)))
        )
        dedupe = {DeliverTickets(order_id).dedupe_key for order_id in ids}
        found["job"] = [job for job in session.exec(select(Job)) if job.dedupe_key in dedupe]
        by_chance = {order.code.lower() for order in orders}
    return {
        table: sorted(
            (
                told
                for row in rows_found
                if (told := told_of_row(row, tiers)).get("term") not in by_chance
            ),
            key=repr,
        )
        for table, rows_found in found.items()
    }


def told_of_row(row: SQLModel, tiers: dict[str, str]) -> dict[str, Any]:
    """Return the columns of a row that do not come by chance; a tier by its name."""
    told = row.model_dump(
        exclude={
            "id", "code", "order_id", "event_id", "line_id", "code_digest", "subject",
            "args", "dedupe_key", "turn", "hash", "previous",
        }
    )  # fmt: skip
    if "tier_id" in told:
        told["tier_id"] = tiers[str(told["tier_id"])]
    if "facts" in told:
        told["facts"] = {**told["facts"], "payment": "payment" in told["facts"]}
    return told


@pytest.mark.parametrize("together", [1, 2, 200])
def test_orders_that_do_not_fit_together_are_judged_one_by_one(
    selling: BoxOffice, tmp_path: Path, together: int
) -> None:
    dora = ";Dora Reis;;;;Lote 1;1;;"
    path = kept(selling, a_file(ANA, BIA, CID, dora), tmp_path)
    asked = 0

    def sold_out_at_the_counter() -> datetime:  # when the plan was found to be good
        nonlocal asked
        asked += 1
        if asked == 2:
            a_sale(selling, ("Lote 1", 8))
        return selling.now()

    by = Importer(
        selling.database, selling.actor, selling.ticket_key, sold_out_at_the_counter,
        together=together,
    )  # fmt: skip
    done = apply_import(by, path)

    told = [(line["outcome"], line.get("code")) for line in results(done)]
    assert told == [("made", None), ("refused", "tier.sold_out"), ("made", None), ("made", None)]
    assert results(done)[1]["problem"] == "Lote 1 has 1 places left."
    assert (done.made, done.refused, done.tickets) == (3, 1, 3)
    assert places_left(selling)["Lote 1"] == 0
    assert disagreements(selling) == []


def test_orders_of_one_transaction_leave_the_same_rows_as_one_by_one(
    selling: BoxOffice, tmp_path: Path
) -> None:
    an_event(selling, *TWO_TIERS, slug="other", fee_percent=10)
    by_itself = kept(selling, a_file(ANA, BIA, CID, ANA), tmp_path)
    applied(selling, by_itself, together=1, mails=True)
    one_by_one = facts_of(selling, SLUG)

    with selling.reading() as session:
        raw = a_file(ANA, BIA, CID, ANA)
        plan = plan_import(session, selling.actor, raw, "other", headings={}, now=selling.now())
    write_plan(plan, tmp_path / "other.json", source="a.csv", by="local", now=selling.now())
    applied(selling, tmp_path / "other.json", mails=True)

    assert one_by_one["orders"] != []
    assert facts_of(selling, "other") == one_by_one


def test_a_code_that_another_order_has_is_drawn_anew(
    selling: BoxOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter(["AAAAAA", "AAAAAA", "BBBBBB"])
    fresh = iter(["AAAAAA", "CCCCCC"])
    monkeypatch.setattr("boxoffice.orders.lines.new_code", lambda: next(drawn))
    monkeypatch.setattr("boxoffice.orders.importing.new_code", lambda: next(fresh))

    done = brought(selling, a_file(ANA, BIA, CID), tmp_path)

    assert done.made == 3
    codes = {line["order"] for line in results(done)}
    assert codes == {order.code for order in rows(selling, Order)} == {"AAAAAA", "BBBBBB", "CCCCCC"}
    terms = {(row.term, row.order_id) for row in rows(selling, SearchTerm)}
    assert {(order.code.lower(), order.id) for order in rows(selling, Order)} <= terms
