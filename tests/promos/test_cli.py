"""`boxoffice promo`, as people and programs call it."""

import pytest

from tests.commands import Commands

FIELDS = {
    "event",
    "code",
    "kind",
    "basis_points",
    "amount_minor",
    "currency",
    "tiers",
    "uses",
    "uses_left",
    "used_count",
    "discount_minor",
    "per_person",
    "opens_at",
    "closes_at",
    "state",
    "closed",
    "recipient_name",
    "recipient_email",
    "note",
    "created_at",
}


@pytest.mark.parametrize(
    ("flags", "kind", "basis_points", "amount_minor"),
    [
        ("--percent 7,5", "percent", 750, None),
        ("--amount 'R$ 20,00'", "amount", None, 2_000),
        ("--price 50", "fixed_price", None, 5_000),
        ("--price 0", "fixed_price", None, 0),
        ("--courtesy --uses 3", "courtesy", None, None),
    ],
)
def test_a_promo_of_each_kind_is_made_and_shown(
    boxoffice: Commands, flags: str, kind: str, basis_points: int, amount_minor: int
) -> None:
    made = boxoffice(f"promo create noite amigos {flags} --json").json

    assert set(made) == FIELDS
    assert (made["event"], made["code"], made["kind"]) == ("noite", "AMIGOS", kind)
    assert (made["basis_points"], made["amount_minor"]) == (basis_points, amount_minor)
    assert boxoffice("promo show noite Amigos --json").json == made
    assert boxoffice("promo list noite --json").rows == [made]


def test_terms_are_read_in_the_events_zone_and_shown(boxoffice: Commands) -> None:
    boxoffice(
        "promo create noite AMIGOS --percent 10 --uses 50 --per-person 2 -t 'Lote 1' -t 'Lote 2' "
        "--opens-at '01/11/2099 09:00' --closes-at 2099-11-30T18:00 --note 'for the choir'"
    )

    told = boxoffice("promo show noite AMIGOS --json").json
    shown = boxoffice("promo show noite AMIGOS").out

    assert (told["opens_at"], told["closes_at"]) == ("2099-11-01T12:00:00Z", "2099-11-30T21:00:00Z")
    assert (told["uses"], told["uses_left"], told["per_person"]) == (50, 50, 2)
    assert (told["tiers"], told["closed"]) == (["Lote 1", "Lote 2"], "not_yet")
    for said in ("10 % less", "50 of 50 left", "Lote 1, Lote 2", "01/11/2099 09:00", "choir"):
        assert said in shown


def test_a_series_prints_its_codes_one_a_line(boxoffice: Commands) -> None:
    printed = boxoffice("promo create noite --courtesy --series 3 --prefix LAB -t Meia")
    objects = boxoffice("promo create noite --percent 10 --uses 4 --series 2 --prefix VIP --json")

    assert (printed.code, len(printed.out.splitlines())) == (0, 3)
    assert all(line.startswith("LAB-") for line in printed.out.splitlines())
    assert [row["uses"] for row in objects.rows] == [4, 4]
    listed = boxoffice("promo list noite --limit 4 --json").rows
    assert [row["code"] for row in listed] == sorted(
        [*printed.out.split(), *(row["code"] for row in objects.rows)]
    )[:4]


@pytest.mark.parametrize(
    "line",
    [
        "promo create noite AMIGOS",  # gives nothing
        "promo create noite AMIGOS --percent 10 --amount 5",
        "promo create noite AMIGOS --percent 0",
        "promo create noite AMIGOS --percent 101",
        "promo create noite AMIGOS --percent ten",
        "promo create noite AMIGOS --amount 1.234",
        "promo create noite AMIGOS --amount 0",
        "promo create noite AMIGOS --price -- -5",
        "promo create noite AMIGOS --courtesy",  # without a quota
        "promo create noite AMIGOS --percent 10 --uses 0",
        "promo create noite AMIGOS --percent 10 --uses -3",
        "promo create noite AMIGOS --percent 10 --per-person 0",
        "promo create noite AMIGOS --percent 10 --closes-at 2020-01-01",
        "promo create noite AMIGOS --percent 10 --closes-at tomorrow",
        "promo create noite 'AMI GOS' --percent 10",
        "promo create noite --percent 10",
        "promo create noite --percent 10 --series 3",
        "promo create noite --percent 10 --prefix LAB",
        "promo create noite AMIGOS --percent 10 --series 3 --prefix LAB",
        "promo create noite --percent 10 --series 0 --prefix LAB",
    ],
)
def test_what_makes_no_sense_makes_no_promo(on_sqlite: Commands, line: str) -> None:
    ran = on_sqlite(line)

    assert (ran.code, ran.out) == (2, "")
    assert on_sqlite("promo list noite --json").rows == []


@pytest.mark.parametrize(
    ("line", "exit_code", "case"),
    [
        ("promo create nowhere AMIGOS --percent 10", 3, "event.not_found"),
        ("promo create noite NEW --percent 10 -t Camarote", 3, "tier.not_found"),
        ("promo create noite amigos --percent 10", 5, "promo.exists"),
        ("promo show noite NADA", 3, "promo.not_found"),
        ("promo revoke noite NADA --yes", 3, "promo.not_found"),
        ("promo revoke noite AMIGOS", 2, "value.invalid"),  # nobody to ask
        ("promo list nowhere", 3, "event.not_found"),
    ],
)
def test_a_refusal_has_its_case(boxoffice: Commands, line: str, exit_code: int, case: str) -> None:
    boxoffice("promo create noite AMIGOS --percent 10")

    ran = boxoffice(f"{line} --json")

    assert (ran.code, ran.error["code"]) == (exit_code, case)
    assert [row["state"] for row in boxoffice("promo list noite --json").rows] == ["created"]


def test_a_promo_is_revoked_once(boxoffice: Commands) -> None:
    boxoffice("promo create noite AMIGOS --percent 10")

    said = [boxoffice("promo revoke noite amigos --yes").out for _ in range(2)]
    told = boxoffice("promo revoke noite amigos --yes --json").json

    assert said == ["AMIGOS is revoked.\n", "AMIGOS was revoked before.\n"]
    assert (told["state"], told["closed"]) == ("revoked", "revoked")


def test_a_sale_with_a_promo_is_cheaper_and_counted(boxoffice: Commands) -> None:
    boxoffice("promo create noite AMIGOS --amount 20 --uses 3")

    sold = boxoffice.sells("--quantity 2 --promo amigos")["order"]
    told = boxoffice("promo show noite AMIGOS --json").json
    refused = boxoffice("order sell -e noite -t 'Lote 1' --quantity 2 --promo AMIGOS --json")

    assert (sold["discount_minor"], sold["fee_minor"], sold["total_minor"]) == (
        4_000,
        1_600,
        17_600,
    )
    assert (told["used_count"], told["uses_left"], told["discount_minor"]) == (2, 1, 4_000)
    assert (refused.code, refused.error["code"]) == (5, "promo.used_up")


def test_a_list_in_a_pipe_is_tabs(boxoffice: Commands) -> None:
    boxoffice("promo create noite B --amount 20 --uses 3")
    boxoffice("promo create noite A --price 50")

    listed = boxoffice("promo list noite").out

    assert listed.splitlines() == [
        "A\ta place for R$ 50,00\t0\t-\topen",
        "B\tR$ 20,00 less\t0\t3\topen",
    ]
