"""Files that hold a person: exports that were written here, and mails in our own folder."""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from enum import StrEnum
from pathlib import Path

from sqlmodel import col, select

from boxoffice.db import ReadSession
from boxoffice.exports.models import ExportRun
from boxoffice.exports.store import manifest_beside
from boxoffice.outbox.messages import Message
from boxoffice.privacy.find import Found
from boxoffice.privacy.who import Marks

_SHEETS = (".xlsx",)
_CLOSED = (".parquet",)


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

    A mail about an order of theirs counts too: the PDF in it bears the name.
    """
    held = [HoldingFile(FileKind.MAIL, path) for path in _mails(found, mail_folder)]
    asked = select(ExportRun.destination).distinct().order_by(col(ExportRun.destination))
    for destination in session.exec(asked).all():
        path = Path(destination)
        if destination == "-" or not path.is_file():
            continue
        if path.suffix in _CLOSED:
            held.append(HoldingFile(FileKind.UNREAD, path))
        elif _holds(path, found.marks):
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


def _holds(path: Path, marks: Marks) -> bool:
    if path.suffix in _SHEETS and zipfile.is_zipfile(path):
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
