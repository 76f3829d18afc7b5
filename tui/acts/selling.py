"""Sell at the counter, and the till."""

from collections.abc import Mapping

from tui.acts.act import Act, Field, Given, flags
from tui.words import Words

_BUYER = (
    Field("name", Words("Comprador", "Buyer")),
    Field("email", Words("E-mail", "E-mail")),
    Field("document", Words("CPF", "CPF or CNPJ")),
)
_PROMO = Field("promo", Words("Código promocional", "Promo code"))


def sell(event: str, cart: Mapping[str, int], method: str) -> Act:
    """Sell what is in the cart, paid here and now: by cash, elsewhere, or as a courtesy."""

    def words(given: Given) -> list[str]:
        lines = [word for line in _lines(cart) for word in line]
        by = [] if method == "cash" else ["--method", method]
        return ["order", "sell", "-e", event, *lines, *by, *_asked(given)]

    cash = (Field("given", Words("Dinheiro recebido", "Cash given")),) if method == "cash" else ()
    return Act(
        Words("Vender", "Sell"),
        words,
        (*cash, *_BUYER[:2], _PROMO),
        unshown=("--json",),
        has_key=True,
    )


def split(event: str, cart: Mapping[str, int]) -> Act:
    """Sell what is in the cart, paid in parts: some here and now, what is left in another way."""

    def words(given: Given) -> list[str]:
        lines = [word for line in _lines(cart) for word in line]
        parts = [
            word
            for method in ("cash", "external")
            if given[method].strip()
            for word in ("--method", f"{method}={given[method].strip()}")
        ]
        return ["order", "sell", "-e", event, *lines, *parts, *flags(given, rest="--method"),
                *_asked(given)]  # fmt: skip

    return Act(
        Words("Vender, pago em partes", "Sell, paid in parts"),
        words,
        (
            Field("cash", Words("Em dinheiro", "In cash"), example="50"),
            Field("given", Words("Dinheiro recebido", "Cash given")),
            Field("external", Words("Na maquininha", "Elsewhere")),
            Field("rest", Words("O resto por", "The rest by"), "pix", "pix boleto card external"),
            *_BUYER,
            _PROMO,
        ),
        unshown=("--json",),
        has_key=True,
    )


def charge(event: str, cart: Mapping[str, int], method: str) -> Act:
    """Hold what is in the cart, and ask for its money by PIX, boleto or card."""

    def words(given: Given) -> list[str]:
        lines = [word for line in _lines(cart) for word in line]
        return ["order", "place", "-e", event, *lines, "--method", method, *_asked(given)]

    titles = {
        "pix": Words("Vender por PIX", "Sell by PIX"),
        "boleto": Words("Vender por boleto", "Sell by boleto"),
        "card": Words("Vender por cartão (link)", "Sell by card (link)"),
    }
    return Act(titles[method], words, (*_BUYER, _PROMO), unshown=("--json",), has_key=True)


def open_till() -> Act:
    """Open the till with the change in its drawer."""
    return Act(
        Words("Abrir caixa", "Open the till"),
        lambda given: ["till", "open", *flags(given, float="--float")],
        (Field("float", Words("Troco inicial", "Float"), example="200"),),
    )


def drop() -> Act:
    """Take cash to the safe."""
    return Act(
        Words("Sangria", "Take cash to the safe"),
        lambda given: ["till", "drop", given["amount"].strip(), *flags(given, note="--note")],
        (
            Field("amount", Words("Valor retirado", "Amount taken"), example="500", is_needed=True),
            Field("note", Words("Nota", "Note")),
        ),
    )


def close_till() -> Act:
    """Count the drawer, and close it for good."""
    return Act(
        Words("Fechar caixa", "Close the till"),
        lambda given: [
            "till", "close", "--counted", given["counted"].strip(), *flags(given, note="--note"),
        ],
        (
            Field("counted", Words("Contado, com o troco", "Counted, with the float"),
                  is_needed=True),
            Field("note", Words("Nota", "Note")),
        ),
        warning=Words("O caixa fecha de vez.", "The till closes for good."),
    )  # fmt: skip


def print_till(code: str) -> Act:
    """Print the report of a shift."""
    return Act(
        Words("Imprimir o fechamento", "Print the report"),
        lambda given: ["till", "report", code, "--pdf", given["out"].strip()],
        (Field("out", Words("Arquivo", "File"), default=f"till-{code}.pdf"),),
    )


def _lines(cart: Mapping[str, int]) -> list[tuple[str, ...]]:
    return [("-t", tier, "--quantity", str(count)) for tier, count in cart.items() if count]


def _asked(given: Given) -> list[str]:
    return flags(
        given, given="--given", name="--buyer-name", email="--buyer-email",
        document="--buyer-document", promo="--promo",
    )  # fmt: skip
