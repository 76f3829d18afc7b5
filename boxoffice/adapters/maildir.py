"""Mail as files: a maildir that any mail program opens, one real `.eml` a message."""

import os
from email.policy import SMTP
from pathlib import Path

from boxoffice.adapters.mime import mime
from boxoffice.errors import Unavailable
from boxoffice.mail import Mail


class Maildir:
    """A carrier that leaves each mail in a folder: the embedded default."""

    name = "maildir"

    def __init__(self, folder: Path) -> None:
        """Use `folder`, which is made when the first mail comes."""
        self.folder = folder

    def was_sent(self, message_id: str) -> bool:
        """Say whether this message lies in the folder, read or unread."""
        seen = self.folder / "cur"
        return self._path(message_id).exists() or any(seen.glob(f"{message_id}.eml*"))

    def send(self, mail: Mail) -> str:
        """Write the mail, whole or not at all, and return its file name.

        Raises:
            Unavailable: the folder cannot be written.
            BadValue: the address is not one that mail can go to.
        """
        content = mime(mail).as_bytes(policy=SMTP)
        path = self._path(mail.message_id)
        draft = self.folder / "tmp" / path.name
        try:
            for part in (self.folder, *(self.folder / part for part in ("tmp", "new", "cur"))):
                part.mkdir(parents=True, exist_ok=True, mode=0o700)
            with draft.open("wb") as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(path)
        except OSError as error:
            raise Unavailable(
                f"the maildir cannot be written: {error.strerror}.",
                hint="check BOXOFFICE_MAIL_URL and the disk: boxoffice doctor",
                code="mail.unavailable",
            ) from error
        return path.name

    def _path(self, message_id: str) -> Path:
        return self.folder / "new" / f"{message_id}.eml"
