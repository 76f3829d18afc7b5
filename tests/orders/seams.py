"""A walk over everything that an order can meet."""

from collections.abc import Callable

from sqlmodel import select

from boxoffice.db import WriteSession
from boxoffice.money import Money
from boxoffice.orders.models import Order, OrderState
from boxoffice.orders.place import Wanted, place
from boxoffice.payments.call_off import call_off
from boxoffice.payments.collect import pay
from boxoffice.payments.courtesy import Redemption, redeem
from boxoffice.payments.exchange import exchange
from boxoffice.payments.extend import drop_ticket, extend
from boxoffice.payments.late import accept, dismiss
from boxoffice.payments.models import MONEY, PaymentState
from boxoffice.payments.parts import Part, pay_in_parts
from boxoffice.payments.provider import ChargeState, Method
from boxoffice.payments.refund import RefundRequest, refund
from boxoffice.payments.start import start, take
from boxoffice.promos.reclaim import reclaim_some
from boxoffice.tickets.models import Ticket
from tests.making import LOTE, a_request
from tests.orders.seams_books import Booked
from tests.orders.seams_night import PROMO, TIERS


class Seams(Booked):
    """What may happen in a night."""

    def goes(self, steps: int) -> None:
        """Do so many things, and look at the books after each."""
        acts: list[Callable[[], None]] = [
            self.sells,
            self.sells,
            self.places,
            self.places,
            self.in_parts,
            self.redeems,
            self.imports,
            self.swaps,
            self.swaps,
            self.adds,
            self.adds,
            self.pays,
            self.money,
            self.money,
            self.money,
            self.drops,
            self.refunds,
            self.refunds,
            self.ends,
            self.runs_out,
            self.at_the_gateway,
            self.decides,
            self.reclaims,
        ]
        for _ in range(steps):
            act = self.luck.choice(acts)
            self.done.append(act.__name__)
            act()
            self.looks()
        self.event_ends()
        self.looks()
        for _ in range(6):
            act = self.luck.choice([self.money, self.decides, self.refunds, self.at_the_gateway])
            self.done.append(act.__name__)
            act()
            self.looks()
        self.event_ends()
        self.looks()

    def sells(self) -> None:
        tier, promo = self.luck.choice(TIERS), self.luck.choice(["", "", PROMO])
        lines = [(tier, self.luck.randint(1, 2))]
        if self.luck.random() < 0.3:
            lines.append((self.luck.choice(TIERS), 1))

        def act(session: WriteSession) -> None:
            request = a_request(*lines, event=self.slug, promo=promo)
            now = self.clock()
            made = place(session, self.office.actor, request, now=now, holds=False)
            take(session, self.office.actor, made.id, Method.CASH, self.office.ticket_key, now=now)

        self.tries(act)

    def places(self) -> None:
        tier, promo = self.luck.choice(TIERS[:3]), self.luck.choice(["", PROMO])

        def act(session: WriteSession) -> None:
            request = a_request((tier, self.luck.randint(1, 2)), event=self.slug, promo=promo)
            made = place(session, self.office.actor, request, now=self.clock(), holds=True)
            start(session, self.office.actor, made.id, Method.PIX, "asaas", now=self.clock())

        self.tries(act)

    def in_parts(self) -> None:
        parts = [Part(Method.CASH, Money(4000)), Part(Method.PIX)]
        promo = self.luck.choice(["", PROMO])

        def act(session: WriteSession) -> None:
            request = a_request(
                (self.luck.choice([LOTE, "VIP"]), 1), event=self.slug, promo=promo, method="pix"
            )
            made = place(session, self.office.actor, request, now=self.clock(), holds=True)
            pay_in_parts(session, self.office.actor, made.id, parts, self.till(), now=self.clock())

        self.tries(act)

    def redeems(self) -> None:
        code = self.luck.choice(self.codes)
        asked = Redemption(self.slug, code)
        self.tries(
            lambda s: redeem(s, self.office.actor, asked, self.office.ticket_key, now=self.clock())
        )

    def swaps(self) -> None:
        ticket = self.a_ticket()
        if ticket is None:
            return
        tier, method = self.luck.choice(TIERS), self.luck.choice([None, Method.CASH, Method.PIX])
        keeps = self.luck.random() < 0.3
        self.tries(
            lambda s: exchange(
                s,
                self.office.actor,
                ticket,
                tier,
                self.till(method),
                keeps_difference=keeps,
                even_if_closed=False,
                proof="receipt",
                now=self.clock(),
            )
        )

    def adds(self) -> None:
        order = self.an_order()
        if order is None:
            return
        wanted = Wanted(self.luck.choice(TIERS), 1)
        method = self.luck.choice([None, Method.CASH, Method.PIX, Method.PIX])
        self.tries(
            lambda s: extend(
                s,
                self.office.actor,
                order,
                wanted,
                self.till(method),
                even_if_closed=False,
                now=self.clock(),
            )
        )

    def pays(self) -> None:
        order = self.an_order()
        method = self.luck.choice([Method.CASH, Method.PIX])
        if order is not None:
            self.tries(
                lambda s: pay(s, self.office.actor, order, self.till(method), now=self.clock())
            )

    def money(self) -> None:
        payment = self.a_payment(lambda p: p.provider == "asaas" and p.state not in MONEY)
        if payment is not None:
            self.told(payment, ChargeState.SETTLED)

    def at_the_gateway(self) -> None:
        payment = self.a_payment(
            lambda p: (
                p.provider == "asaas"
                and p.state in {PaymentState.PAID, PaymentState.SETTLED, PaymentState.DISPUTED}
            )
        )
        if payment is not None:
            states = [ChargeState.REFUNDED, ChargeState.DISPUTED, ChargeState.DISPUTED]
            self.told(payment, self.luck.choice(states))

    def drops(self) -> None:
        ticket = self.a_ticket()
        if ticket is not None:
            self.tries(
                lambda s: drop_ticket(
                    s, self.office.actor, ticket, self.till(), reason="", now=self.clock()
                )
            )

    def refunds(self) -> None:
        ticket = self.a_ticket()
        if ticket is None:
            return
        with self.office.reading() as session:
            order = session.get_one(Ticket, ticket).order_id
        kind = self.luck.choice(["all", "ticket", "amount"])
        request = RefundRequest(
            (ticket,) if kind == "ticket" else (),
            Money(self.luck.choice([1000, 5000])) if kind == "amount" else None,
            keeps_fee=self.luck.random() < 0.3,
            proof="receipt",
        )
        self.tries(lambda s: refund(s, self.office.actor, order, request, now=self.clock()))

    def ends(self) -> None:
        order = self.an_order()
        if order is not None:
            self.tries(lambda s: call_off(s, self.office.actor, order, reason="", now=self.clock()))

    def decides(self) -> None:
        with self.office.reading() as session:
            found = session.exec(
                select(Order.id).where(
                    Order.event_id == self.event_id, Order.state == OrderState.NEEDS_REVIEW
                )
            ).all()
        if not found:
            return
        order = self.luck.choice(list(found))
        if self.luck.random() < 0.5:
            with self.office.reading() as session:
                self.accepted.add(session.get_one(Order, order).code)
            self.tries(
                lambda s: accept(
                    s, self.office.actor, order, self.office.ticket_key, note="", now=self.clock()
                )
            )
        else:
            self.tries(lambda s: dismiss(s, self.office.actor, order, note="", now=self.clock()))

    def reclaims(self) -> None:
        self.tries(
            lambda s: reclaim_some(
                s, self.office.actor, self.campaign_id, limit=1, now=self.clock()
            )
        )
