"""Ticket PDFs, a thousand to a batch: what the page costs when its QR code is known already."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from uuid import UUID

from boxoffice.tickets import layout
from boxoffice.tickets.code import TicketKey
from boxoffice.tickets.paper import Paper, TicketPaper, render
from boxoffice.tickets.qr import Matrix, matrix
from tests.bench.fill import ticket_id
from tests.bench.harness import Bench, Row, at_least, duel, whole
from tests.bench.people import guests
from tests.making import NOON, SECRET


def papers(bench: Bench) -> Iterator[Row]:
    """Compare a batch with the same batch whose QR matrices were computed before."""
    count = bench.pick(200, 1_000)
    key = TicketKey(SECRET)
    for scheme, code_of in (("short", key.short), ("signed", key.signed)):
        tickets = _tickets(count, code_of)
        known = {ticket.code: matrix(ticket.code) for ticket in tickets}
        for paper in Paper:
            met = duel(
                partial(whole, count, partial(_render_with, known, tickets, paper)),
                partial(whole, count, partial(_render, tickets, paper)),
                rounds=bench.pick(3, 3),
            )
            yield met.rates(f"ticket PDFs, {paper}, {scheme} codes, {count:,}", at_least(0.4))


def _tickets(count: int, code_of: Callable[[UUID, int], str]) -> list[TicketPaper]:
    return [
        TicketPaper(
            event_title="Noite das Farmácias",
            starts_at_text="23/11/2026 20:00",
            doors_text="23/11/2026 19:00",
            venue="Casa das Rosas",
            address="Avenida Paulista, 37, São Paulo",
            holder_name=guest.name,
            company="Laboratório Aurora",
            tier="Lote 1",
            price_text="R$ 100,00",
            order_code="K7QX2M",
            short_code=f"K7QX2M-{index}",
            code=code_of(ticket_id(index), 0),
        )
        for index, guest in enumerate(guests(count, seed=1))
    ]


def _render(tickets: Sequence[TicketPaper], paper: Paper) -> None:
    render(tickets, paper=paper, created_at=NOON, title="Noite das Farmácias")


def _render_with(known: dict[str, Matrix], tickets: Sequence[TicketPaper], paper: Paper) -> None:
    with _matrices(known.__getitem__):
        _render(tickets, paper)


@contextmanager
def _matrices(find: Callable[[str], Matrix]) -> Iterator[None]:
    """Let pages look their QR code up instead of computing it."""
    computed = vars(layout)["matrix"]
    vars(layout)["matrix"] = find
    try:
        yield
    finally:
        vars(layout)["matrix"] = computed
