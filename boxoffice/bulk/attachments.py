"""What goes with a campaign's mails, from the organizer's disk: small enough to be sent to all."""

import mimetypes
from collections.abc import Sequence
from pathlib import Path

from boxoffice.delimited import decode
from boxoffice.errors import BadFile, BadValue, NotFound
from boxoffice.mail import Attachment
from boxoffice.text import clean_in, shown

FILES_MAX = 5
FILES_SIZE_MAX = 5 * 2**20  # bytes of all files together: each guest's mail carries them
FILE_NAME_MAX = 120  # characters
MESSAGE_MAX = 10_000  # characters of the organizer's own words
_LINE_MAX = 2_000
_ANY_TYPE = "application/octet-stream"


def read_attachments(paths: Sequence[Path]) -> tuple[Attachment, ...]:
    """Read the files that go with each mail.

    Raises:
        BadValue: there are too many, or two of one name.
        NotFound: one is not there.
        BadFile: one is empty or cannot be read, or they are too large together.
    """
    if len(paths) > FILES_MAX:
        raise BadValue("--attach", f"names {len(paths)} files; the limit is {FILES_MAX}.")
    found: dict[str, Attachment] = {}
    left = FILES_SIZE_MAX
    for path in paths:
        name = clean_in(path.name, name="--attach", length_max=FILE_NAME_MAX)
        if name in found:
            raise BadValue("--attach", f"names two files {shown(name)}.")
        content = _read(path, left + 1)
        if not content:
            raise BadFile(f"{shown(str(path))} is empty.", hint="attach it once it is written")
        if len(content) > left:
            raise BadFile(
                f"with {shown(str(path))} the attachments have more than "
                f"{FILES_SIZE_MAX // 2**20} MiB.",
                hint="make them smaller, or put them online and send a link",
            )
        left -= len(content)
        found[name] = Attachment(name, mimetypes.guess_type(name)[0] or _ANY_TYPE, content)
    return tuple(found.values())


def read_message(path: Path) -> str:
    """Read the organizer's own words: plain text, with its line breaks.

    Raises:
        NotFound: the file is not there.
        BadFile: it is empty, too long, or no text.
    """
    text, _ = decode(_read(path, 4 * MESSAGE_MAX + 1))
    if len(text) > MESSAGE_MAX:
        problem = f"{shown(str(path))} has more than {MESSAGE_MAX:,} characters."
        raise BadFile(problem, hint="put the rest in an attachment: --attach FILE")
    lines = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            lines.append(clean_in(line, name="the text", length_max=_LINE_MAX, empty=True))
        except BadValue as error:
            raise BadFile(error.message, line=number, hint=error.hint) from None
    return "\n".join(lines).strip()


def _read(path: Path, size: int) -> bytes:
    try:
        if path.exists() and not path.is_file():
            problem = f"{shown(str(path))} is no file."
            raise BadFile(problem, hint="name a file, not a folder")
        with path.open("rb") as file:
            return file.read(size)
    except FileNotFoundError:
        hint = "check the name and the folder"
        raise NotFound("file", shown(str(path)), hint=hint) from None
    except (OSError, ValueError) as error:
        raise BadFile(f"{shown(str(path))} cannot be read.") from error
