"""Names, documents and e-mail addresses, cleaned once at the door of the house."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from boxoffice.errors import BadValue
from boxoffice.people import (
    EMAIL_MAX,
    Person,
    masked_document,
    parse_document,
    parse_email,
    parse_name,
    parse_phone,
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("390.533.447-05", "39053344705"),
        (" 390533447 05 ", "39053344705"),
        ("390.533.447\N{EN DASH}05", "39053344705"),
        ("16.727.230/0001-97", "16727230000197"),
        ("12.ABC.345/01DE-35", "12ABC34501DE35"),
        ("12abc34501de35", "12ABC34501DE35"),
    ],
)
def test_a_document_is_kept_bare_and_upper_case(typed: str, kept: str) -> None:
    assert parse_document(typed) == kept


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("390.533.447-06", "is not a CPF: its last two digits do not match the others."),
        ("390.53E.447-05", "is not a CPF: a CPF has only digits."),
        ("111.111.111-11", "is not a CPF: a CPF is made of digits, not all the same."),
        ("390.533.447", "has 9 characters; a CPF has 11 and a CNPJ 14."),
        ("16.727.230/0001-98", "is not a CNPJ: its last two digits do not match the others."),
        ("12.ABC.345/01DE-3X", "is not a CNPJ: its last two digits do not match the others."),
        ("12.AB+.345/01DE-35", "is not a CNPJ: a CNPJ is made of digits and letters"),
        ("\u0663\u0669\u0660\u0665\u0663\u0663\u0664\u0664\u0667\u0660\u0665", "is not a CPF"),
        ("", "is empty."),
        ("3" * 61, "has 61 characters; the limit is 60."),
    ],
)
def test_a_document_that_breaks_a_rule_is_told_which(typed: str, problem: str) -> None:
    with pytest.raises(BadValue) as caught:
        parse_document(typed, name="CPF")

    assert caught.value.message.startswith(f"CPF {problem}")


def test_a_refused_document_is_not_repeated() -> None:
    with pytest.raises(BadValue) as caught:
        parse_document("390.533.447-06")

    told = f"{caught.value.message} {caught.value.hint} {caught.value.details}"
    assert "533" not in told


@pytest.mark.parametrize("typed", ["905334470", "3905334470", "6727230000197"])
def test_a_document_that_lost_its_zeros_is_told_where_they_went(typed: str) -> None:
    with pytest.raises(BadValue) as caught:
        parse_document(typed)

    assert "zeros on the left" in caught.value.hint


@settings(deadline=None)
@given(st.text(max_size=20))
def test_any_text_is_a_bare_document_or_a_bad_value(text: str) -> None:
    try:
        document = parse_document(text)
    except BadValue:
        return
    assert document.isascii()
    assert parse_document(document) == document


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Ana.Sa@Example.COM ", "Ana.Sa@example.com"),
        ("ana@exemplo.test", "ana@exemplo.test"),
        ("ana@palco.example", "ana@palco.example"),
        ("joao@EXAMPLE.com", "joao@example.com"),
        ("ana@MÜNSTER.example.com", "ana@münster.example.com"),
    ],
)
def test_an_address_is_kept_normalised(typed: str, kept: str) -> None:
    assert parse_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "ana",
        "ana@",
        "@example.com",
        "ana@palco",
        "a na@example.com",
        "ana@example.com;bia@example.com",
        "Ana <ana@example.com>",
        "ana@[127.0.0.1]",
        "ana@palco.invalid",
        "ana@example.com\nBcc: all@example.com",
        f"{'a' * 250}@example.com",
        "",
    ],
)
def test_what_is_no_address_is_refused_by_name(typed: str) -> None:
    with pytest.raises(BadValue, match=r"^E-mail "):
        parse_email(typed, name="E-mail")


def test_a_name_keeps_its_accents_and_loses_its_stray_blanks() -> None:
    assert parse_name("  Jose\u0301   de  Sá ", name="Nome") == "José de Sá"


@pytest.mark.parametrize(
    ("document", "masked"),
    [
        ("39053344705", "***.533.447-**"),
        ("12ABC34501DE35", "**.ABC.345/****-**"),
        ("AB123", "***"),
        ("", ""),
    ],
)
def test_a_masked_document_hides_its_ends(document: str, masked: str) -> None:
    assert masked_document(document) == masked


def test_a_person_is_known_by_name_alone() -> None:
    assert Person("Ana") == Person("Ana", email="", document="", phone="", company="")


@pytest.mark.parametrize(
    "text",
    ["(11) 91234-5678", "+55 11 91234-5678", "11912345678", "3333-4444", "+1 (212) 555.0100"],
)
def test_a_phone_number_stays_as_it_was_written(text: str) -> None:
    assert parse_phone(f" {text} ") == text


@pytest.mark.parametrize("text", ["me liga", "123", "1" * 16, "11 91234-5678 ramal 2", "", "+"])
def test_what_is_no_phone_number_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="phone"):
        parse_phone(text)


_LOCAL = st.text("abcXYZ09._+-!#'`{}~/=?^|%$&*\" @", min_size=0, max_size=70)
_DOMAIN = st.sampled_from(
    "example.com Example.COM mail.example.test a..b -a.com xn--caf-dma.com xn--zz--.com localhost "
    "example.c 1.2.3.4 [1.2.3.4] exa_mple.com example.com. café.com.br com".split()
)


@given(_LOCAL, _DOMAIN | st.text("ab9.-_", max_size=80))
@settings(max_examples=400, deadline=None)
def test_an_address_is_read_as_the_library_for_addresses_reads_it(local: str, domain: str) -> None:
    typed = f"{local}@{domain}".strip()
    try:
        expected = validate_email(
            " ".join(typed.split()),
            check_deliverability=False,
            test_environment=True,
            allow_smtputf8=False,
        ).normalized
    except EmailNotValidError:
        expected = ""

    try:
        read = parse_email(typed)
    except BadValue:
        read = ""

    assert read == (expected if len(typed) <= EMAIL_MAX else "")
