"""Reading the values of a table that a stranger wrote, and naming the one that is wrong."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from boxoffice.errors import BadValue
from boxoffice.money import MINOR_MAX, Money, parse_money, parse_percent
from boxoffice.text import clean_in
from boxoffice.times import parse_moment

QUOTA_MAX = 1_000_000

Word = TypeVar("Word", bound=StrEnum)


class Reader:
    """Reads the values of one table, and names the table in what it refuses."""

    def __init__(
        self,
        table: Mapping[str, Any],
        where: str,
        keys: frozenset[str],
        now: datetime,
        zone: ZoneInfo | None = None,
    ) -> None:
        """Take a table whose only allowed names are `keys`."""
        only(table, keys, where)
        self.table, self.where, self.now = table, where, now
        self.zone = zone or ZoneInfo("UTC")

    def text(self, key: str, *, default: str | None = None) -> str:
        """Read one line of text."""
        value = self.table.get(key, default)
        if value is None:
            raise BadValue(f"{self.where}.{key}", "is missing.")
        if not isinstance(value, str):
            raise BadValue(f"{self.where}.{key}", "must be text.", hint=f'write {key} = "…"')
        return clean_in(value, name=f"{self.where}.{key}", empty=default == "")

    def whole(self, key: str, *, lowest: int, default: int | None = None) -> int:
        """Read a whole number from `lowest` to a million."""
        value = self.table.get(key, default)
        if value is None:
            raise BadValue(f"{self.where}.{key}", "is missing.")
        if not isinstance(value, int) or isinstance(value, bool):
            raise BadValue(f"{self.where}.{key}", "must be a whole number.")
        if not lowest <= value <= QUOTA_MAX:
            raise BadValue(
                f"{self.where}.{key}", f"is {value}; it goes from {lowest} to {QUOTA_MAX}."
            )
        return value

    def flag(self, key: str) -> bool:
        """Read true or false; false when it is not there."""
        value = self.table.get(key, False)
        if not isinstance(value, bool):
            raise BadValue(f"{self.where}.{key}", "must be true or false.")
        return value

    def money(self, key: str, *, default: str | None = None) -> Money:
        """Read an amount, as text or as a number."""
        value = self.table.get(key, default)
        if value is None:
            raise BadValue(f"{self.where}.{key}", "is missing.")
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise BadValue(f"{self.where}.{key}", "is not money.", hint='write "150.00"')
        is_number = isinstance(value, int | Decimal) and Decimal(value).is_finite()
        if is_number and abs(Decimal(value)) > MINOR_MAX:
            raise BadValue(f"{self.where}.{key}", "is more than Boxoffice can hold.")
        return parse_money(str(value), name=f"{self.where}.{key}")

    def percent(self, key: str) -> int:
        """Read a percentage as basis points; none is zero."""
        return parse_percent(str(self.table.get(key, "0")), name=f"{self.where}.{key}")

    def moment(self, key: str) -> datetime | None:
        """Read a moment, in the event's zone unless it says another."""
        value = self.table.get(key)
        if value is None:
            return None
        if isinstance(value, datetime | date):
            value = value.isoformat()
        if not isinstance(value, str):
            raise BadValue(f"{self.where}.{key}", "is not a date and time.")
        return parse_moment(value, name=f"{self.where}.{key}", zone=self.zone, now=self.now)

    def needed_moment(self, key: str) -> datetime:
        """Read a moment that must be there."""
        found = self.moment(key)
        if found is None:
            raise BadValue(f"{self.where}.{key}", "is missing.")
        return found

    def word(self, key: str, words: type[Word], default: Word) -> Word:
        """Read one word of a fixed list."""
        value = self.table.get(key, default.value)
        if not isinstance(value, str) or value not in {word.value for word in words}:
            raise BadValue(
                f"{self.where}.{key}",
                f"{str(value)[:40]!r} is not known.",
                hint="write one of: " + ", ".join(words),
            )
        return words(value)


def only(table: Mapping[str, Any], keys: frozenset[str], where: str) -> None:
    """Refuse a table with a name that is not one of `keys`."""
    for key in table:
        if key not in keys:
            raise BadValue(
                f"{where}.{key}"[:80],
                "is not known here.",
                hint="known: " + ", ".join(sorted(keys)),
            )


def table_of(found: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return the table `[key]`, which must be there."""
    value = found.get(key)
    if not isinstance(value, dict):
        raise BadValue(key, "is missing.", hint=f"begin it with [{key}]")
    return value


def tables_of(found: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """Return the tables `[[key]]`, of which there may be none."""
    value = found.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise BadValue(key, "must be a list of tables.", hint=f"begin each with [[{key}]]")
    return value
