"""Counter: a sale by keys alone. Choose a tier, say how many, take the money."""

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from boxoffice.db import ReadSession
from boxoffice.errors import Refused
from boxoffice.events.queries import EventView, event_view
from boxoffice.money import Money
from boxoffice.orders.queries import order_by_code
from boxoffice.payments.queries import payment_of_order
from boxoffice.staff.rules import Permission
from boxoffice.till.queries import open_shift_view
from tui.acts import selling
from tui.commands import Place
from tui.dialogs.charge import Charge
from tui.house import Answer
from tui.screens.board import Board
from tui.states import BAD, GOOD, WAITS
from tui.text import cell, said
from tui.widgets.listing import Column, Line, Listing
from tui.words import Words

_HEADS = (
    (Words("lote", "tier"), 0), (Words("preço", "price"), 13), (Words("restam", "left"), 8),
    (Words("venda", "sale"), 12), (Words("quero", "wanted"), 8),
)  # fmt: skip
_DIGITS = 3
_OPEN = Words("aberta", "open")
_EMPTY = Words(
    "Escolha com ↑↓ e diga quantos de cada lote, com os números ou + e −; depois receba. "
    "Backspace recomeça.",
    "Choose with ↑↓ and say how many of each tier, by digits or + and −; then take the money. "
    "Backspace begins again.",
)
_CART = Words("{count} lugares · {total} sem taxa", "{count} places · {total} before the fee")
_NOTHING = Words("escolha lugares primeiro", "choose places first")
_SOLD = Words("✔ {code} · {count} ingressos · {total}", "✔ {code} · {count} tickets · {total}")
_WAITS = Words(
    "▲ {code} · {count} ingressos · {total}, falta {due}",
    "▲ {code} · {count} tickets · {total}, {due} is due",
)
_CHANGE = Words("TROCO {change}", "CHANGE {change}")
_NO_TILL = Words("caixa fechado: F6 abre", "no till is open: F6 opens one")
_TILL = Words("caixa {code}: {cash} em dinheiro", "till {code}: {cash} in cash")


@dataclass(frozen=True, slots=True)
class Found:
    """The event that is sold, and the clerk's drawer."""

    event: EventView
    shift: str
    cash: Money | None
    order: str = ""  # the sale before, while money was due
    due: Money | None = None  # of that order now


class CounterBoard(Board):
    """The tiers of the event, and what the buyer in front wants of each."""

    PLACE = Place.COUNTER
    TITLE_WORDS = Words("Balcão", "Counter")
    SECONDS: ClassVar[float] = 5.0

    def body(self) -> ComposeResult:
        """Yield the tiers, the cart, and the last sale."""
        yield Listing([Column(self.say(head), width) for head, width in _HEADS], id="tiers")
        yield Static(id="cart", markup=False)
        yield Static(id="sold", markup=False)
        yield Static(id="drawer", markup=False)

    def on_mount(self) -> None:
        """Begin with an empty cart, on the tiers."""
        self._cart: dict[str, int] = {}
        self._typed = ""
        self._order: dict[str, Any] | None = None  # of the sale before, while money is due
        self._change: int | None = None  # of its cash
        self._event: EventView | None = None
        self.hand(self.query_one("#tiers"))

    def ask(self, session: ReadSession) -> Found:
        """Ask what is on sale, and what is in the drawer."""
        office = self.house.office
        office.actor.must(Permission.SELL)
        event = event_view(session, self.house.chosen(), now=office.now())
        order = "" if self._order is None else self._order["code"]
        due = _due(session, order) if order else None
        try:
            shift = open_shift_view(session, office.actor.name)
        except Refused:
            return Found(event, "", None, order, due)
        return Found(event, shift.code, shift.expected, order, due)

    def show(self, found: Found) -> None:
        """Show the tiers, and the drawer."""
        self._event = found.event
        self._draw()
        last = self._order
        if last is not None and last["code"] == found.order and found.due is not None:
            self._tell_sale({**last, "balance_minor": found.due.minor}, self._change)
        drawer = (
            said(self.say(_NO_TILL), WAITS)
            if found.cash is None
            else said(self.say(_TILL, code=found.shift, cash=found.cash), "dim")
        )
        self.put("drawer", drawer)

    def on_key(self, event: events.Key) -> None:
        """Take digits for how many: `1` `2` is twelve."""
        character = event.character or ""
        tier = self._chosen
        if not (tier and character.isascii() and character.isdigit()):
            self._typed = ""
            return
        event.stop()
        self._typed = (self._typed + character)[-_DIGITS:]
        self._want(tier, int(self._typed))

    def action_more(self) -> None:
        """One place more of the tier under the cursor."""
        if self._chosen:
            self._want(self._chosen, self._cart.get(self._chosen, 0) + 1)

    def action_less(self) -> None:
        """One place less."""
        if self._chosen:
            self._want(self._chosen, self._cart.get(self._chosen, 0) - 1)

    def action_clear(self) -> None:
        """Begin again, with an empty cart."""
        self._cart.clear()
        self._draw()

    def action_sell(self, method: str) -> None:
        """Sell what is in the cart, paid here and now."""
        if self._event is not None and self._has_cart():
            self.act(selling.sell(self._event.slug, self._cart, method), self._sold)

    def action_split(self) -> None:
        """Sell what is in the cart, paid in parts."""
        if self._event is not None and self._has_cart():
            self.act(selling.split(self._event.slug, self._cart), self._sold)

    def action_charge(self, method: str) -> None:
        """Hold what is in the cart, and show what it is paid by."""
        if self._event is not None and self._has_cart():
            self.act(selling.charge(self._event.slug, self._cart, method), self._sold)

    @property
    def _chosen(self) -> str:
        return self.query_one("#tiers", Listing).chosen

    def _has_cart(self) -> bool:
        if not self._cart and self._chosen:
            self._want(self._chosen, 1)  # the commonest sale: one place of what the cursor is on
        if not self._cart:
            self.tell(self.say(_NOTHING))
        return bool(self._cart)

    def _want(self, tier: str, count: int) -> None:
        self._cart[tier] = max(0, count)
        if not self._cart[tier]:
            del self._cart[tier]
        self._draw()

    def _draw(self) -> None:
        if self._event is None:
            return
        lines, total = [], Money(0, self._event.currency)
        for tier in self._event.tiers:
            wanted = self._cart.get(tier.name, 0)
            total += tier.price * wanted
            sale = self.say(_OPEN) if tier.closed is None else self.state(tier.closed)
            cells = (tier.name, str(tier.price), str(tier.places_left), sale, str(wanted or ""))
            style = "" if tier.closed is None else "dim"
            lines.append(Line(tier.name, tuple(cell(text, style) for text in cells)))
        self.query_one("#tiers", Listing).fill(lines)
        count = sum(self._cart.values())
        text = self.say(_CART, count=count, total=total) if count else self.say(_EMPTY)
        self.put("cart", said(text, "bold" if count else "dim"))

    def _sold(self, answer: Answer) -> None:
        """Tell what was sold and the change; what is still due is shown until it is paid."""
        told: dict[str, Any] = json.loads(answer.out)
        order = told["order"]
        self._tell_sale(order, told.get("change_minor"))
        self.action_clear()
        if order["balance_minor"]:
            self.app.push_screen(Charge(self.house, order["code"]))

    def _tell_sale(self, order: dict[str, Any], change: int | None) -> None:
        """Say how the sale stands; one that is still to be paid is asked for again."""
        self.put("sold", self._told(order, change))
        self._order, self._change = (order, change) if order["balance_minor"] else (None, None)

    def _told(self, order: dict[str, Any], change: int | None) -> Content:
        currency = order["currency"]
        due = Money(order["balance_minor"], currency)
        words, style = (_WAITS, f"bold {WAITS}") if due.minor else (_SOLD, f"bold {GOOD}")
        line = self.say(words, code=order["code"], count=len(order["tickets"]), due=due,
                        total=Money(order["total_minor"], currency))  # fmt: skip
        if change is None:
            return said(line, style)
        back = self.say(_CHANGE, change=Money(change, currency))
        return Content.assemble(
            said(line, style), "   ", said(back, f"bold reverse {BAD if change else ''}")
        )


def _due(session: ReadSession, code: str) -> Money | None:
    """Return what is still to be paid of an order."""
    payment = payment_of_order(session, order_by_code(session, code).id)
    return None if payment is None else payment.balance
