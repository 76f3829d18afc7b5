"""How the program says no: one exit code a family, a sentence, a hint, and never a trace."""

import json
from pathlib import Path

import pytest

from boxoffice.orders import queries
from tests.commands import Commands

FAMILIES = {
    "order show K7QX2M": (3, "order.not_found"),
    "event show nowhere": (3, "event.not_found"),
    "door stats -e noite --list nowhere": (3, "list.not_found"),
    "payment show K7QX2M": (3, "order.not_found"),
    "door undo -e noite": (3, "admission.not_found"),
    "order sell -e noite --tier 'Lote 1' --quantity 0": (2, "value.invalid"),
    "order sell -e noite --tier 'Lote 1' --quantity 11": (5, "tier.sold_out"),
    "order sell -e noite --tier 'Lote 2'": (5, "tier.not_on_sale"),
    "order sell -e noite --tier Nada": (3, "tier.not_found"),
    "order sell -e noite --tier 'Lote 1' --method pix": (2, "value.invalid"),
    "order sell -e noite --tier 'Lote 1' --buyer-email nonsense": (2, "value.invalid"),
    "order sell --tier 'Lote 1'": (2, "usage"),
    "order list --nonsense": (2, "usage"),
    "event apply nowhere.toml": (2, "file.invalid"),
    "event create noite --title Noite --starts-at 2099-01-01": (5, "event.exists"),
    "tier add noite 'Lote 1' --price 1 --quota 1": (5, "tier.exists"),
    "job list --state nonsense": (2, "value.invalid"),
    "door scan -e noite": (2, "value.invalid"),
    "export run nonsense -e noite --out x.csv": (3, "export.not_found"),
    "export run attendees -e noite --out x.csv --format ods": (2, "value.invalid"),
    "webhook serve --port 0": (78, "config.invalid"),
    "order place -e noite --tier 'Lote 1' --buyer-name Rita --buyer-email rita@example.com "
    "--buyer-document 39053344705": (78, "config.invalid"),
    "sandbox pay pay_1 --url http://127.0.0.1:9": (75, "unavailable"),
}
NO_JSON = {"webhook serve --port 0"}


@pytest.fixture
def selling(boxoffice: Commands) -> Commands:
    boxoffice.has_event()
    return boxoffice


@pytest.mark.parametrize("line", FAMILIES)
def test_a_refusal_is_told_in_lines_and_as_an_object(on_sqlite: Commands, line: str) -> None:
    code, case = FAMILIES[line]
    on_sqlite.has_event()

    plain = on_sqlite(line)

    assert (plain.code, plain.out) == (code, "")
    assert plain.err.splitlines()[0].startswith("error: ")
    assert "Traceback" not in plain.err
    if line in NO_JSON:
        return
    ran = on_sqlite(f"{line} --json")
    told = ran.error
    assert set(told) == {"code", "message", "hint", "exit", "retryable", "details"}
    assert (ran.code, told["exit"], told["code"]) == (code, code, case)
    assert told["retryable"] == (code == 75)
    assert f"error: {told['message']}\n" in plain.err
    assert not told["hint"] or f"hint: {told['hint']}" in plain.err


def test_a_refused_sale_changes_nothing(selling: Commands) -> None:
    before = selling("event show noite --json").out
    selling("order sell -e noite --tier 'Lote 1' --quantity 11")

    assert selling("event show noite --json").out == before
    assert selling("order list --json").out == ""


@pytest.mark.parametrize(
    ("name", "hint"),
    [("BOXOFFICE_DATABSE_URL", "did you mean BOXOFFICE_DATABASE_URL?"), ("BOXOFFICE_Q", "config")],
)
def test_a_setting_nobody_knows_is_refused(on_sqlite: Commands, name: str, hint: str) -> None:
    boxoffice = on_sqlite.setting()
    boxoffice.settings[name] = "x"

    ran = boxoffice("event list --json")

    assert (ran.code, ran.error["exit"]) == (78, 78)
    assert name in ran.error["message"]
    assert hint in ran.error["hint"]


def test_a_database_that_was_never_made_says_init(tmp_path: Path) -> None:
    boxoffice = Commands(f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "home")

    ran = boxoffice("event list --json")

    assert (ran.code, ran.error["hint"]) == (78, "run: boxoffice init")
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("line", ["event list", "order find rita", "job run --until-empty"])
def test_a_database_that_is_away_is_worth_another_try(tmp_path: Path, line: str) -> None:
    boxoffice = Commands(f"postgresql://x@/x?host={tmp_path}", tmp_path / "home")

    ran = boxoffice(f"{line} --json")

    assert (ran.code, ran.error["code"]) == (75, "database.unavailable")
    assert ran.error["retryable"] is True


def test_a_home_that_cannot_be_is_a_broken_setting(sqlite_url: str) -> None:
    ran = Commands(sqlite_url, Path("/dev/null/home")).process("event list --json")

    assert (ran.code, ran.error["code"]) == (78, "config.invalid")
    assert "BOXOFFICE_HOME" in ran.error["hint"]


def test_an_unexpected_failure_gives_a_reference_that_the_log_has(
    on_sqlite: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("of Rita Nogueira")

    monkeypatch.setattr(queries, "find_orders", broken)

    ran, plain = on_sqlite("order find rita --json"), on_sqlite("order find rita")

    assert (ran.code, plain.code) == (1, 1)
    assert (ran.error["code"], ran.error["exit"], plain.out) == ("failed", 1, "")
    assert "Rita Nogueira" not in ran.err + plain.err
    assert "Traceback" not in plain.err
    log = on_sqlite.home / "boxoffice.log"
    kept = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert ran.error["details"]["ref"] == kept[0]["ref"]
    assert kept[1]["ref"] in plain.err
    assert "ZeroDivisionError" in kept[0]["trace"]
    assert on_sqlite("config path log").out.strip() == str(log)


def test_a_key_that_came_with_another_request_is_refused(selling: Commands) -> None:
    selling.sells("--idempotency-key k1")

    ran = selling("order sell -e noite --tier 'Lote 1' --quantity 2 --idempotency-key k1 --json")

    assert (ran.code, ran.error["code"]) == (5, "idempotency_key.reused")
    assert len(selling("order list --json").rows) == 1


@pytest.mark.parametrize("key", ["", "k" * 201, "two\nlines"])
def test_a_key_that_cannot_be_kept_is_refused(selling: Commands, key: str) -> None:
    ran = selling("order sell -e noite --tier 'Lote 1' --json --idempotency-key", key)

    assert (ran.code, ran.error["code"]) == (2, "value.invalid")
    assert selling("order list --json").out == ""


def test_a_wrong_flag_is_answered_with_an_example(on_sqlite: Commands) -> None:
    ran = on_sqlite("tier list -e noite")

    assert (ran.code, ran.out) == (2, "")
    assert "boxoffice tier list noite" in ran.err
    assert "boxoffice tier list --help" in ran.err
