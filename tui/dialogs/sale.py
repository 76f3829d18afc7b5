"""A sale to who comes without a ticket: tiers, how many, how it is paid."""

from collections.abc import Sequence

from textual.content import Content

from boxoffice.door.offers import Offer
from boxoffice.money import Money
from boxoffice.payments.provider import Method
from tui.counter import Wish
from tui.dialogs.over import Over, marked
from tui.text import fit, safe, said
from tui.words import Language, Words

QUANTITY_MAX = 20  # of one tier, to one guest
METHODS = (Method.CASH, Method.EXTERNAL)
METHOD_WORDS = {
    Method.CASH: Words("dinheiro", "cash"),
    Method.EXTERNAL: Words("maquininha (cartão ou Pix)", "card machine"),
}
_TITLE = Words("VENDER NA PORTA", "SELL AT THE DOOR")
_NONE = Words("nada à venda aqui agora", "nothing is on sale here now")
_LEFT = Words("restam {count}", "{count} left")
_NAME = Words("Nome (opcional) ▏{text}_", "Name (if given) ▏{text}_")
_PAID = Words("Pagamento: ◂ {method} ▸", "Paid by: ◂ {method} ▸")
_TOTAL = Words("Total {total}, mais taxa se houver", "Total {total}, plus the fee if any")
_KEYS = Words(
    "↑↓ linha   ←→ quantidade   ctrl+o recebe e admite   Esc volta",
    "↑↓ line   ←→ how many   ctrl+o take and let in   Esc back",
)


class Sale(Over[Wish]):
    """Lines for the tiers, and one for the payment. What is typed is the guest's name."""

    def __init__(self, language: Language, offers: Sequence[Offer]) -> None:
        super().__init__(language)
        self._offers = offers
        self._counts = [0] * len(offers)
        if offers:
            self._counts[0] = 1
        self._method = 0

    def count(self) -> int:
        """The tiers and the payment."""
        return len(self._offers) + 1

    def turn(self, step: int) -> None:
        """Sell more or fewer of the marked tier, or be paid in another way."""
        if self.at == len(self._offers):
            self._method = (self._method + step) % len(METHODS)
        else:
            most = min(QUANTITY_MAX, self._offers[self.at].left_count)
            self._counts[self.at] = min(most, max(0, self._counts[self.at] + step))
        self.paint()

    def lines(self) -> list[Content]:
        """Return the form."""
        told = [Content.styled(self.say(_TITLE), "bold"), Content("")]
        if not self._offers:
            return [*told, Content(self.say(_NONE))]
        for at, (offer, count) in enumerate(zip(self._offers, self._counts, strict=True)):
            left = self.say(_LEFT, count=offer.left_count)
            row = f"{fit(safe(offer.tier), 20)} ◂ {count:>2} ▸ {offer.price!s:>12}  {left}"
            told.append(marked(row, is_marked=at == self.at))
        paid = self.say(_PAID, method=METHOD_WORDS[METHODS[self._method]].say(self.language))
        told += [
            marked(paid, is_marked=self.at == len(self._offers)),
            Content(""),
            said(self.say(_NAME, text=safe(self.text))),
            Content.styled(self.say(_TOTAL, total=self._total()), "bold"),
        ]
        return [*told, Content(""), Content.styled(self.say(_KEYS), "dim")]

    def act(self) -> None:
        """Sell, when anything is wanted."""
        pairs = zip(self._offers, self._counts, strict=True)
        wanted = tuple((offer.tier, count) for offer, count in pairs if count)
        if wanted:
            self.dismiss(Wish(wanted, self.text.strip(), METHODS[self._method]))

    def _total(self) -> Money:
        total = Money(0, self._offers[0].price.currency)
        for offer, count in zip(self._offers, self._counts, strict=True):
            total += offer.price * count
        return total
