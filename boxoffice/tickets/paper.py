"""Tickets on paper: what is printed, and the PDF of it. No table is read here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class Paper(StrEnum):
    """What the tickets are printed on."""

    A4 = "a4"  # at home or at the office: one sheet, folded in half
    RECEIPT = "receipt"  # at the counter: a thermal roll 80 mm wide


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPaper:
    """One ticket as it is printed. Every text is ready for a reader; an empty one is left out."""

    event_title: str
    starts_at_text: str
    venue: str
    holder_name: str
    tier: str
    order_code: str
    short_code: str  # of the ticket: `K7QX2M-1`
    code: str  # the secret in the QR code
    address: str = ""
    doors_text: str = ""
    company: str = ""
    seat: str = ""
    price_text: str = ""
    attention: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of the ticket itself, in the guest's language (`lang`, as in BCP 47)."""

    lang: str
    ticket: str
    when: str
    where: str
    holder: str
    tier: str
    price: str
    seat: str
    order: str
    attention: str
    terms: str


PORTUGUESE = Words(
    lang="pt-BR",
    ticket="Ingresso",
    when="Quando",
    where="Onde",
    holder="Nome",
    tier="Tipo",
    price="Valor",
    seat="Lugar",
    order="Pedido",
    attention="Atenção",
    terms="Apresente este código na entrada, no papel ou na tela. Não o publique: quem o mostrar "
    "primeiro entra. Se o ingresso for reemitido, este código deixa de valer.",
)
ENGLISH = Words(
    lang="en",
    ticket="Ticket",
    when="When",
    where="Where",
    holder="Name",
    tier="Type",
    price="Price",
    seat="Seat",
    order="Order",
    attention="Attention",
    terms="Show this code at the entrance, on paper or on a screen. Do not publish it: whoever "
    "shows it first goes in. If the ticket is issued again, this code stops working.",
)


def render(
    tickets: Sequence[TicketPaper],
    *,
    paper: Paper,
    created_at: datetime,
    title: str,
    words: Words = PORTUGUESE,
) -> bytes:
    """Return a PDF with one page for each ticket; the same input gives the same bytes.

    `title` and `created_at` become the document's properties, which programs index and show:
    give it a title without personal data.

    Raises:
        BadValue: a code is empty or does not fit a QR code.
    """
    from boxoffice.tickets import layout  # noqa: PLC0415  (loads reportlab, only to print)

    assert tickets, "there is something to print"
    laid_out = layout.a4 if paper is Paper.A4 else layout.receipt
    return layout.pdf(
        (laid_out(ticket, words) for ticket in tickets),
        created_at=created_at.astimezone(UTC),
        title=title,
        lang=words.lang,
    )
