"""What a file is made of, before anybody has chosen its format."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from boxoffice.exports.columns import Column


@dataclass(frozen=True, slots=True)
class Sheet:
    """Columns, and blocks of rows as the database wrote them: cells parted by `columns.CELL`."""

    columns: tuple[Column, ...]
    blocks: Iterable[Sequence[str]]
    zone: ZoneInfo  # of the moments that people read
    title: str = ""  # of the event, for pages that people read
