"""Orders: found while one types, shown whole, and everything that can be done with one."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import DataTable, Input, Static

from boxoffice.db import ReadSession
from boxoffice.errors import BoxOfficeError, NotFound
from boxoffice.orders.queries import (
    OrderLineView,
    OrderView,
    find_orders,
    list_orders,
    order_by_code,
    order_view,
)
from boxoffice.payments.queries import PaymentView, history, payment_of_order
from boxoffice.people import masked_document
from boxoffice.staff.rules import Permission
from tui.acts import orders as acts
from tui.commands import Place
from tui.dialogs.charge import Charge
from tui.screens.board import Board
from tui.states import ORDER_MARKS, WAITS
from tui.text import cell, joined, said
from tui.widgets.field import Field
from tui.widgets.listing import Column, Line, Listing
from tui.words import Words

_ROWS = 50  # of a page
_TICKETS = 12  # of the detail
_HINT = Words("nome, e-mail, CPF, pedido ou ingresso", "name, e-mail, document, order or ticket")
_HEADS = (
    (Words("pedido", "order"), 9), (Words("comprador", "buyer"), 0), (Words("nº", "no."), 4),
    (Words("total", "total"), 12), (Words("estado", "state"), 17), (Words("quando", "when"), 11),
)  # fmt: skip
_NONE = Words("nada encontrado", "nothing found")
_DUE = Words("falta {due}", "{due} is due")
_HISTORY = Words("História de {code}", "History of {code}")


@dataclass(frozen=True, slots=True)
class Found:
    """A page of orders."""

    text: str  # that was looked for
    lines: tuple[OrderLineView, ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """One order, with its latest payment."""

    order: OrderView
    payment: PaymentView | None


class OrdersBoard(Board):
    """Search above, a page of rows, and the order under the cursor."""

    PLACE = Place.ORDERS
    TITLE_WORDS = Words("Pedidos", "Orders")
    SECONDS: ClassVar[float] = 5.0

    def body(self) -> ComposeResult:
        """Yield the search, the rows and the detail."""
        yield Field(placeholder=self.say(_HINT), id="search", on_enter=self.to_rows)
        with Horizontal(id="orders"):
            with Vertical():
                yield Listing([Column(self.say(head), width) for head, width in _HEADS], id="rows")
            with VerticalScroll(id="detail", can_focus=False):
                yield Static(id="order", markup=False)

    def on_mount(self) -> None:
        """Begin with the search."""
        self._text = ""
        self._code = ""
        self._is_looking = False
        self.hand(self.query_one("#search"))

    def ask(self, session: ReadSession) -> Found:
        """Look for what is typed; without a word, show what was ordered last."""
        self.house.office.actor.must(Permission.SEE_PEOPLE)
        text = self._text
        most = min(_ROWS, self.size.height)  # who types wants the first of them soon
        lines = (
            find_orders(session, text, limit=most)
            if text
            else list_orders(session, self.house.chosen(), limit=_ROWS)
        )
        return Found(text, tuple(lines))

    def show(self, found: Found) -> None:
        """Show the rows, then the order under the cursor; who types on waits for its rows first."""
        self.query_one("#rows", Listing).fill([self._line(one) for one in found.lines])
        if found.text != self._text:
            return
        if found.lines:
            self.look_at_chosen()
        else:
            self.put("order", said(self.say(_NONE) if found.text else "", "dim"))

    def look_at_chosen(self) -> None:
        """Ask for the order under the cursor, whole, unless that question is out."""
        self._code = self.chosen
        if self._code and not self._is_looking:
            self._is_looking = True
            self._look(self._code)

    @work(thread=True, group="look", exit_on_error=False)
    def _look(self, code: str) -> None:
        def ask(session: ReadSession) -> Whole:
            order = order_view(session, code, None)  # the screen shows no code
            return Whole(order, payment_of_order(session, order.id))

        whole = None
        try:
            whole = self.house.read(ask)
        except BoxOfficeError as error:
            self.call(self.failed, error)
        finally:
            self._is_looking = False
        if whole is not None:
            self.call(self._looked, whole)

    def _looked(self, whole: Whole) -> None:
        if whole.order.code == self._code:
            self.put("order", self._detail(whole.order, whole.payment))
        else:
            self.look_at_chosen()

    @property
    def chosen(self) -> str:
        """The code of the order under the cursor."""
        return self.query_one("#rows", Listing).chosen

    @on(Input.Changed, "#search")
    def typed(self, message: Input.Changed) -> None:
        """Look for what is typed now."""
        self._text = message.value.strip()
        self.reload()

    def to_rows(self, _: Field) -> None:
        """Give the rows the keys."""
        self.hand(self.query_one("#rows"))

    def key_down(self) -> None:
        """Go from the search to the rows."""
        if self.focused is self.query_one("#search"):
            self.hand(self.query_one("#rows"))

    @on(DataTable.RowHighlighted, "#rows")
    def moved(self) -> None:
        """Show the order under the cursor."""
        if self.chosen != self._code:
            self.look_at_chosen()

    def action_search(self) -> None:
        """Give the search the keys."""
        self.hand(self.query_one("#search"))

    def action_resend(self) -> None:
        """Mail the tickets again."""
        if self.needs(self.chosen):
            self.act(acts.resend(self.chosen))

    def action_transfer(self) -> None:
        """Let somebody else in with a ticket."""
        if self.needs(self.chosen):
            self.act(acts.transfer(f"{self.chosen}-1"))

    def action_refund(self) -> None:
        """Give money back."""
        if self.needs(self.chosen):
            self.act(acts.refund(self.chosen))

    def action_cancel(self) -> None:
        """Cancel the order."""
        if self.needs(self.chosen):
            self.act(acts.cancel(self.chosen))

    def action_pay(self) -> None:
        """Collect what is due."""
        if self.needs(self.chosen):
            self.act(acts.pay(self.chosen))

    def action_note(self) -> None:
        """Write a note."""
        if self.needs(self.chosen):
            self.act(acts.note(self.chosen))

    def action_print(self) -> None:
        """Print the tickets."""
        if self.needs(self.chosen):
            self.act(acts.print_tickets(self.chosen))

    def action_accept(self) -> None:
        """Accept late money."""
        if self.needs(self.chosen):
            self.act(acts.accept(self.chosen))

    def action_charge(self) -> None:
        """Show what the order is paid by, until it is paid."""
        if self.needs(self.chosen):
            self.app.push_screen(Charge(self.house, self.chosen))

    def action_history(self) -> None:
        """Tell what happened to the order."""
        if self.needs(self.chosen):
            self.read_in_thread(self._history, self._show_history)

    def _history(self, session: ReadSession) -> tuple[str, list[str]]:
        try:
            order = order_by_code(session, self._code)
        except NotFound:
            return self._code, []
        story = history(session, order.id)
        return order.code, [
            f"{self.at(one.at)}  {one.actor.ljust(10)} {one.verb.ljust(22)} "
            + " ".join(f"{name}={value}" for name, value in one.facts.items())
            for one in story
        ]

    def _show_history(self, told: tuple[str, list[str]]) -> None:
        code, lines = told
        self.page(self.say(_HISTORY, code=code), lines)

    def _line(self, one: OrderLineView) -> Line:
        mark, _ = ORDER_MARKS.get(one.state, ("·", ""))
        cells = (one.code, one.buyer_name or "—", str(one.quantity), str(one.total))
        return Line(
            one.code,
            (*(cell(text) for text in cells), cell(f"{mark} {self.state(one.state)}"),
             cell(self.at(one.placed_at))),
        )  # fmt: skip

    def _detail(self, order: OrderView, payment: PaymentView | None) -> Content:
        buyer, letter = order.buyer, order.mail
        lines = [
            joined([said(order.code, "bold"), self.state(order.state), str(order.total),
                    order.event_slug]),
            joined([said(buyer.name, "bold"), buyer.email, masked_document(buyer.document)]),
        ]  # fmt: skip
        for ticket in order.tickets[:_TICKETS]:
            state = self.state(ticket.state)
            text = f"  {ticket.short_code}  {ticket.tier} · {ticket.price} · {state}"
            lines.append(joined([text, ticket.holder_name, ticket.attention]))
        if len(order.tickets) > _TICKETS:
            lines.append(said(f"  … {len(order.tickets)}"))
        if payment is not None:
            due = self.say(_DUE, due=payment.balance) if payment.balance.minor else ""
            lines.append(
                joined([f"{self.state(payment.method)} {payment.amount}", self.state(payment.state),
                        said(due, WAITS), payment.refusal or ""])
            )  # fmt: skip
        if letter is not None:
            told = f"{self.state(letter.template)}: {self.state(letter.state)}"
            lines.append(said(told, "dim"))
        return Content("\n").join(lines)
