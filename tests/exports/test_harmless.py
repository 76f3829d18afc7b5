"""A block of rows is written as each of its rows would be by itself, whatever stands in them."""

import csv
import io
import json
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from boxoffice.exports.block import Block
from boxoffice.exports.columns import CELL, QUOTE, Column, Kind
from boxoffice.exports.formats import as_csv, as_jsonl
from boxoffice.exports.sheet import Sheet
from boxoffice.text import FORMULA_STARTS, shown, spreadsheet_cell

COLUMNS = tuple(Column(name, Kind.TEXT, None) for name in ("a", "b"))
# Nothing that the database would have replaced, and much of what acts.
TEXTS = st.text(
    st.one_of(
        st.sampled_from(",;\"\\'\r\n\t\0\x1e\x7f\x85\u202e\u2028 éç🎭" + "".join(FORMULA_STARTS)),
        st.characters(exclude_characters=CELL + QUOTE, exclude_categories=["Cs"]),
    ),
    max_size=6,
)
CALM = st.text("abcé -@.1", max_size=6).map(lambda text: "x" + text)
BLOCKS = st.lists(st.tuples(st.one_of(CALM, TEXTS), st.one_of(CALM, TEXTS)), min_size=1)


def sheet(*blocks: list[str], columns: tuple[Column, ...] = COLUMNS) -> Sheet:
    return Sheet(columns, [Block.of(rows) for rows in blocks], ZoneInfo("UTC"))


def body(parts: list[bytes]) -> bytes:
    return b"".join(parts[1:])


@given(BLOCKS)
@example([("x", "y"), ("x", "z" * 1_001), ("x", "y")])
@example([("x", "a\nb"), ("x", "y")])
@example([("\N{FULLWIDTH EQUALS SIGN}1", "y"), ("x", "y")])
def test_csv_has_the_same_bytes_in_one_block_or_in_many(rows: list[tuple[str, str]]) -> None:
    texts = [CELL.join(row) for row in rows]

    whole = body(list(as_csv(sheet(texts))))

    assert whole == body(list(as_csv(sheet(*([text] for text in texts)))))
    read = list(csv.reader(io.StringIO(whole.decode(), newline=""), strict=True))
    assert read == [[spreadsheet_cell(shown(cell)) if not cell.isprintable() or len(cell) > 1_000
                     else spreadsheet_cell(cell) for cell in row] for row in rows]  # fmt: skip


@given(st.lists(st.one_of(CALM, TEXTS), min_size=1))
@example(["", "x", ""])
def test_csv_of_one_column_has_a_line_for_each_row(texts: list[str]) -> None:
    whole = body(list(as_csv(sheet(texts, columns=COLUMNS[:1]))))

    assert len(list(csv.reader(io.StringIO(whole.decode(), newline=""), strict=True))) == len(texts)


@given(BLOCKS)
@example([("x", "a\nb"), ("x", "y")])
def test_json_has_every_text_to_the_letter(rows: list[tuple[str, str]]) -> None:
    template = "{" + ",".join(f"{QUOTE}{name}{QUOTE}:{QUOTE}%s{QUOTE}" for name in "ab") + "}"
    texts = [template % row for row in rows]

    (whole,) = as_jsonl(sheet(texts))

    assert whole == b"".join(as_jsonl(sheet(*([text] for text in texts))))
    assert all(shown(line, length_max=10**6) == line for line in whole.decode().split("\n"))
    assert [tuple(json.loads(line).values()) for line in whole.splitlines()] == rows
