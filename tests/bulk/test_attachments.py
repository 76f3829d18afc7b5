"""What goes with a campaign's mails is bounded, named and read whole."""

import re
from pathlib import Path

import pytest

from boxoffice.bulk.attachments import FILES_SIZE_MAX, read_attachments, read_message
from boxoffice.errors import BadFile, BadValue, BoxOfficeError, NotFound
from boxoffice.mail import Attachment


def a_file(folder: Path, name: str = "a.pdf", content: bytes = b"x") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_files_are_read_with_their_names_and_types(tmp_path: Path) -> None:
    paths = [a_file(tmp_path, "mapa.pdf", b"%PDF"), a_file(tmp_path, "x.unknown-kind", b"\0\xff")]

    assert read_attachments(paths) == (
        Attachment("mapa.pdf", "application/pdf", b"%PDF"),
        Attachment("x.unknown-kind", "application/octet-stream", b"\0\xff"),
    )


def test_the_limit_of_all_files_together_is_a_byte_sharp(tmp_path: Path) -> None:
    first = a_file(tmp_path, "a", b"x" * (FILES_SIZE_MAX - 1))

    assert len(read_attachments([first, a_file(tmp_path, "b", b"x")])) == 2
    with pytest.raises(BadFile, match="more than 5 MiB"):
        read_attachments([first, a_file(tmp_path, "c", b"xx")])


def test_no_more_than_five_files_and_no_two_of_one_name(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    with pytest.raises(BadValue, match="the limit is 5"):
        read_attachments([a_file(tmp_path, f"{n}") for n in range(6)])

    with pytest.raises(BadValue, match="two files"):
        read_attachments([a_file(tmp_path), a_file(tmp_path / "b")])


@pytest.mark.parametrize(
    ("name", "family"),
    [("nobody.pdf", NotFound), ("", BadFile), ("a\x1b[2J.pdf", BadValue), ("empty", BadFile)],
)
def test_what_cannot_be_attached_is_named(
    tmp_path: Path, name: str, family: type[BoxOfficeError]
) -> None:
    a_file(tmp_path, "empty", b"")

    with pytest.raises(family):
        read_attachments([tmp_path / name])


@pytest.mark.parametrize("raw", ["Olá,\r\nvenha!\r\n".encode(), "Olá,\nvenha!".encode("cp1252")])
def test_the_organizers_words_keep_their_lines(tmp_path: Path, raw: bytes) -> None:
    assert read_message(a_file(tmp_path, "m.txt", raw)) == "Olá,\nvenha!"


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"", "the file is empty"),
        (b"a\0b", "NUL byte"),
        (b"ok\n\x1b[2Jboo", "line 2: the text holds the control character"),
        (b"x" * 10_001, "more than 10,000 characters"),
        (b"x" * 2_001, "line 1: the text has 2001 characters"),
    ],
)
def test_words_that_are_no_text_are_refused(tmp_path: Path, raw: bytes, what: str) -> None:
    with pytest.raises(BadFile, match=re.escape(what)):
        read_message(a_file(tmp_path, "m.txt", raw))
