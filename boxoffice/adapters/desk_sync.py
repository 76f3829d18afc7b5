"""Send what a desk judged alone, and bring it a fresh snapshot."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from boxoffice.adapters.desk_line import DeskLine, parts_of
from boxoffice.door.folder import DeskFolder
from boxoffice.door.journal import Journal
from boxoffice.door.known import Snapshot


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of sending the journal."""

    accepted: int
    known: int
    conflicts: int
    broken: int  # lines of the journal that were torn or altered


def send_journal(
    folder: DeskFolder, line: DeskLine, journal: Journal, now: Callable[[], datetime]
) -> Sent:
    """Upload all that the server is not known to have. Cut off, it is repeated from there.

    Raises:
        Forbidden: the desk was revoked or has expired.
        LineSilent: the line is down; what was sent before stays sent.
    """
    journal.refresh()
    sent = folder.sent()
    waiting = [fact for fact in journal.facts if fact.sequence > sent]
    accepted = known = conflicts = 0
    for part in parts_of(waiting):
        told = line.upload(part, now=now())
        folder.mark_sent(part[-1].sequence)
        accepted += told.accepted
        known += told.known
        conflicts = told.conflicts
    return Sent(accepted, known, conflicts, journal.broken_count)


def pull(folder: DeskFolder, line: DeskLine, now: Callable[[], datetime]) -> tuple[Sent, Snapshot]:
    """Send the journal, then bring a snapshot that knows of it.

    Raises:
        Forbidden: the desk was revoked or has expired.
        LineSilent: the line is down.
        BadFile: what came is not signed by our box office; the snapshot before stays.
    """
    sent = send_journal(folder, line, folder.journal, now)
    return sent, folder.keep_snapshot(line.snapshot())
