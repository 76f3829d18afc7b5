"""`boxoffice event cancel`, `payment owed`, `event edit`: as an organizer types them."""

from pathlib import Path

import pytest

from tests.commands import Commands
from tests.making import LOTE, SLUG

BUYER = "--buyer-name Rita --buyer-email rita@example.com"


@pytest.fixture
def plan(boxoffice: Commands) -> Path:
    """A plan of an event with a cash sale and a courtesy."""
    boxoffice.has_event()
    boxoffice.sells(BUYER)
    boxoffice.sells(f"--method courtesy {BUYER}")
    path = boxoffice.home / "end.json"
    told = boxoffice(f"event cancel {SLUG} --plan-out", str(path), "--json").json
    assert told["counts"]["endings"]["by_hand"] == 1
    return path


def test_a_plan_tells_orders_money_and_mails_and_changes_nothing(
    boxoffice: Commands, plan: Path
) -> None:
    told = boxoffice(f"event cancel {SLUG} --plan-out", str(plan), "--json").json

    assert told["counts"]["orders"] == told["counts"]["tickets"] == told["counts"]["mails"] == 2
    assert told["money"]["by_hand_minor"] == 11_000
    assert told["money"]["methods"] == {"cash": 11_000}
    assert len(told["first"]) == 2
    assert boxoffice(f"event show {SLUG} --json").json["state"] == "on_sale"


def test_applied_it_ends_the_event_and_says_what_is_left_to_do(
    boxoffice: Commands, plan: Path
) -> None:
    done = boxoffice("event cancel --yes --json --apply", str(plan))

    assert done.code == 6
    (told,) = done.rows
    assert (told["state"], told["ended"], told["by_hand"]) == ("cancelled", 2, 1)
    assert f"payment owed -e {SLUG}" in done.err
    assert boxoffice(f"event show {SLUG} --json").json["state"] == "cancelled"
    (owed,) = boxoffice(f"payment owed -e {SLUG} --json").rows
    assert (owed["owed_minor"], owed["methods"]) == (11_000, ["cash"])


def test_cash_that_was_given_back_is_owed_no_more_and_the_plan_is_done(
    boxoffice: Commands, plan: Path
) -> None:
    boxoffice("event cancel --yes --apply", str(plan))
    (owed,) = boxoffice("payment owed --json").rows

    done = boxoffice(f"order refund {owed['code']} --proof 'cash, receipt 1' --yes --json")

    assert done.json["refund"]["amount_minor"] == 11_000
    assert boxoffice("payment owed --json").rows == []
    assert boxoffice("event cancel --yes --json --apply", str(plan)).json["already"] == 2


def test_a_sale_after_it_is_refused(boxoffice: Commands, plan: Path) -> None:
    boxoffice("event cancel --yes --apply", str(plan))

    refused = boxoffice(f"order sell -e {SLUG} --tier '{LOTE}' --json")

    assert (refused.code, refused.error["code"]) == (5, "event.not_on_sale")


def test_a_plan_that_is_stale_is_refused(boxoffice: Commands, plan: Path) -> None:
    boxoffice.sells()

    refused = boxoffice("event cancel --yes --json --apply", str(plan))

    assert (refused.code, refused.error["code"]) == (5, "plan.stale")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("", 2),
        (f"{SLUG} --apply end.json --yes", 2),
        ("--apply end.json --plan-out x.json --yes", 2),
        (f"{SLUG} --plan-out -", 2),
        ("nowhere", 3),
        ("--apply no-such-plan.json --yes", 3),
    ],
)
def test_what_makes_no_sense_is_refused(on_sqlite: Commands, words: str, code: int) -> None:
    on_sqlite.has_event()

    refused = on_sqlite(f"event cancel {words} --json")

    assert (refused.code, refused.error["exit"]) == (code, code)


def test_nobody_is_asked_where_nobody_can_answer(boxoffice: Commands, plan: Path) -> None:
    refused = boxoffice("event cancel --json --apply", str(plan))

    assert (refused.code, refused.error["hint"]) == (2, "repeat with --yes")


def test_people_are_shown_the_plan(boxoffice: Commands, plan: Path) -> None:
    shown = boxoffice(f"event cancel {SLUG} --plan-out", str(plan))

    assert shown.code == 0
    assert "each with a proof" in shown.out
    assert f"event cancel --apply {plan} --yes" in shown.err


def test_an_edit_changes_what_its_flags_name_and_nothing_else(boxoffice: Commands) -> None:
    boxoffice.has_event()
    before = boxoffice(f"event show {SLUG} --json").json

    told = boxoffice(f"event edit {SLUG} --capacity 20 --half-cap-percent 25 --yes --json").json

    assert [(c["field"], c["after"]) for c in told["changes"]] == [
        ("capacity", 20),
        ("half_cap_percent", 25),
    ]
    after = boxoffice(f"event show {SLUG} --json").json
    assert before | {"capacity": 20, "places_left": 20} == after
    report = boxoffice(f"report half-price -e {SLUG} --json").json
    assert (report["limit"], report["used"], report["limit_left"]) == (5, 0, 5)


def test_half_price_over_its_cap_is_refused_with_a_hint(boxoffice: Commands) -> None:
    boxoffice.has_event()
    boxoffice(f"event edit {SLUG} --capacity 4 --half-cap-percent 25 --yes")

    refused = boxoffice(f"order sell -e {SLUG} --tier Meia --quantity 2 --json")

    assert (refused.code, refused.error["code"]) == (5, "half.cap_reached")
    assert "report half-price" in refused.error["hint"]
    assert boxoffice("order list --json").rows == []


@pytest.mark.parametrize(
    "flags",
    [
        "",
        "--half-cap-percent 0",
        "--half-cap-percent 101",
        "--boleto-days -1",
        "--hold-minutes 0",
        "--code-scheme long",
        "--late-payment never",
        "--fee-percent 101",
        "--starts-at soon",
        "--timezone Mars/Olympus",
        "--capacity 0",
    ],
)
def test_an_edit_that_makes_no_sense_changes_nothing(on_sqlite: Commands, flags: str) -> None:
    on_sqlite.has_event()
    before = on_sqlite(f"event show {SLUG} --json").json

    refused = on_sqlite(f"event edit {SLUG} {flags} --yes --json")

    assert (refused.code, refused.error["exit"]) == (2, 2)
    assert on_sqlite(f"event show {SLUG} --json").json == before


def test_create_takes_what_the_file_takes(on_sqlite: Commands) -> None:
    on_sqlite.has_event()

    made = on_sqlite(
        "event create outra --title Outra --starts-at 2099-12-01T19:00 --tier 'Lote 1:100:10' "
        "--half-cap-percent 40 --no-fee-refundable --boleto-days 3 --code-scheme signed --json"
    )

    assert made.json["event"]["slug"] == "outra"
    assert on_sqlite("report half-price -e outra --json").json["limit"] == 4
