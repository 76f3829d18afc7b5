"""What is asked of an export, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from boxoffice.exports.definition import Definition
from boxoffice.exports.formats import Format
from boxoffice.exports.store import FILES, Store

HOUSE_ZONE = "America/Sao_Paulo"  # of an export that is of no one event


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """An export as somebody asked for it."""

    definition: Definition
    out: Path
    event: str | None = None
    format: Format = Format.CSV
    columns: tuple[str, ...] | None = None
    where: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None  # `--as-of`: what came later is left out
    has_documents: bool = False
    # Where it is kept what was delivered, to write only what is new or has changed since then.
    seen_folder: Path | None = None
    store: Store = FILES
    asked_out: str = ""  # as it was asked for, where `out` was named for the moment
    saved: str | None = None  # the saved export that it is
    slot_at: datetime | None = None  # of its schedule

    @property
    def goes_to(self) -> str:
        """What tells the runs of one export to one place from all others."""
        return self.asked_out or self.store.told(self.out)

    @property
    def asked(self) -> list[str]:
        """What makes two runs ask the same."""
        return [
            f"{self.definition.name}/{self.definition.version}",
            *(self.event or "", self.goes_to, self.format, str(self.has_documents)),
            *("", *(self.columns or ())),
            *("", *self.where),
        ]


@dataclass(slots=True)
class Exported:
    """What was written."""

    id: UUID
    file: str = ""  # its address
    format: Format = Format.CSV
    rows: int = 0
    size: int = 0
    sha256: str = ""
    was_there: bool = False  # its slot had been run before: nothing was written now
