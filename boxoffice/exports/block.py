"""A block of rows: some hundreds at once, as the database wrote them, so that Python need not look.

Each row is a text whose cells `columns.CELL` parts, or an object of JSON whose quotes are
`columns.QUOTE`.
"""

from collections.abc import Sequence

ROW = "\n"  # ends each row of `raw`


class Block:
    """Some rows. `raw` is all of them in UTF-8; a row that holds a `ROW` makes one too many."""

    __slots__ = ("_rows", "count", "longest", "raw")

    def __init__(
        self, raw: bytes, *, count: int, longest: int, rows: Sequence[str] | None = None
    ) -> None:
        """Keep `count` rows of at most `longest` characters; `rows` where they are known."""
        self.raw = raw
        self.count = count
        self.longest = longest
        self._rows = rows

    @classmethod
    def of(cls, rows: Sequence[str]) -> "Block":
        """Return the block of these rows, of which there is at least one."""
        raw = (ROW.join(rows) + ROW).encode()
        return cls(raw, count=len(rows), longest=max(map(len, rows)), rows=rows)

    @property
    def rows(self) -> Sequence[str]:
        """Each row by itself."""
        if self._rows is None:
            self._rows = self.raw.decode().split(ROW)[:-1]
        return self._rows
