"""What a file is made of, before anybody has chosen its format."""

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from boxoffice.exports.block import Block
from boxoffice.exports.columns import Column


@dataclass(frozen=True, slots=True)
class Sheet:
    """Columns, and blocks of rows as the database wrote them."""

    columns: tuple[Column, ...]
    blocks: Iterable[Block]
    zone: ZoneInfo  # of the moments that people read
    title: str = ""  # of the event, for pages that people read
