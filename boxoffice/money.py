"""Money: whole minor units and a currency. No float ever holds an amount."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from boxoffice.errors import BadValue

MINOR_MAX = 10**12  # ten billion reais: beyond any till, inside 64 bits after any sum
_BASIS_POINTS = 10_000
_PLAIN = re.compile(r"\d+(\.\d{1,2})?")
_BRAZILIAN = re.compile(r"(\d{1,3}(\.\d{3})+|\d+)(,\d{1,2})?")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency, in minor units (centavos)."""

    minor: int
    currency: str = "BRL"

    def __add__(self, other: "Money") -> "Money":
        """Add two amounts of one currency."""
        assert self.currency == other.currency, "amounts of two currencies do not add"
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """Take one amount from another of the same currency."""
        assert self.currency == other.currency, "amounts of two currencies do not subtract"
        return Money(self.minor - other.minor, self.currency)

    def __mul__(self, count: int) -> "Money":
        """Multiply by a whole number."""
        return Money(self.minor * count, self.currency)

    def share(self, basis_points: int) -> "Money":
        """Return `basis_points` (1/100 of a percent) of this amount, halves rounded up."""
        exact = Decimal(self.minor) * basis_points / _BASIS_POINTS
        return Money(int(exact.quantize(Decimal(1), ROUND_HALF_UP)), self.currency)

    def split(self, parts: int) -> list["Money"]:
        """Share out over `parts`; no cent is lost, and the first parts carry the remainder."""
        assert parts > 0, "money is shared out over at least one part"
        each, rest = divmod(self.minor, parts)
        return [Money(each + (part < rest), self.currency) for part in range(parts)]

    @property
    def decimal(self) -> Decimal:
        """The amount in major units with two places, as gateways and spreadsheets write it."""
        return Decimal(self.minor).scaleb(-2).quantize(Decimal("0.01"))

    def __str__(self) -> str:
        """Write the amount as a Brazilian reader expects: `R$ 1.234,56`."""
        return _written(self)


@lru_cache(maxsize=4096)  # a page of orders has few prices, and is drawn anew at each key
def _written(money: Money) -> str:
    from babel.numbers import format_currency  # noqa: PLC0415  (30 ms, only to show money)

    return format_currency(money.decimal, money.currency, locale="pt_BR").replace("\xa0", " ")


def parse_money(text: str, *, name: str = "amount", currency: str = "BRL") -> Money:
    """Read `100`, `100.00`, `100,00` or `R$ 1.234,56`.

    `1.234` is refused: it is a thousand to a Brazilian and one and a bit to a machine.

    Raises:
        BadValue: it is not money, is negative, or is beyond ten billion.
    """
    bare = text.strip().removeprefix("R$").strip()
    if _PLAIN.fullmatch(bare):
        number = Decimal(bare)
    elif _BRAZILIAN.fullmatch(bare) and ("," in bare or bare.count(".") > 1):
        number = Decimal(bare.replace(".", "").replace(",", "."))
    else:
        shown = text.strip()[:40]
        raise BadValue(name, f"{shown!r} is not money.", hint="write it as 100, 100.00 or 100,00")
    minor = int(number.scaleb(2))
    if minor > MINOR_MAX:
        raise BadValue(name, "is more than Boxoffice can hold.", hint="the limit is R$ 10 billion")
    return Money(minor, currency)


def parse_percent(text: str, *, name: str = "percent") -> int:
    """Read a percentage such as `10` or `7,5` and return basis points (750).

    Raises:
        BadValue: it is not a number from 0 to 100 with at most two places.
    """
    bare = text.strip().removesuffix("%").strip().replace(",", ".")
    if not _PLAIN.fullmatch(bare) or Decimal(bare) > 100:  # noqa: PLR2004  (a whole is 100 %)
        raise BadValue(name, f"{text.strip()[:40]!r} is not a percentage.", hint="write 0 to 100")
    return int(Decimal(bare).scaleb(2))
