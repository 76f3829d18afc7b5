"""Words of states, ways to pay and mails, for people. The command line keeps the English ones."""

from boxoffice.orders.models import OrderState
from tui.words import Language, Words

GOOD, BAD, WAITS = "$success", "$error", "$warning"  # never without a sign or a word

ORDER_MARKS = {
    OrderState.PLACED: ("▲", WAITS),
    OrderState.EXPIRING: ("▲", WAITS),
    OrderState.PAID: ("✔", GOOD),
    OrderState.NEEDS_REVIEW: ("▲", BAD),
    OrderState.DISPUTED: ("▲", BAD),
    OrderState.CHARGED_BACK: ("✖", BAD),
}
_STATES = {
    "placed": Words("aguarda", "waits"),
    "expiring": Words("vencendo", "expiring"),
    "expired": Words("venceu", "expired"),
    "cancelled": Words("cancelado", "cancelled"),
    "paid": Words("pago", "paid"),
    "partly_refunded": Words("parte estornada", "partly refunded"),
    "refunded": Words("estornado", "refunded"),
    "disputed": Words("em disputa", "disputed"),
    "charged_back": Words("contestado", "charged back"),
    "needs_review": Words("decidir", "decide"),
    "draft": Words("rascunho", "draft"),
    "on_sale": Words("à venda", "on sale"),
    "paused": Words("pausado", "paused"),
    "ended": Words("encerrado", "ended"),
    "held": Words("reservado", "held"),
    "valid": Words("válido", "valid"),
    "void": Words("morto", "void"),
    "blocked": Words("bloqueado", "blocked"),
    "opening": Words("abrindo", "opening"),
    "waiting": Words("aguarda", "waiting"),
    "settled": Words("no saldo", "settled"),
    "closed": Words("fechado", "closed"),
    "failed": Words("falhou", "failed"),
    "sent": Words("enviado", "sent"),
    "running": Words("rodando", "running"),
    "done": Words("feito", "done"),
    "dead": Words("desistiu", "gave up"),
    "sold_out": Words("esgotado", "sold out"),
    "waits": Words("vem depois", "comes later"),
    "not_yet": Words("ainda não", "not yet"),
    "open": Words("aberto", "open"),
    "revoked": Words("revogado", "revoked"),
    "active": Words("ativo", "active"),
    "disabled": Words("desativado", "disabled"),
    "delivered": Words("entregue", "delivered"),
    "bounced": Words("voltou", "bounced"),
    "cash": Words("dinheiro", "cash"),
    "card": Words("cartão", "card"),
    "external": Words("maquininha", "elsewhere"),
    "courtesy": Words("cortesia", "courtesy"),
    "tickets": Words("ingressos", "tickets"),
    "tickets_again": Words("ingressos, de novo", "tickets again"),
    "courtesy_tickets": Words("cortesias", "courtesy tickets"),
    "payment_request": Words("cobrança", "payment request"),
    "refund_done": Words("aviso de estorno", "refund done"),
}


def state_text(state: str, language: Language) -> str:
    """Return a state in words; one that has none yet, as it is."""
    known = _STATES.get(str(state))
    return str(state).replace("_", " ") if known is None else known.say(language)
