"""Boletos as the bank federation defines them: a 44-digit bar code, and the 47-digit line."""

from datetime import date
from decimal import Decimal

_BANK = "461"
_REAL = "9"
_DAY_ZERO = date(1997, 10, 7)
_FACTOR_MAX = 9999
_FACTOR_ROUND = 9000  # since 2025-02-22 the factor runs from 1000 to 9999 again and again


def bar_code(due_on: date, amount: Decimal, our_number: int) -> str:
    """Return the 44 digits of the bar code. `our_number` tells this boleto from all others."""
    value = f"{amount:.2f}".replace(".", "").zfill(10)
    head, tail = _BANK + _REAL, f"{due_factor(due_on):04}{value}{our_number:025}"
    return head + mod11(head + tail) + tail


def typed_line(code: str) -> str:
    """Return the 47 digits that people type, from the 44 of the bar code."""
    free = code[19:44]
    first, second, third = code[0:4] + free[0:5], free[5:15], free[15:25]
    return (
        first + mod10(first) + second + mod10(second) + third + mod10(third) + code[4] + code[5:19]
    )


def due_factor(due_on: date) -> int:
    """Return the four-digit count of days that stands for a due date."""
    days = (due_on - _DAY_ZERO).days
    return days if days <= _FACTOR_MAX else 1000 + (days - _FACTOR_MAX - 1) % _FACTOR_ROUND


def mod10(digits: str) -> str:
    """Return the check digit of one field of the line."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        product = int(digit) * (1 if place % 2 else 2)
        total += product // 10 + product % 10
    return str(-total % 10)


def mod11(digits: str) -> str:
    """Return the check digit of the whole bar code: never zero."""
    total = sum(int(digit) * (2 + place % 8) for place, digit in enumerate(reversed(digits)))
    check = 11 - total % 11
    return str(check) if check <= 9 else "1"  # noqa: PLR2004  (one digit)
