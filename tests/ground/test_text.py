"""Text from strangers: refused where it acts, and inert wherever it is shown."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice.errors import BadValue
from boxoffice.text import TEXT_MAX, clean_in, folded, shown, slug, spreadsheet_cell

HOSTILE = [
    "Rita\x00Nogueira",
    "Rita\x07",
    "\x1b[2J\x1b[1;1Hadmit",
    "\x1b]0;owned\x07",
    "\x9b31m",
    "Rita\x7f",
    "Rita\nBcc: all@example.com",
    "Rita\r\nSet-Cookie: a=b",
    "Rita\N{LINE SEPARATOR}Nogueira",
    "Rita\N{PARAGRAPH SEPARATOR}Nogueira",
    "\N{RIGHT-TO-LEFT OVERRIDE}atiR",
    "\N{LEFT-TO-RIGHT ISOLATE}Rita",
    "\N{RIGHT-TO-LEFT MARK}Rita",
    "\N{ARABIC LETTER MARK}Rita",
    "Ri\N{ZERO WIDTH SPACE}ta",
    "Ri\N{WORD JOINER}ta",
    "Ri\N{ZERO WIDTH NO-BREAK SPACE}ta",
    "Rita\N{TAG LATIN SMALL LETTER A}",
    "Rita\ufffe",
    "Rita\ufdd0",
    "Rita\ud800",
    "Rita\N{NEXT LINE}Nogueira",
]
ODD_BUT_HONEST = [
    "D'Ávila",
    "O’Brien-Müller",
    "Łukasz Żółć",
    "Nguyễn Thị Ánh",
    "محمد علي",
    "王小明",
    "Zoë 🎭",
    "Robert'); DROP TABLE ticket;--",
    "[bold red]Rita[/]",
    "<script>alert(1)</script>",
    "${jndi:ldap://x}",
    "../../etc/passwd",
    "%s%n{0}",
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_text_that_acts_is_refused_and_the_refusal_is_inert(text: str) -> None:
    with pytest.raises(BadValue) as caught:
        clean_in(text, name="name")

    assert "control character U+" in caught.value.message
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("text", ODD_BUT_HONEST)
def test_an_odd_but_honest_text_goes_in_unchanged(text: str) -> None:
    assert clean_in(text, name="name") == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_text_that_acts_is_shown_as_one_inert_line(text: str) -> None:
    line = shown(text)

    assert len(line) == len(text)
    assert "\N{REPLACEMENT CHARACTER}" in line
    assert line.encode("utf-8").decode().splitlines() == [line]


@given(st.text(alphabet=st.characters()))
def test_nothing_that_is_shown_is_a_control_or_turns_the_line_round(text: str) -> None:
    line = shown(text)

    assert not {unicodedata.category(letter) for letter in line} & {"Cc", "Cs", "Zl", "Zp"}
    assert not {unicodedata.bidirectional(letter) for letter in line} & set(
        "RLO LRO RLE LRE PDF LRI RLI FSI PDI".split()
    )


@given(st.text(alphabet=st.characters()))
def test_what_has_been_let_in_is_let_in_unchanged_again(text: str) -> None:
    try:
        tidy = clean_in(text, name="name", empty=True)
    except BadValue:
        return

    assert clean_in(tidy, name="name", empty=True) == tidy == shown(tidy)


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        ("  Rita   Nogueira ", "Rita Nogueira"),
        ("Rita\tNogueira", "Rita Nogueira"),
        ("Joa\N{COMBINING TILDE}o", "João"),
        ("x" * TEXT_MAX, "x" * TEXT_MAX),
    ],
)
def test_blanks_and_accents_are_put_in_order(text: str, tidy: str) -> None:
    assert clean_in(text, name="name") == tidy


@pytest.mark.parametrize("text", ["", "  ", "x" * (TEXT_MAX + 1)])
def test_nothing_and_too_much_are_refused(text: str) -> None:
    with pytest.raises(BadValue):
        clean_in(text, name="name")


def test_nothing_is_let_in_where_it_may_be_empty() -> None:
    assert clean_in(" \t ", name="venue", empty=True) == ""


def test_a_long_text_is_cut_where_it_is_shown() -> None:
    assert shown("x" * 50, length_max=10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    "text", ["=1+1", "+55 11 9", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\N{FULLWIDTH EQUALS SIGN}1"]
)
def test_a_formula_becomes_a_text_in_a_spreadsheet(text: str) -> None:
    assert spreadsheet_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["-10,00", "-10.5", "-3", "10", "Rita", "", "a=b", "1-2"])
def test_a_number_or_a_name_is_left_alone_in_a_spreadsheet(text: str) -> None:
    assert spreadsheet_cell(text) == text


@pytest.mark.parametrize(
    ("text", "found_as"),
    [
        ("João D'Ávila", "joao d avila"),
        ("JOA\N{COMBINING TILDE}O  d’avila", "joao d avila"),
        ("Straße", "strasse"),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER R}ita", "rita"),
        ("rita.n@example.com", "rita.n@example.com"),
        ("390.533.447-05", "390.533.447 05"),
        ("snake_case", "snake case"),
        ("--", ""),
    ],
)
def test_accents_case_and_punctuation_do_not_matter_in_a_search(text: str, found_as: str) -> None:
    assert folded(text) == found_as


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Noite das Farmácias 2026", "noite-das-farmacias-2026"),
        ("../../etc/passwd", "etc-passwd"),
        ("\x00\x1b", ""),
        ("--a--", "a"),
    ],
)
def test_a_slug_has_letters_digits_and_dashes_only(text: str, made: str) -> None:
    assert slug(text) == made


@pytest.mark.parametrize(
    "text", ["\u3164", "\u200d\u200c", "\u2800 \u00ad", "\ufe0f", "\u115f\u1160"]
)
def test_a_name_that_nobody_can_see_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="can be seen"):
        clean_in(text, name="name")


@pytest.mark.parametrize("text", ["\u0646\u0645\u06cc\u200c\u062f\u0627\u0646\u0645", "❤️"])
def test_joiners_and_selectors_between_letters_stay(text: str) -> None:
    assert clean_in(text, name="name") == text
