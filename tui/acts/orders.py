"""What can be done with one order."""

from tui.acts.act import Act, Field, Given, flags, proof_of
from tui.words import Words

_REASON = Field("reason", Words("Motivo (sem nomes)", "Reason (name nobody)"))


def resend(code: str) -> Act:
    """Mail its tickets once more, perhaps to another address."""
    to = Field("to", Words("E-mail (vazio: o mesmo)", "E-mail (empty: the same)"))
    return Act(
        Words("Reenviar ingressos", "Resend the tickets"),
        lambda given: ["order", "resend", code, *flags(given, to="--to")],
        (to,),
    )


def transfer(ticket: str) -> Act:
    """Let somebody else in with a ticket."""

    def words(given: Given) -> list[str]:
        return [
            "order", "transfer", given["ticket"],
            *flags(given, name="--to-name", email="--to-email", document="--to-document"),
        ]  # fmt: skip

    return Act(
        Words("Transferir ingresso", "Transfer a ticket"),
        words,
        (
            Field("ticket", Words("Ingresso", "Ticket"), default=ticket),
            Field("name", Words("Novo titular", "New holder")),
            Field("email", Words("E-mail", "E-mail")),
            Field("document", Words("CPF", "CPF or CNPJ")),
        ),
        warning=Words("O código antigo deixa de valer.", "The old code stops working."),
    )


def refund(code: str) -> Act:
    """Give money back: all of it, a ticket's, or so much."""

    def words(given: Given) -> list[str]:
        asked = flags(
            given, ticket="--ticket", amount="--amount", reason="--reason", proof="--proof"
        )
        return ["order", "refund", code, *asked, "--yes"]

    return Act(
        Words("Estornar", "Refund"),
        words,
        (
            Field("ticket", Words("Só o ingresso (vazio: tudo)", "Only ticket (empty: all)")),
            Field("amount", Words("Só o valor (vazio: tudo)", "Only so much (empty: all)")),
            Field("proof", Words("Dinheiro: recibo", "Cash: receipt"), example="17"),
            _REASON,
        ),
        warning=Words("O dinheiro volta e os ingressos morrem.", "Money goes back, tickets die."),
        proof=proof_of(code),
        has_key=True,
    )


def cancel(code: str) -> Act:
    """Cancel an order. No money moves."""
    return Act(
        Words("Cancelar pedido", "Cancel the order"),
        lambda given: ["order", "cancel", code, *flags(given, reason="--reason"), "--yes"],
        (_REASON,),
        warning=Words(
            "Os ingressos morrem; nenhum dinheiro volta.", "Its tickets die; no money moves."
        ),
        proof=proof_of(code),
    )


def pay(code: str) -> Act:
    """Pay what an order owes."""
    method = Field("method", Words("Forma", "Method"), "cash", "cash external pix boleto card")
    return Act(
        Words("Receber o que falta", "Pay what is due"),
        lambda given: ["order", "pay", code, "--method", given["method"].strip()],
        (method,),
    )


def note(code: str) -> Act:
    """Write a note on an order, for the door too if so wished."""

    def words(given: Given) -> list[str]:
        at_door = ["--door"] if given["door"].strip() else []
        return ["order", "note", code, given["text"], *at_door]

    return Act(
        Words("Anotar", "Write a note"),
        words,
        (
            Field("text", Words("Nota (vazio: tira)", "Note (empty: none)")),
            Field("door", Words("Mostrar na portaria? (s)", "Show at the door? (y)")),
        ),
    )


def print_tickets(code: str) -> Act:
    """Print its tickets to a PDF."""
    return Act(
        Words("Imprimir ingressos em PDF", "Print the tickets as PDF"),
        lambda given: ["ticket", "pdf", code, "--out", given["out"].strip()],
        (Field("out", Words("Arquivo", "File"), default=f"{code}.pdf"),),
    )


def accept(code: str) -> Act:
    """Accept late money of an order under review."""
    why = Field("note", Words("Nota (sem nomes)", "Note (name nobody)"))
    return Act(
        Words("Aceitar pagamento atrasado", "Accept late money"),
        lambda given: ["payment", "resolve", code, "--accept", "--note", given["note"], "--yes"],
        (why,),
        warning=Words("Os lugares são tomados de novo.", "Its places are taken again."),
    )
