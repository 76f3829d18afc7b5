"""Bad input, as it is really typed: a clear sentence, the right code, and nothing has changed."""

from pathlib import Path

import pytest

from tests.commands import EVENT, Commands
from tests.making import LOTE, SLUG, Clock, an_office, counts

SELL = f"order sell -e {SLUG} --tier '{LOTE}'"
CREATE = "event create outra --title Outra --starts-at 2099-12-01T19:00"
TIER = f"tier add {SLUG}"
PROMO = f"promo create {SLUG}"

# The line, its exit code, the case of its refusal, and a word that the sentence must hold.
TABLE = [
    # How many.
    (f"{SELL} --quantity 0", 2, "value.invalid", "1 to 100"),
    (f"{SELL} --quantity -1", 2, "value.invalid", "1 to 100"),
    (f"{SELL} --quantity 101", 2, "value.invalid", "1 to 100"),
    (f"{SELL} --quantity 1.5", 2, "usage", "--quantity"),
    (f"{SELL} --quantity dois", 2, "usage", "--quantity"),
    (f"{SELL} --quantity 99999999999999999999", 2, "value.invalid", "1 to 100"),
    (f"{SELL} --quantity 11", 5, "tier.sold_out", "10 places left"),
    (f"{TIER} VIP --price 10 --quota 0", 2, "value.invalid", "quota"),
    (f"{TIER} VIP --price 10 --quota -5", 2, "value.invalid", "quota"),
    (f"{TIER} VIP --price 10 --quota 1000001", 2, "value.invalid", "quota"),
    (f"{CREATE} --capacity 0", 2, "value.invalid", "capacity"),
    (f"{CREATE} --tier 'A:10:0'", 2, "value.invalid", "quota"),
    (f"{CREATE} --tier 'A:10:-1'", 2, "value.invalid", "NAME:PRICE:QUOTA"),
    (f"{PROMO} DEZ --percent 10 --uses 0", 2, None, "uses"),
    (f"{PROMO} DEZ --percent 10 --per-person 0", 2, None, "per"),
    # How much.
    (f"{TIER} VIP --price caro --quota 1", 2, "value.invalid", "price"),
    (f"{TIER} VIP --price -10 --quota 1", 2, "value.invalid", "price"),
    (f"{TIER} VIP --price 10,999 --quota 1", 2, "value.invalid", "price"),
    (f"{TIER} VIP --price 1e3 --quota 1", 2, "value.invalid", "price"),
    (f"{TIER} VIP --price NaN --quota 1", 2, "value.invalid", "price"),
    (f"{TIER} VIP --price Infinity --quota 1", 2, "value.invalid", "price"),
    (f"{TIER} VIP --price 'USD 10' --quota 1", 2, "value.invalid", "price"),
    (f"{TIER} VIP --price '' --quota 1", 2, "value.invalid", "price"),
    (f"{TIER} VIP --price 99999999999999999 --quota 1", 2, "value.invalid", "price"),
    (f"{CREATE} --tier 'A:dez:1'", 2, "value.invalid", "price"),
    (f"{CREATE} --fee-percent 101", 2, "value.invalid", "fee_percent"),
    (f"{CREATE} --fee-percent -1", 2, "value.invalid", "fee_percent"),
    (f"{CREATE} --fee-fixed -1", 2, "value.invalid", "fee_fixed"),
    (f"{SELL} --given pouco", 2, "value.invalid", "--given"),
    (f"{SELL} --given 1", 5, "till.given_too_little", "R$"),
    (f"{PROMO} DEZ --percent 101", 2, "value.invalid", "percent"),
    (f"{PROMO} DEZ --percent muito", 2, "value.invalid", "percent"),
    (f"{PROMO} DEZ --amount -5", 2, "value.invalid", "amount"),
    # Who.
    (f"{SELL} --buyer-document 39053344706", 2, "value.invalid", "CPF"),
    (f"{SELL} --buyer-document 11111111111", 2, "value.invalid", "CPF"),
    (f"{SELL} --buyer-document 123", 2, "value.invalid", "CPF"),
    (f"{SELL} --buyer-document 3905334470A", 2, "value.invalid", "CPF"),
    (f"{SELL} --buyer-document 11222333000182", 2, "value.invalid", "CNPJ"),
    (f"{SELL} --buyer-document 12ABC34501DE36", 2, "value.invalid", "CNPJ"),
    (f"{SELL} --buyer-document 00000000000000", 2, "value.invalid", "CNPJ"),
    (f"{SELL} --buyer-email ana", 2, "value.invalid", "e-mail"),
    (f"{SELL} --buyer-email ana@", 2, "value.invalid", "e-mail"),
    (f"{SELL} --buyer-email 'ana@example.com, bia@example.com'", 2, "value.invalid", "e-mail"),
    (f"{SELL} --buyer-email ana@exa_mple..com", 2, "value.invalid", "e-mail"),
    (f"{SELL} --buyer-name '{'A' * 201}'", 2, "value.invalid", "characters"),
    # When and where.
    ("event create outra --title O --starts-at 2020-01-01T19:00", 2, "value.invalid", "past"),
    ("event create outra --title O --starts-at ontem", 2, "value.invalid", "starts_at"),
    ("event create outra --title O --starts-at 2099-02-30", 2, "value.invalid", "starts_at"),
    ("event create outra --title O --starts-at 31/04/2099", 2, "value.invalid", "starts_at"),
    (f"{CREATE} --ends-at 2099-12-01T18:00", 2, "value.invalid", "ends_at"),
    (f"{CREATE} --timezone Brasil/Capital", 2, "value.invalid", "zone"),
    (f"{CREATE} --timezone ../../etc/passwd", 2, "value.invalid", "zone"),
    (f"{CREATE} --timezone ''", 2, "value.invalid", "timezone"),
    (
        f"{TIER} VIP --price 1 --quota 1 --opens-at 2099-02-02 --closes-at 2099-02-01",
        2,
        "value.invalid",
        "closes_at",
    ),
    # Names that are taken, or no names.
    (f"event create {SLUG} --title O --starts-at 2099-01-01", 5, "event.exists", SLUG),
    ("event create 'Noite!' --title O --starts-at 2099-01-01", 2, "value.invalid", "slug"),
    (f"event create {'a' * 65} --title O --starts-at 2099-01-01", 2, "value.invalid", "slug"),
    (f"{CREATE} --tier 'A:1:1' --tier 'A:2:2'", 2, "value.invalid", "twice"),
    (f"{TIER} '{LOTE}' --price 1 --quota 1", 5, "tier.exists", LOTE),
    (f"{TIER} VIP --price 1 --quota 1 --after Nada", 2, "value.invalid", "Nada"),
    (f"{TIER} VIP --price 1 --quota 1 --category ouro", 2, "value.invalid", "ouro"),
    (f"{PROMO} VELHO --percent 10", 5, "promo.exists", "VELHO"),
    (f"{PROMO} 'DEZ%' --percent 10", 2, None, "DEZ%"),
    (f"order sell -e nada --tier '{LOTE}'", 3, "event.not_found", "nada"),
    (f"order sell -e {SLUG} --tier Nada", 3, "tier.not_found", "Nada"),
]

HEAD = "Nome;E-mail;CPF;Lote;Qtd"
FILES = [
    ("", "is empty"),
    ("\x00\x01\x02", ""),
    (HEAD, ""),
    ("A;B;C\n1;2;3", ""),
    (f"{HEAD}\n;a@example.com;;{LOTE};1", "empty"),
    (f"{HEAD}\nAna;nonsense;;{LOTE};1", "e-mail"),
    (f"{HEAD}\nAna;;39053344706;{LOTE};1", "CPF"),
    (f"{HEAD}\nAna;;;Nada;1", "no tier"),
    (f"{HEAD}\nAna;;;{LOTE};0", "1 to 100"),
    (f"{HEAD}\nAna;;;{LOTE};101", "1 to 100"),
    (f"{HEAD}\nAna;;;{LOTE};um", "1 to 100"),
    (f"{HEAD}\nAna;;;{LOTE};11", "places left"),
    (f"{HEAD}\nAna;;;{LOTE};1;sobra", ""),
    (f'{HEAD}\n"Ana;;;{LOTE};1', ""),
    (f"{HEAD}\nAna\x1b[2J;;;{LOTE};1", "U+001B"),
    (f"{HEAD};Fone\nAna;;;{LOTE};1;me liga", "phone"),
    (f"{HEAD};Fone\nAna;;;{LOTE};1;123", "phone"),
]


@pytest.fixture
def selling(on_sqlite: Commands) -> Commands:
    """The program, with an event on sale and a promo."""
    on_sqlite.has_event()
    assert on_sqlite(f"{PROMO} VELHO --percent 10").code == 0
    return on_sqlite


def kept(boxoffice: Commands) -> dict[str, int]:
    """Count every row there is."""
    url = boxoffice.settings["BOXOFFICE_DATABASE_URL"]
    office = an_office(url, boxoffice.home, Clock())
    try:
        return counts(office)
    finally:
        office.close()


@pytest.mark.parametrize(("line", "code", "case", "word"), TABLE, ids=[row[0] for row in TABLE])
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    selling: Commands, line: str, code: int, case: str | None, word: str
) -> None:
    before = kept(selling)

    ran = selling(f"{line} --json")

    told = ran.error
    assert (ran.code, told["exit"]) == (code, code)
    assert case is None or told["code"] == case
    assert word in told["message"]
    assert kept(selling) == before


@pytest.mark.parametrize(("text", "word"), FILES, ids=[repr(text)[:50] for text, _ in FILES])
def test_a_spreadsheet_with_a_fault_plans_nothing(
    selling: Commands, tmp_path: Path, text: str, word: str
) -> None:
    path = tmp_path / "lista.csv"
    path.write_text(text, encoding="utf-8")
    before = kept(selling)

    ran = selling(f"order import plan -e {SLUG} --json", str(path))

    assert ran.code in {2, 5}
    assert word in ran.err
    assert ran.error["message"]
    assert list(tmp_path.glob("lista.csv.*")) == []
    assert kept(selling) == before


@pytest.mark.parametrize(
    "document", ["39053344705", "390.533.447-05", "11.222.333/0001-81", "12.ABC.345/01DE-35"]
)
def test_a_cpf_and_both_kinds_of_cnpj_are_taken(selling: Commands, document: str) -> None:
    assert selling(f"{SELL} --buyer-document '{document}' --json").code == 0


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('title = "Noite das Farmácias"', "title = 3", "title"),
        ("quota = 10", 'quota = "dez"', "quota"),
        ("quota = 10", "quota = 0", "quota"),
        ('price = "100,00"', 'price = "cem"', "price"),
        ('price = "100,00"', "price = nan", "price"),
        ("fee_percent = 10", "fee_percent = 101", "fee_percent"),
        ("fee_percent = 10", "half_cap_percent = 0", "half_cap_percent"),
        ("fee_percent = 10", "half_cap_percent = 40.5", "half_cap_percent"),
        ("fee_percent = 10", 'fee_refundable = "sim"', "fee_refundable"),
        ("fee_percent = 10", "boleto_days = -1", "boleto_days"),
        ("fee_percent = 10", "boleto_cutoff_days = 61", "boleto_cutoff_days"),
        ("fee_percent = 10", "fee_precent = 10", "fee_precent"),
        ('name = "Lote 2"', f'name = "{LOTE}"', "twice"),
        ('starts_at = "2099-12-01T19:00"', 'starts_at = "2020-12-01T19:00"', "past"),
        ('starts_at = "2099-12-01T19:00"', 'timezone = "Lua"', "Lua"),
        ("[event]", "[event", "TOML"),
    ],
)
def test_a_file_with_a_fault_makes_no_event(
    on_sqlite: Commands, tmp_path: Path, old: str, new: str, word: str
) -> None:
    assert on_sqlite("init").code == 0
    path = tmp_path / "event.toml"
    path.write_text(EVENT.replace(old, new, 1), encoding="utf-8")

    ran = on_sqlite("event apply --yes --json", str(path))

    assert (ran.code, ran.error["exit"]) == (2, 2)
    assert word in ran.error["message"]
    assert on_sqlite("event list --json").rows == []
