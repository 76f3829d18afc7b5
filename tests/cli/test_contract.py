"""The minimum contract: what outsiders may rely on, line by line."""

from pathlib import Path
from typing import Any

import pytest

from boxoffice.sandbox.ledger import Sandbox
from tests.commands import EVENT, Commands

ORDER = set("code state total_minor fee_minor discount_minor currency expires_at tickets".split())
TICKET = {"short_code", "code", "holder_name", "tier", "state"}
PAYMENT = set(
    "id method state amount_minor pix_payload boleto_line invoice_url provider_id".split()
)
TIER = {"name", "price_minor", "currency", "quota", "places_left", "on_sale"}
RITA = "--buyer-name 'Rita Nogueira' --buyer-email rita@example.com --buyer-document 39053344705"


def has_the_shape_of_an_order(told: Any) -> bool:
    """Whether every name of the contract is there."""
    return (
        set(told) == {"order", "payment"}
        and set(told["order"]) >= ORDER
        and all(set(ticket) >= TICKET for ticket in told["order"]["tickets"])
        and set(told["payment"]) >= PAYMENT
    )


@pytest.fixture
def selling(boxoffice: Commands) -> Commands:
    boxoffice.has_event()
    return boxoffice


def test_init_makes_the_database_and_may_be_repeated(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'b.db'}"
    boxoffice = Commands(url, tmp_path / "new")

    first, second = boxoffice("init --json").json, boxoffice("init --json").json

    assert (first["migrated"], second["migrated"]) == (True, False)
    assert first["schema"] == second["schema"]
    assert boxoffice("event list --json").rows == []


def test_apply_tells_the_event_and_every_change(boxoffice: Commands, tmp_path: Path) -> None:
    path = tmp_path / "event.toml"
    path.write_text(EVENT, encoding="utf-8")

    told = boxoffice("event apply --yes --json", str(path)).json

    assert {"event", "changes"} <= set(told)
    assert (told["event"]["slug"], told["event"]["state"]) == ("noite", "draft")
    assert [(c["act"], c["noun"], c["name"]) for c in told["changes"]] == [
        ("add", "event", "noite"),
        *[("add", "tier", name) for name in ("Lote 1", "Meia", "Lote 2")],
        *[("add", "list", name) for name in ("main", "vip", "early")],
    ]


def test_a_second_apply_changes_nothing(selling: Commands) -> None:
    told = selling("event apply --yes --json", str(selling.home / "event.toml")).json

    assert told["changes"] == []
    assert told["event"]["state"] == "on_sale"


def test_publish_and_show_tell_the_event(boxoffice: Commands, tmp_path: Path) -> None:
    path = tmp_path / "event.toml"
    path.write_text(EVENT, encoding="utf-8")
    boxoffice("event apply --yes", str(path))

    published, told = (boxoffice(f"event {verb} noite --json").json for verb in ("publish", "show"))

    assert published["state"] == "on_sale"
    assert set(told) >= {"slug", "state", "capacity", "places_left", "tiers"}
    assert all(set(tier) >= TIER for tier in told["tiers"])
    assert [(tier["name"], tier["on_sale"]) for tier in told["tiers"]] == [
        ("Lote 1", True),
        ("Lote 2", False),
        ("Meia", True),
    ]


def test_sell_answers_with_a_paid_order_and_its_codes(selling: Commands) -> None:
    told = selling.sells(f"--quantity 2 {RITA}")

    assert has_the_shape_of_an_order(told)
    assert (told["order"]["state"], told["order"]["total_minor"]) == ("paid", 22_000)
    assert (told["order"]["fee_minor"], told["order"]["discount_minor"]) == (2_000, 0)
    assert (told["payment"]["method"], told["payment"]["amount_minor"]) == ("cash", 22_000)
    code = told["order"]["code"]
    assert [t["short_code"] for t in told["order"]["tickets"]] == [f"{code}-1", f"{code}-2"]
    assert all(len(ticket["code"]) == 20 for ticket in told["order"]["tickets"])


@pytest.mark.parametrize("method", ["pix", "boleto", "card"])
def test_place_answers_with_what_the_buyer_needs_to_pay(
    charging: Commands, gateway: Sandbox, method: str
) -> None:
    told = charging(f"order place -e noite -t 'Lote 1' --method {method} {RITA} --json").json

    assert has_the_shape_of_an_order(told)
    assert told["order"]["state"] == "placed"
    assert told["order"]["expires_at"] > "2026"
    assert told["order"]["tickets"][0]["code"] is None
    payment = told["payment"]
    assert (payment["method"], payment["state"]) == (method, "waiting")
    assert gateway.charge(payment["provider_id"])["externalReference"] == payment["id"]
    assert bool(payment["pix_payload"]) == (method == "pix")
    assert bool(payment["boleto_line"]) == (method == "boleto")
    assert payment["invoice_url"].startswith("http")


def test_show_answers_as_sell_did_but_for_the_mail_that_left_since(selling: Commands) -> None:
    sold = selling.sells(RITA)

    shown = selling(f"order show {sold['order']['code']} --json").json

    assert (sold["order"].pop("mail"), shown["order"].pop("mail")["state"]) == (None, "sent")
    assert shown == sold


def test_find_answers_with_a_line_an_order(selling: Commands) -> None:
    code = selling.sells(RITA)["order"]["code"]
    selling.sells("--buyer-name 'João Ribeiro'")

    (found,) = selling("order find 'rita nog' --json").rows

    assert found["code"] == code
    assert set(found) >= {"code", "state", "buyer_name", "event", "total_minor"}
    assert found["event"] == "noite"


def test_scan_admits_once_and_then_says_when_and_where(selling: Commands) -> None:
    ticket = selling.sells(RITA)["order"]["tickets"][0]
    scan = f"door scan {ticket['code']} --event noite --gate A --json"

    first, second = selling(scan), selling(scan)

    assert (first.code, second.code) == (0, 20)
    assert set(first.json) >= {"class", "verdict", "message", "hint", "ticket", "first"}
    assert (first.json["class"], first.json["verdict"]) == ("ADMIT", "ok")
    assert (
        first.json["ticket"].items()
        >= {
            "short_code": ticket["short_code"],
            "holder_name": "Rita Nogueira",
            "tier": "Lote 1",
        }.items()
    )
    (again,) = second.rows
    assert (again["class"], again["verdict"]) == ("WARN", "already_in")
    assert set(again["first"]) == {"at", "gate", "by"}
    assert again["first"]["gate"] == "A"


def test_a_stream_answers_one_object_a_line_in_order(selling: Commands) -> None:
    code = selling.sells(RITA)["order"]["tickets"][0]["code"]
    lines = f"{code}\nnonsense\n{code}\n\n".encode()

    ran = selling("door scan --stdin --event noite --json", stdin=lines)

    assert ran.code == 0
    assert [row["verdict"] for row in ran.rows] == ["ok", "unreadable", "already_in", "unreadable"]


def test_export_writes_a_file_and_its_manifest(selling: Commands, tmp_path: Path) -> None:
    selling.sells(RITA)
    out = tmp_path / "attendees.csv"

    ran = selling("export run attendees --event noite --format csv --out", str(out))

    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert len(out.read_text(encoding="utf-8").splitlines()) == 2
    assert (tmp_path / "attendees.csv.manifest.json").is_file()


def test_jobs_run_until_none_is_left(selling: Commands) -> None:
    selling.sells("--buyer-name Rita --buyer-email rita@example.com")

    ran = selling("job run --until-empty")

    assert ran.code == 0
    states = {row["kind"]: row["state"] for row in selling("job list --json").rows}
    assert states == {"tickets.deliver": "done", "audit.seal": "done"}
    assert len(list((selling.home / "mail" / "new").glob("*.eml"))) == 1
