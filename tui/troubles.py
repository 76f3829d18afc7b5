"""Refusals at the desk in Portuguese. Errors are English; whoever stands at the door may not be."""

from types import MappingProxyType

from boxoffice.errors import BoxOfficeError
from tui.text import safe
from tui.words import Language

_IN_PORTUGUESE = MappingProxyType(
    {
        "admission.not_found": "nenhuma entrada desta portaria para desfazer",
        "approval.wrong": "nome ou PIN errado; cada um define o seu: boxoffice staff pin",
        "database.busy": "o banco de dados está ocupado: tente de novo",
        "database.unavailable": "o banco de dados não responde: leia de novo",
        "desk.list": "esta portaria foi inscrita para uma lista só",
        "desk.no_codes": "sem o código aqui: reimprima no balcão",
        "desk.takes_no_money": "este pedido se paga no balcão: mande para lá e leia de novo",
        "desk.unknown": "a central não conhece mais esta portaria: inscreva-a de novo",
        "event.sold_out": "a casa está lotada",
        "event.not_on_sale": "o evento não está à venda agora",
        "forbidden": "essa pessoa não tem permissão para isso",
        "listener.unavailable": "isto precisa da central, e não há linha: tente quando voltar",
        "login.too_many": "tentativas demais: espere um pouco",
        "order.not_found": "este evento não tem esse pedido",
        "state.refused": "outra portaria já desfez essa entrada",
        "tier.not_on_sale": "este lote não está à venda agora",
        "tier.sold_out": "este lote esgotou",
        "till.closed": "essa pessoa não tem caixa aberto: boxoffice till open",
        "unlock.wrong": "não é o PIN nem a senha de quem travou",
    }
)


def trouble_in(error: BoxOfficeError, language: Language) -> str:
    """Say what is so and what is next, on one line."""
    known = _IN_PORTUGUESE.get(error.case) if language is Language.PT else None
    return safe(known or f"{error.message} {error.hint}".strip(), length_max=400)
