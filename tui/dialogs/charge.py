"""A charge to be paid: its QR code where it fits, its text to copy, and word of the money."""

from collections.abc import Callable
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from boxoffice.db import ReadSession
from boxoffice.errors import BoxOfficeError
from boxoffice.orders.models import OrderState
from boxoffice.orders.queries import order_by_code
from boxoffice.payments.models import PaymentState
from boxoffice.payments.queries import PaymentView, payment_of_order
from boxoffice.tickets.half_blocks import QR_STYLE, terminal_qr
from tui.house import House
from tui.states import state_text
from tui.text import said
from tui.words import Words

_SECONDS = 1.0  # between looks at the order
_AROUND = (6, 8)  # columns and rows that are not the code's
_WAITS = Words("aguardando o pagamento…", "waiting for the money…")
_PAID = Words("✔ PAGO", "✔ PAID")
_NONE = Words("nada a pagar por aqui", "nothing to be paid here")
_ENDED = Words("✖ não se paga mais", "✖ it can no longer be paid")
_OPENING = Words("a cobrança ainda não abriu: F8 G", "the charge is not open yet: F8 G")
_SMALL = Words(
    "Esta tela é pequena para o QR: aumente, ou copie o texto (ctrl+y).",
    "This screen is too small for the QR: enlarge it, or copy the text (ctrl+y).",
)
_KEYS = Words("ctrl+y copia · Esc fecha", "ctrl+y copies · Esc closes")


class Charge(ModalScreen[None]):
    """The charge of one order, looked at until it is paid or ended."""

    BINDINGS: ClassVar[list[BindingType]] = [("ctrl+y", "copy", ""), ("enter", "dismiss", "")]

    def __init__(self, house: House, code: str) -> None:
        super().__init__()
        self._house = house
        self._code = code
        self._shown = ("", "")  # what the code says, and what is copied

    def compose(self) -> ComposeResult:
        """Leave room for the code."""
        with VerticalScroll(id="charge"):
            yield Static(id="charge-state", markup=False)
            yield Static(id="charge-code", markup=False)
            yield Static(id="charge-text", markup=False)
            yield Static(said(_KEYS.say(self._house.language), "dim"), markup=False)

    def on_mount(self) -> None:
        """Look now, and then again and again."""
        self.look()
        self.set_interval(_SECONDS, self.look)

    def on_resize(self) -> None:
        """Draw the code again: it may fit now."""
        self._draw()

    def action_copy(self) -> None:
        """Copy what it is paid by to the clipboard of the terminal."""
        self.app.copy_to_clipboard(self._shown[1])

    @work(thread=True, exclusive=True, exit_on_error=False)
    def look(self) -> None:
        """Ask how the order stands. A database that is away is asked again."""

        def ask(session: ReadSession) -> tuple[OrderState, PaymentView | None]:
            order = order_by_code(session, self._code)
            return order.state, payment_of_order(session, order.id)

        try:
            state, payment = self._house.read(ask)
        except BoxOfficeError as error:
            self._call(self._tell, said(f"{self._code} · {error.message}", "$error"))
        else:
            self._call(self._show, state, payment)

    def _call(self, then: Callable[..., None], *given: object) -> None:
        if self.is_attached:
            self.app.call_from_thread(then, *given)

    def _show(self, state: OrderState, payment: PaymentView | None) -> None:
        if payment is None:
            self._tell(said(f"{self._code} · {_NONE.say(self._house.language)}"))
            return
        told, style = self._word(state, payment)
        head = (
            f"{self._code} · {state_text(payment.method, self._house.language)} {payment.amount} · "
        )
        why = f" {payment.refusal}" if payment.refusal else ""
        self._tell(
            Content.assemble(said(head), said(told.say(self._house.language), style), said(why))
        )
        shown = _paid_by(payment) if payment.state is PaymentState.WAITING else ("", "")
        if shown != self._shown:
            self._shown = shown
            self._draw()

    def _tell(self, content: Content) -> None:
        self.query_one("#charge-state", Static).update(content)

    def _draw(self) -> None:
        code, text = self.query_one("#charge-code", Static), self.query_one("#charge-text", Static)
        drawn, copied = self._shown
        text.update(said(copied, length_max=600))
        if not drawn:
            code.update("")
            return
        columns, rows = self.app.size
        lines = terminal_qr(drawn, columns=columns - _AROUND[0], rows=rows - _AROUND[1])
        if lines is None:
            code.update(said(_SMALL.say(self._house.language), "$warning"))
        else:
            code.update(Content("\n").join([Content.styled(line, QR_STYLE) for line in lines]))

    def _word(self, state: OrderState, payment: PaymentView) -> tuple[Words, str]:
        if payment.state in {PaymentState.PAID, PaymentState.SETTLED}:
            return _PAID, "bold $success"
        if payment.state is PaymentState.OPENING:
            return _OPENING, "$warning"
        if state is OrderState.PLACED or payment.state is PaymentState.WAITING:
            return _WAITS, "$warning"
        return _ENDED, "$error"


def _paid_by(payment: PaymentView) -> tuple[str, str]:
    """Return what a telephone reads and what can be copied: a PIX, a boleto, a page to pay on."""
    page = payment.boleto_url or payment.invoice_url or ""
    return payment.pix_payload or page, payment.pix_payload or payment.boleto_line or page
