"""Ticket PDFs as a guest, a scanner and a stranger with a strange name meet them."""

import re
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
import zxingcpp

from boxoffice.errors import BadValue
from boxoffice.tickets.paper import ENGLISH, PORTUGUESE, Paper, TicketPaper, render
from boxoffice.tickets.pen import MM, REGULAR

SHORT = "KUXTNQEERKXF53G64NLU"
SIGNED = "A2B3C4D5E6F7" * 11 + "KUXTNQ"
NOW = datetime(2026, 9, 1, 15, 30, tzinfo=UTC)
DPI = 200

TICKET = TicketPaper(
    event_title="Noite das Farmácias",
    starts_at_text="Sábado, 12 de setembro de 2026, 20:00",
    doors_text="Portas abrem às 19:00",
    venue="Casa das Caldeiras",
    address="Av. Francisco Matarazzo, 2000, São Paulo",
    holder_name="João d’Ávila",
    company="Laboratório Aurora Ltda.",
    tier="Lote 1 · Inteira",
    price_text="R$ 180,00",
    seat="Setor B, fila 12",
    order_code="K7QX2M",
    short_code="K7QX2M-1",
    code=SHORT,
    attention="Conferir o comprovante.",
)
TEXTS = (
    "event_title starts_at_text doors_text venue address holder_name company tier price_text seat "
    "attention"
).split()

# Drawn letter by letter, each of these comes out as it went in.
INERT = [
    "Bobby </b> Tables",
    "A & B <Ltda>",
    '<img src="http://127.0.0.1:9/x">',
    '<a href="javascript:alert(1)">oi</a>',
    "[/bold] [red]",
    "&lt;para&gt; &#0;",
    "${jndi:ldap://x} {{7*7}} %s %(x)s",
    "(paren \\) \\101 Tj ET Q",
    "=cmd|'/c calc'!A1",
    "Žluťoučký kůň Œuvre Ñandú",
    "Ελένη Пётр",
    "Joa\u0303o Conceic\u0327a\u0303o",
    "R$ € ™ ½ → ★ ✔",
]
# Each of these holds something no page can show; a � stands where it was.
STRANGE = [
    "\x1b[2J\x1b]0;pwned\x07Ana",
    "Ana\u202egnp.exe",
    "\u2066Ana\u2069",
    "Ana\x00Maria",
    "Ana\r\nMaria\tSilva",
    "Ana\u2028Maria",
    "Ana 👩\u200d🚀 Silva",
    "李小龙 Bruce",
    "שלום עולם",
    "مرحبا",
    "नमस्ते",
    "\ud800\udfff",
    "\U0010ffff\ufdd0",
    "\u200b",
]
LONG = ["A" * 500, "Maria " * 100, "W" * 5_000, "i" * 500, "\u0301" * 500, " " * 500]


def printed(*tickets: TicketPaper, paper: Paper = Paper.A4) -> bytes:
    return render(tickets, paper=paper, created_at=NOW, title="Ingressos")


def pages(pdf: bytes) -> list[Any]:
    return list(pypdfium2.PdfDocument(pdf))


def text_of(page: Any) -> str:
    """Return what a reader copies from `page`, lines joined."""
    return " ".join(page.get_textpage().get_text_range().split())


def codes_on(page: Any) -> list[str]:
    """Return the QR codes a scanner sees on `page` printed at 200 dpi."""
    image = page.render(scale=DPI / 72).to_pil()
    return [found.text for found in zxingcpp.read_barcodes(image)]


def everywhere(text: str) -> TicketPaper:
    """Return a ticket that says `text` wherever a stranger may write."""
    return replace(TICKET, **dict.fromkeys(TEXTS, text))


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize("code", [SHORT, SIGNED])
def test_a_scanner_reads_the_code_from_paper(paper: Paper, code: str) -> None:
    (page,) = pages(printed(replace(TICKET, code=code), paper=paper))

    assert codes_on(page) == [code]


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize("code", [SHORT, SIGNED])
def test_the_code_is_also_written_in_groups_of_four(paper: Paper, code: str) -> None:
    (page,) = pages(printed(replace(TICKET, code=code), paper=paper))

    assert " ".join(re.findall(".{1,4}", code)) in text_of(page)


@pytest.mark.parametrize("paper", list(Paper))
def test_a_ticket_says_all_it_was_given(paper: Paper) -> None:
    (page,) = pages(printed(TICKET, paper=paper))

    said = text_of(page)
    assert [name for name in TEXTS if getattr(TICKET, name) not in said] == []
    assert "K7QX2M-1" in said
    assert PORTUGUESE.terms in said


def test_what_is_not_known_leaves_no_empty_label() -> None:
    bare = replace(TICKET, seat="", attention="", company="", price_text="", holder_name="")
    (page,) = pages(printed(bare))

    said = text_of(page)
    assert PORTUGUESE.order in said
    for label in (PORTUGUESE.seat, PORTUGUESE.attention, PORTUGUESE.price, PORTUGUESE.holder):
        assert label not in said


def test_a_ticket_speaks_the_language_of_its_guest() -> None:
    pdf = render([TICKET], paper=Paper.A4, created_at=NOW, title="Tickets", words=ENGLISH)

    assert ENGLISH.terms in text_of(pages(pdf)[0])
    assert b"/Lang (en)" in pdf


@pytest.mark.parametrize("paper", list(Paper))
def test_each_ticket_has_a_page_with_its_own_code(paper: Paper) -> None:
    codes = [f"KUXTNQEERKXF53G64NL{letter}" for letter in "ABC"]
    tickets = [replace(TICKET, code=code, holder_name=f"Guest {code[-1]}") for code in codes]
    printed_pages = pages(printed(*tickets, paper=paper))

    assert [codes_on(page) for page in printed_pages] == [[code] for code in codes]
    assert ["Guest B" in text_of(page) for page in printed_pages] == [False, True, False]


def test_papers_have_their_sizes_in_millimetres() -> None:
    (sheet,) = pages(printed(TICKET))
    (roll,) = pages(printed(TICKET, paper=Paper.RECEIPT))

    assert [round(side / MM) for side in sheet.get_size()] == [210, 297]
    assert round(roll.get_width() / MM) == 80


def test_a_roll_is_as_long_as_its_ticket() -> None:
    little = replace(TICKET, attention="", address="", company="", doors_text="")
    (short_roll,) = pages(printed(little, paper=Paper.RECEIPT))
    (long_roll,) = pages(printed(everywhere("Maria " * 100), paper=Paper.RECEIPT))

    assert short_roll.get_height() < long_roll.get_height()


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize("name", INERT)
def test_a_name_that_looks_like_code_is_only_a_name(paper: Paper, name: str) -> None:
    (page,) = pages(printed(replace(TICKET, holder_name=name), paper=paper))

    readable = REGULAR.readable(name)
    assert "\N{REPLACEMENT CHARACTER}" not in readable
    assert readable in text_of(page)


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize("text", INERT + STRANGE + LONG)
def test_hostile_text_anywhere_never_stops_a_ticket(paper: Paper, text: str) -> None:
    (page,) = pages(printed(everywhere(text), paper=paper))

    assert codes_on(page) == [SHORT]


@pytest.mark.parametrize("text", STRANGE)
def test_what_cannot_be_printed_is_seen_to_be_missing(text: str) -> None:
    readable = REGULAR.readable(text)

    assert "\N{REPLACEMENT CHARACTER}" in readable
    assert all(REGULAR.draws(letter) for letter in readable)
    assert len(readable) == len(text)


def test_hostile_text_opens_no_socket_and_leaves_no_link(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    monkeypatch.setattr(socket, "socket", lambda *args, **_: opened.append(args))
    pdf = printed(*map(everywhere, INERT))

    assert opened == []
    for act in (b"/URI", b"/JavaScript", b"/Annot", b"/OpenAction", b"/Launch"):
        assert act not in pdf


@pytest.mark.parametrize("paper", list(Paper))
def test_the_same_tickets_give_the_same_bytes(paper: Paper) -> None:
    assert printed(TICKET, TICKET, paper=paper) == printed(TICKET, TICKET, paper=paper)


@pytest.fixture
def restless_threads() -> Iterator[None]:
    """Switch threads thousands of times more often, so that what can race does."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("restless_threads")
def test_threads_printing_at_once_give_the_bytes_they_would_give_alone() -> None:
    tickets = [everywhere(text) for text in INERT + STRANGE]
    alone = [printed(ticket) for ticket in tickets]
    with ThreadPoolExecutor(max_workers=8) as threads:
        at_once = list(threads.map(printed, tickets * 4))

    assert at_once == alone * 4


def test_a_file_tells_its_title_and_moment_and_nobody_s_name() -> None:
    brasilia = timezone(timedelta(hours=-3))
    pdf = render(
        [TICKET], paper=Paper.A4, created_at=NOW.astimezone(brasilia), title="Ingressos\x1b K7QX2M"
    )

    told = pypdfium2.PdfDocument(BytesIO(pdf)).get_metadata_dict()
    assert told["Title"] == "Ingressos\N{REPLACEMENT CHARACTER} K7QX2M"
    assert told["CreationDate"] == "D:20260901153000Z"
    assert [value for value in told.values() if "vila" in value or SHORT in value] == []


def test_the_typeface_travels_inside_the_file() -> None:
    pdf = printed(TICKET)

    assert pdf.count(b"/FontFile2") == 2
    assert b"Helvetica" not in pdf


def test_a_code_that_no_qr_code_holds_is_refused() -> None:
    with pytest.raises(BadValue):
        printed(replace(TICKET, code=""))
