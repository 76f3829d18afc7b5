"""What must be true of the books of a night, wherever its walk stops."""

from sqlmodel import col, select

from boxoffice.db import ReadSession
from boxoffice.orders.change import PAID_FOR
from boxoffice.orders.models import Order, OrderState
from boxoffice.outbox.jobs import CloseCharge
from boxoffice.outbox.models import Job, JobState
from boxoffice.payments.covered import balance_of
from boxoffice.payments.models import OPEN, Payment, Refund, RefundState
from boxoffice.promos.models import Promo, PromoUse
from boxoffice.reports.money import money_report
from boxoffice.tickets.models import Ticket, TicketState
from boxoffice.till.models import EntryKind, TillEntry
from tests.orders.seams_night import FINISHED, PROMO, USES, Night
from tests.races.books import disagreements


class Booked(Night):
    """A night whose places, promos, orders, money and till are compared."""

    def looks(self) -> None:
        """Compare the places, the promo, the orders, the money and the till."""
        try:
            self._looks()
        except AssertionError as error:
            error.add_note(" ".join(self.done[-12:]))
            raise

    def _looks(self) -> None:
        assert disagreements(self.office) == []
        with self.office.reading() as session:
            promo = session.exec(
                select(Promo).where(Promo.code == PROMO, Promo.event_id == self.event_id)
            ).one()
            uses = session.exec(select(PromoUse).where(PromoUse.promo_id == promo.id)).all()
            tickets = {
                ticket.id: ticket
                for ticket in session.exec(
                    select(Ticket).where(Ticket.event_id == self.event_id)
                ).all()
            }
            assert promo.uses_left == USES - len(uses)
            for use in uses:
                ticket = tickets[use.ticket_id]
                assert ticket.holds_place
                assert use.discount_minor == ticket.discount_minor, "use and ticket differ"
            orders = session.exec(select(Order).where(Order.event_id == self.event_id)).all()
            for order in orders:
                mine = [ticket for ticket in tickets.values() if ticket.order_id == order.id]
                self._order(session, order, mine)
            report = money_report(session, self.slug)
            strange = [
                d
                for d in report.books.differs
                if d.state not in {OrderState.CANCELLED, OrderState.REFUNDED}
                and d.order not in self.accepted
                and d.received.minor
                < d.expected.minor  # more is a surplus, which `reconcile` lists
            ]
            assert strange == []
            self._till(session)

    def _order(self, session: ReadSession, order: Order, tickets: list[Ticket]) -> None:
        total = order.subtotal_minor - order.discount_minor + order.fee_minor
        assert order.total_minor == total
        payments = self.payments(session, order.id)
        came = sum(payment.paid_minor for payment in payments)
        gone = sum(payment.refunded_minor for payment in payments)
        rows_ = session.exec(select(Refund).where(Refund.order_id == order.id)).all()
        assert gone == sum(r.amount_minor for r in rows_ if r.state is not RefundState.FAILED)
        asked = [payment for payment in payments if payment.state in OPEN]
        due = sum(ticket.due_minor for ticket in tickets)
        closing = {
            job.args["payment_id"]
            for job in session.exec(select(Job).where(Job.kind == CloseCharge.kind))
            if job.state is JobState.WAITING
        }
        asked = [payment for payment in asked if str(payment.id) not in closing]
        if order.state in FINISHED:
            assert not asked, f"payable: {order.state}"
            assert due == 0
            assert not any(ticket.holds_place for ticket in tickets)
        elif order.code in self.accepted:
            pass
        elif order.state in PAID_FOR or order.state is OrderState.PLACED:
            owes = balance_of(session, order).minor
            assert order.state is OrderState.PLACED or owes <= due
            assert all(payment.amount_minor == owes for payment in asked)
            if order.state in PAID_FOR:
                assert came >= order.total_minor - due
                assert any(t.holds_place for t in tickets), "paid for, and no ticket"
        valid = [t for t in tickets if t.state is TicketState.VALID]
        if order.state not in PAID_FOR | {OrderState.DISPUTED, OrderState.NEEDS_REVIEW}:
            assert valid == []

    def _till(self, session: ReadSession) -> None:
        found = session.exec(
            select(TillEntry)
            .join(Order, col(Order.id) == TillEntry.order_id)
            .where(Order.event_id == self.event_id)
        ).all()
        drawer = sum(
            entry.amount_minor * (1 if entry.kind is EntryKind.SALE else -1) for entry in found
        )
        booked = 0
        for payment in session.exec(
            select(Payment)
            .join(Order, col(Order.id) == Payment.order_id)
            .where(Order.event_id == self.event_id, Payment.provider == "till")
        ):
            booked += payment.paid_minor - payment.refunded_minor
        assert drawer == booked, (drawer, booked)
