"""What the desk says of each verdict: what is so, and what the operator does next."""

from datetime import datetime, tzinfo
from types import MappingProxyType

from boxoffice.door.rules import Verdict
from boxoffice.door.words import Admission
from tui.text import safe
from tui.words import Language, Words

_LEAD = Words("chame o chefe da portaria: ctrl+u", "call the door lead: ctrl+u")
_COUNTER = Words("mande ao balcão", "send the guest to the counter")
_OK = Words("ctrl+o ou ler de novo: conferi", "ctrl+o or scan again: seen")
_NONE = Words("", "")

_SAYINGS: MappingProxyType[Verdict, tuple[Words, Words]] = MappingProxyType(
    {
        Verdict.OK: (Words("boas-vindas", "welcome"), _NONE),
        Verdict.OK_REENTRY: (Words("de volta", "welcome back"), _NONE),
        Verdict.OK_EXIT: (Words("saída registrada", "gone out"), _NONE),
        Verdict.OK_UNSYNCED: (
            Words("conferido na cópia local", "checked on the local copy"),
            _NONE,
        ),
        Verdict.OK_SIGNATURE_ONLY: (
            Words("mais novo que a cópia, assinado por nós", "newer than the copy, signed by us"),
            _NONE,
        ),
        Verdict.OK_OVERRIDE: (
            Words("liberado pelo chefe da portaria", "let in by the door lead"),
            _NONE,
        ),
        Verdict.OK_REPLAY: (Words("leitura já registrada", "this scan is known already"), _NONE),
        Verdict.NEEDS_DOCUMENT: (
            Words("MEIA-ENTRADA: peça o documento", "HALF PRICE: ask for the proof"),
            _OK,
        ),
        Verdict.NEEDS_CONFIRMATION: (Words("leia o aviso", "read the note"), _OK),
        Verdict.MUST_PAY: (
            Words("ainda não pagou", "not paid yet"),
            Words("ctrl+o recebe no caixa e admite", "ctrl+o takes the money and lets in"),
        ),
        Verdict.CHOOSE_TICKET: (
            Words("pedido com vários ingressos", "an order with several tickets"),
            Words("leia um deles, ou ctrl+g: o grupo entra", "scan one, or ctrl+g: all of them"),
        ),
        Verdict.ALREADY_IN: (Words("JÁ ENTROU", "already in"), _LEAD),
        Verdict.ALREADY_TODAY: (Words("JÁ ENTROU HOJE", "already in today"), _LEAD),
        Verdict.NOT_INSIDE: (
            Words("não está dentro", "is not inside"),
            Words("ctrl+e muda para ENTRADA", "ctrl+e changes to entry"),
        ),
        Verdict.UNREADABLE: (
            Words("isto não é um ingresso", "this is not a ticket code"),
            Words("leia de novo, ou ctrl+f busca pelo nome", "scan again, or ctrl+f to search"),
        ),
        Verdict.UNKNOWN: (
            Words("ingresso desconhecido", "no such ticket"),
            Words("ctrl+f busca pelo nome", "ctrl+f searches by name"),
        ),
        Verdict.BAD_SIGNATURE: (
            Words("assinatura falsa", "the signature is not ours: a forgery"),
            Words("retenha o ingresso, chame o chefe", "keep the ticket, call the door lead"),
        ),
        Verdict.WRONG_EVENT: (
            Words("ingresso de outro evento", "a ticket for another event"),
            Words("confira a data no ingresso", "check the date on the ticket"),
        ),
        Verdict.NOT_ON_LIST: (
            Words("esta porta não recebe este tipo", "this door does not admit this tier"),
            Words("mande à porta certa", "send the guest to the right door"),
        ),
        Verdict.UNPAID: (Words("pedido não pago", "the order is not paid"), _COUNTER),
        Verdict.CANCELLED: (Words("ingresso cancelado", "the ticket was cancelled"), _COUNTER),
        Verdict.EXPIRED_ORDER: (
            Words("pedido venceu sem pagamento", "the order expired unpaid"),
            _COUNTER,
        ),
        Verdict.REFUNDED: (Words("dinheiro devolvido", "the money went back"), _COUNTER),
        Verdict.CHARGED_BACK: (
            Words("o banco tomou o dinheiro de volta", "the bank took the money back"),
            _LEAD,
        ),
        Verdict.REVOKED: (
            Words("trocado por um ingresso mais novo", "replaced by a newer ticket"),
            Words("peça o e-mail mais recente", "ask for the newest mail"),
        ),
        Verdict.BLOCKED: (Words("ingresso bloqueado", "the ticket is blocked"), _LEAD),
        Verdict.TOO_EARLY: (
            Words("esta porta ainda não abriu", "this door is not open yet"),
            Words("peça que espere", "ask the guest to wait"),
        ),
        Verdict.TOO_LATE: (Words("esta porta já fechou", "this door has closed"), _LEAD),
        Verdict.LIST_CLOSED: (
            Words("o evento foi cancelado", "the event is cancelled"),
            _COUNTER,
        ),
        Verdict.AREA_FULL: (
            Words("lotado", "full inside"),
            Words("espere alguém sair", "let a guest out first"),
        ),
        Verdict.STALE_SNAPSHOT: (
            Words("a cópia local é velha demais", "the local copy is too old"),
            Words("traga outra: boxoffice desk pull", "bring another: boxoffice desk pull"),
        ),
        Verdict.UNAVAILABLE: (
            Words("não deu para saber", "we could not tell"),
            Words("leia de novo", "scan again"),
        ),
    }
)


def what_is_so(admission: Admission, language: Language, zone: tzinfo) -> str:
    """Say what is so, with the first entry of who came twice. The text is inert."""
    said = _SAYINGS[admission.verdict][0].say(language)
    first = admission.first
    if first is not None:
        told = Words(
            "{said} às {clock}{gate} · {by} · há {ago}", "{said} {clock}{gate} · {by} · {ago} ago"
        )
        said = told.say(
            language,
            said=said,
            clock=first.at.astimezone(zone).strftime("%H:%M:%S"),
            gate=f" · {Words('portão', 'gate').say(language)} {safe(first.gate)}"
            if first.gate
            else "",
            by=safe(first.by),
            ago=lasted(first.at, admission.scanned_at),
        )
    ticket = admission.ticket
    if ticket is not None and ticket.attention:
        said = f"{said}: {safe(ticket.attention)}"
    return said


def what_next(verdict: Verdict, language: Language) -> str:
    """Say what the operator does next; nothing when the guest just goes in."""
    return _SAYINGS[verdict][1].say(language)


def lasted(then: datetime, now: datetime) -> str:
    """Write how long ago `then` was: `12 s`, `46 min`, `3 h`, `2 d`."""
    seconds = max(0, int((now - then).total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
