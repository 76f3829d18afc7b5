"""What an export is: its columns, where their rows come from, and in which order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from boxoffice.errors import BadValue
from boxoffice.exports.columns import Column, Kind


@dataclass(frozen=True, slots=True)
class Definition:
    """One export. Names of columns are for ever; what they mean changes with `version`."""

    name: str
    version: int  # counts changes of its columns
    about: str  # what its rows are, in one line
    columns: tuple[Column, ...]
    rows: Callable[[Any], Any]  # given a SELECT of something, adds the tables and what is left out
    order: tuple[Any, ...]  # a total order: the same world gives the same bytes
    event_id: Any | None  # the column that says whose a row is; none: it is nobody's alone
    moment: str  # the column that `--since TIME` and `--as-of` look at
    # A column of words that rows are sorted by, accents and case apart, as no database does it
    # alike: all rows are in memory for it. What is sorted by name may be printed.
    sorted_by: str = ""

    def chosen(self, names: Sequence[str] | None) -> tuple[Column, ...]:
        """Return the columns of these names, in their order; all of them when none are named.

        Raises:
            BadValue: there is no such column, or it is named twice.
        """
        if names is None:
            return self.columns
        if len(set(names)) < len(names) or not names:
            raise BadValue("--columns", "names a column twice, or none.")
        return tuple(self.column(name, option="--columns") for name in names)

    def column(self, name: str, *, option: str) -> Column:
        """Return the column of this name, which `option` asked for.

        Raises:
            BadValue: there is no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        hint = "there are: " + ", ".join(column.name for column in self.columns)
        raise BadValue(option, f"{name[:40]!r} is no column of {self.name}.", hint=hint)


def person(name: str, source: Any) -> Column:
    """Return a column of words that tell who somebody is."""
    return Column(name, Kind.TEXT, source, is_personal=True)


def document(name: str, source: Any) -> Column:
    """Return a column of CPF, CNPJ or passport numbers."""
    return Column(name, Kind.DOCUMENT, source, is_personal=True)


def words(name: str, source: Any) -> Column:
    """Return a column of anybody's words."""
    return Column(name, Kind.TEXT, source)


def wild(name: str, source: Any) -> Column:
    """Return a column of words that came in without being looked at."""
    return Column(name, Kind.WILD, source)


def word(name: str, source: Any) -> Column:
    """Return a column of words and codes of ours."""
    return Column(name, Kind.WORD, source)


def row_id(name: str, source: Any) -> Column:
    """Return a column of ids of rows."""
    return Column(name, Kind.ID, source)


def number(name: str, source: Any) -> Column:
    """Return a column of whole numbers."""
    return Column(name, Kind.NUMBER, source)


def money(name: str, source: Any) -> Column:
    """Return a column of amounts in minor units."""
    return Column(name, Kind.MONEY, source)


def moment(name: str, source: Any) -> Column:
    """Return a column of moments."""
    return Column(name, Kind.MOMENT, source)
