"""Files that hold a person: exports that were written here, and mails in our own folder."""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from sqlmodel import col, select

from boxoffice.db import ReadSession
from boxoffice.exports.models import ExportRun
from boxoffice.exports.store import manifest_beside
from boxoffice.orders.models import Order
from boxoffice.outbox.messages import Message
from boxoffice.privacy.find import Found
from boxoffice.privacy.who import Marks
from boxoffice.tickets.models import Ticket

_BOOK, _CLOSED, _PAPER = "xlsx", "parquet", "pdf"  # formats of an export; any other is text


class FileKind(StrEnum):
    """What a file is, and so what becomes of it."""

    MAIL = "mail"  # removed
    EXPORT = "export"  # removed, with its manifest
    UNREAD = "unread"  # an export that cannot be looked into: told


@dataclass(frozen=True, slots=True)
class HoldingFile:
    """A file that holds something of a person, or may."""

    kind: FileKind
    path: Path


def files_holding(
    session: ReadSession, found: Found, mail_folder: Path | None
) -> list[HoldingFile]:
    """Return the files on this machine that hold the person. Copies elsewhere are not ours to see.

    A mail about an order of theirs counts too: the PDF in it bears the name. So does a door list on
    paper of an event that they are in: what stands in a PDF is not looked for, but known.
    """
    held = [HoldingFile(FileKind.MAIL, path) for path in _mails(found, mail_folder)]
    theirs = _events_of(session, found)
    asked = select(ExportRun.destination, ExportRun.format, ExportRun.event_id).order_by(
        col(ExportRun.started_at), col(ExportRun.id)
    )
    # What was written to one place last is what lies there.
    for destination, (form, event_id) in sorted(
        {to: (form, event_id) for to, form, event_id in session.exec(asked)}.items()
    ):
        path = Path(destination)
        if destination == "-" or not path.is_file():
            continue
        if form == _CLOSED:
            held.append(HoldingFile(FileKind.UNREAD, path))
        elif event_id in theirs if form == _PAPER else _holds(path, form, found.marks):
            held.append(HoldingFile(FileKind.EXPORT, path))
    return held


def remove(files: Iterable[HoldingFile]) -> list[HoldingFile]:
    """Remove mails and exports, and return those still there: a person must see to them."""
    left = []
    for file in files:
        if file.kind is FileKind.UNREAD:
            left.append(file)
            continue
        try:
            file.path.unlink(missing_ok=True)
            if file.kind is FileKind.EXPORT:
                manifest_beside(file.path).unlink(missing_ok=True)
        except OSError:
            left.append(file)
    return left


def remove_mails_of_nobody(session: ReadSession, mail_folder: Path | None) -> int:
    """Remove the mails in our folder whose recipient was erased; return how many."""
    if mail_folder is None or not mail_folder.is_dir():
        return 0
    erased = {str(one) for one in session.exec(select(Message.id).where(Message.recipient == ""))}
    gone = [
        path
        for part in ("new", "cur")
        for path in (mail_folder / part).glob("*.eml*")
        if path.name.partition(".eml")[0] in erased
    ]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _events_of(session: ReadSession, found: Found) -> set[UUID]:
    """Return the events that they bought for or come to."""
    bought = select(Order.event_id).where(col(Order.id).in_(found.keys("orders")))
    comes = select(Ticket.event_id).where(col(Ticket.id).in_(found.keys("ticket")))
    return {*session.exec(bought), *session.exec(comes)}


def _holds(path: Path, form: str, marks: Marks) -> bool:
    if form == _BOOK and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as book:
            return any(
                marks.are_in(book.read(name).decode("utf-8", "replace")) for name in book.namelist()
            )
    with path.open(encoding="utf-8", errors="replace") as lines:
        return any(marks.are_in(line) for line in lines)


def _mails(found: Found, folder: Path | None) -> Iterator[Path]:
    if folder is None or not folder.is_dir():
        return
    theirs = {str(message_id) for message_id in found.keys("message")}
    for part in ("new", "cur"):
        for path in sorted((folder / part).glob("*.eml*")):
            if path.name.partition(".eml")[0] in theirs or _names(path, found.marks):
                yield path


def _names(path: Path, marks: Marks) -> bool:
    """Whether a mail names them in its headers or in what can be read of it."""
    mail = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(mail, EmailMessage), "the policy makes these"
    if any(marks.are_in(str(mail[name] or "")) for name in ("To", "Subject")):
        return True
    return any(
        marks.are_in(part.get_content())
        for part in mail.walk()
        if part.get_content_maintype() == "text"
    )
