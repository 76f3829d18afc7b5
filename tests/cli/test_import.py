"""`order import`: a file is planned, looked at and applied, and every no has its exit code."""

import json
import os
import pty
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from boxoffice.cli import bulk
from tests.bulk.files import ANA, BIA, CID, a_file
from tests.commands import EVENT, Commands
from tests.making import LOTE, SLUG

BAD = "P9;Eva;no address;;;Lote 1;1;;"


@pytest.fixture
def selling(boxoffice: Commands) -> Commands:
    boxoffice.has_event()
    return boxoffice


@pytest.fixture
def on_one(on_sqlite: Commands) -> Commands:
    """The program with an event, where the database is not the point."""
    on_sqlite.has_event()
    return on_sqlite


def a_list(folder: Path, *rows: str, name: str = "convidados.csv", **more: Any) -> str:
    """Write a file to import, and return its path."""
    path = folder / name
    path.write_bytes(a_file(*rows, **more))
    return str(path)


def places(program: Commands) -> int:
    """Return how many places are left."""
    left: int = program(f"event show {SLUG} --json").json["places_left"]
    return left


def test_a_file_is_planned_and_then_applied(selling: Commands, tmp_path: Path) -> None:
    before = places(selling)
    plan = selling(f"order import plan -e {SLUG} --json", a_list(tmp_path)).json
    assert places(selling) == before

    done = selling("order import apply --yes --json", plan["plan"]).json

    assert plan["counts"] == {
        "rows": 3, "bad": 0, "orders": 3, "tickets": 4, "already": 0, "with_email": 2,
    }  # fmt: skip
    assert done == {
        "event": SLUG, "orders": 3, "made": 3, "already": 0, "refused": 0, "tickets": 4,
        "result": plan["plan"] + ".result.jsonl",
    }  # fmt: skip
    assert places(selling) == before - 4
    (found,) = selling("order find 'avila' --json").rows
    shown = selling("order show --json", found["code"]).json
    assert (shown["order"]["channel"], shown["order"]["state"]) == ("import", "paid")
    assert (shown["payment"]["method"], shown["payment"]["state"]) == ("external", "settled")
    assert shown["order"]["fee_minor"] == 0


def test_the_same_file_twice_is_a_no_op(selling: Commands, tmp_path: Path) -> None:
    path = a_list(tmp_path)
    plan = selling(f"order import plan -e {SLUG} --json", path).json["plan"]
    assert selling("order import apply --yes --json", plan).json["made"] == 3
    orders = selling("order list --json").out

    assert selling("order import apply --yes --json", plan).json["made"] == 0
    again = selling(f"order import plan -e {SLUG} --json", path).json
    assert (again["counts"]["orders"], again["counts"]["already"]) == (0, 3)
    assert selling("order import apply --yes --json", again["plan"]).json["orders"] == 0
    assert selling("order list --json").out == orders


def test_some_bad_rows_are_told_and_the_plan_holds_the_good_ones(
    on_one: Commands, tmp_path: Path
) -> None:
    ran = on_one(f"order import plan -e {SLUG} --json", a_list(tmp_path, ANA, BAD))

    (told,) = ran.rows
    assert ran.code == 6
    assert told["counts"]["orders"] == told["counts"]["bad"] == 1
    assert [(p["line"], p["column"]) for p in told["problems"]] == [(3, "E-mail")]
    assert on_one("order import apply --yes --json", told["plan"]).json["made"] == 1


def test_people_read_the_problems_on_stderr_and_the_plan_on_stdout(
    on_one: Commands, tmp_path: Path
) -> None:
    ran = on_one(f"order import plan -e {SLUG}", a_list(tmp_path, ANA, BAD))

    assert ran.code == 6
    assert "line 3, column E-mail: is not an e-mail address" in ran.err
    assert "orders    1 to bring in, 0 in already" in ran.out
    assert "money     R$ 100,00, paid elsewhere" in ran.out
    assert "hint: boxoffice order import apply" in ran.err


@pytest.mark.parametrize("rows", [[BAD], ["P1;Ana;;;;Lote 1;11;;"]])
def test_when_nothing_can_be_planned_there_is_no_plan(
    on_one: Commands, tmp_path: Path, rows: list[str]
) -> None:
    ran = on_one(f"order import plan -e {SLUG} --json", a_list(tmp_path, *rows))

    assert ran.code == 5
    assert ran.error["code"] == "plan.empty"
    assert [problem["line"] for problem in ran.error["details"]["problems"]] == [2]
    assert not (tmp_path / "convidados.csv.plan.json").exists()


def test_a_plan_whose_world_has_moved_is_refused(on_one: Commands, tmp_path: Path) -> None:
    plan = on_one(f"order import plan -e {SLUG} --json", a_list(tmp_path)).json["plan"]
    on_one.has_event(EVENT.replace("100,00", "110,00"))

    ran = on_one("order import apply --yes --json", plan)

    assert (ran.code, ran.error["code"]) == (5, "plan.stale")
    assert ran.error["details"]["moved"] == [LOTE]


def test_an_apply_that_nobody_confirms_changes_nothing(on_one: Commands, tmp_path: Path) -> None:
    plan = on_one(f"order import plan -e {SLUG} --json", a_list(tmp_path)).json["plan"]

    ran = on_one("order import apply --json", plan)

    assert (ran.code, "--yes" in ran.error["hint"]) == (2, True)
    assert on_one("order list --json").rows == []


def test_columns_are_found_by_map_and_the_plan_goes_where_out_says(
    on_one: Commands, tmp_path: Path
) -> None:
    path = a_list(tmp_path, "Ana;VIP;Lote 1", head="Comprador;Nome;Setor")
    out = tmp_path / "p.json"

    told = on_one(
        f"order import plan -e {SLUG} --map name=Comprador --map tier=Setor --json --out",
        str(out), path,
    ).json  # fmt: skip

    assert told["columns"] == {"name": "Comprador", "tier": "Setor"}
    assert told["plan"] == str(out)
    assert json.loads(out.read_text("utf-8"))["first"][0]["buyer_name"] == "Ana"


def test_standard_input_is_a_file_too(on_one: Commands, tmp_path: Path) -> None:
    out = str(tmp_path / "p.json")
    raw = b'{"nome": "Ana", "lote": "Meia"}\n{"nome": "Bia", "lote": "Meia"}\n'

    ran = on_one(f"order import plan - -e {SLUG} --json --out", out, stdin=raw)

    assert ran.json["counts"]["orders"] == 2


@pytest.mark.parametrize(
    ("words", "code", "case"),
    [
        ("plan nobody.csv -e noite", 3, "file.not_found"),
        ("plan FILE -e nowhere", 3, "event.not_found"),
        ("plan - -e noite", 2, "value.invalid"),
        ("plan FILE -e noite --out -", 2, "value.invalid"),
        ("plan FILE -e noite --out FILE", 2, "value.invalid"),
        ("plan FILE -e noite --map tier", 2, "value.invalid"),
        ("plan FILE -e noite --map setor=Lote", 2, "value.invalid"),
        ("plan FILE -e noite --map tier=Setor", 2, "file.invalid"),
        ("plan FILE -e noite --map name=Nome --map name=CPF", 2, "value.invalid"),
        ("plan FOLDER -e noite", 2, "file.invalid"),
        ("plan FILE -e noite --out FOLDER/not/there.json", 2, "file.invalid"),
        ("apply nobody.json --yes", 3, "file.not_found"),
        ("apply FILE --yes", 3, "file.not_found"),
        ("apply FOLDER --yes", 2, "file.invalid"),
        ("apply /dev/zero --yes", 2, "file.invalid"),
    ],
)
def test_each_mistake_has_its_code(
    on_one: Commands, tmp_path: Path, words: str, code: int, case: str
) -> None:
    line = words.replace("FILE", a_list(tmp_path)).replace("FOLDER", str(tmp_path))

    ran = on_one(f"order import {line} --json")

    assert (ran.code, ran.error["code"]) == (code, case)


def test_hostile_cells_headings_and_file_names_are_shown_as_nothing_that_acts(
    on_one: Commands, tmp_path: Path
) -> None:
    rows = ['P1;=HYPERLINK("x");;;;\x1b[2J;1;', "P2;\u202eAna;;;;Lote 1;1;", "P3;Bia;;;;Meia;1;"]
    path = tmp_path / "a\x1b[31m'$(id).csv"
    head = "Pedido;Nome;E-mail;CPF;Empresa;Lote;Qtd;\x1b[31m\x07Cargo"
    path.write_bytes("\n".join([head, *rows]).encode())

    for more in ("", " --json"):
        ran = on_one(f"order import plan -e {SLUG}{more}", str(path))
        said = ran.out + ran.err
        assert ran.code == 6
        assert [c for c in said if c in "\x1b\x07\u202e"] == []


def test_mail_is_sent_only_when_it_is_said(on_one: Commands, tmp_path: Path) -> None:
    plan = on_one(f"order import plan -e {SLUG} --json", a_list(tmp_path, ANA)).json["plan"]
    on_one("order import apply --yes", plan)
    assert on_one("job list --json").rows == []

    plan = on_one(f"order import plan -e {SLUG} --json", a_list(tmp_path, BIA, CID)).json["plan"]
    on_one("order import apply --yes --mail", plan)

    assert [job["kind"] for job in on_one("job list --json").rows] == ["tickets.deliver"]


def test_a_bar_moves_on_a_terminal_once_it_takes_over_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours, theirs = pty.openpty()
    moments = iter([0.0, 0.5, 1.5])
    clock = SimpleNamespace(monotonic=lambda: next(moments))
    monkeypatch.setattr("boxoffice.cli.bulk.time", clock)
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr("sys.stderr", terminal)
        with bulk.progress_of("bringing in") as progress:
            progress(1, 4)
            os.set_blocking(ours, False)
            with pytest.raises(BlockingIOError):
                os.read(ours, 100)
            progress(2, 4)
    os.set_blocking(ours, True)

    assert b"bringing in" in os.read(ours, 4_096)
    os.close(ours)
