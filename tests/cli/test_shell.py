"""What the shell around the program needs: a version, TAB, a manual page, a log on stderr."""

import json
import re
from importlib.metadata import version

import pytest
import typer.main

from boxoffice.cli.front import app
from boxoffice.cli.man import page
from tests.architecture.test_contract_page import TREE
from tests.commands import Commands
from tests.making import LOTE, SLUG


@pytest.fixture
def selling(boxoffice: Commands) -> Commands:
    assert boxoffice("init").code == 0
    boxoffice.has_event()
    return boxoffice


@pytest.fixture
def selling_on_sqlite(on_sqlite: Commands) -> Commands:
    """Where the database is not the point."""
    assert on_sqlite("init").code == 0
    on_sqlite.has_event()
    return on_sqlite


def tab(boxoffice: Commands, line: str, shell: str = "bash") -> list[str]:
    """Return what TAB offers at the end of a line."""
    count = len(re.sub(r"\\.|'[^']*'", "x", line).split(" ")) - 1
    asked = {
        "_BOXOFFICE_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": line,
        "COMP_CWORD": str(count),
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    ran = boxoffice.process("", more=asked)
    assert ran.err == ""
    return ran.out.split("\n")[:-1] if ran.out.endswith("\n") else ran.out.split("\n")


def test_the_version_is_that_of_the_package(on_sqlite: Commands) -> None:
    assert on_sqlite("--version").out == f"boxoffice {version('boxoffice')}\n"


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("boxoffice ord", ["order"]),
        ("boxoffice event show ", [SLUG]),
        ("boxoffice event show x", []),
        (f"boxoffice order sell --event {SLUG} --tier Lo", ["Lote\\ 1", "Lote\\ 2"]),
        (f"boxoffice order sell --event {SLUG} --tier Lote\\ ", ["Lote\\ 1", "Lote\\ 2"]),
        ("boxoffice order sell --event other --tier Lo", []),
        (f"boxoffice door scan X --event {SLUG} --list m", ["main"]),
        ("boxoffice export run att", ["attendees"]),
    ],
)
def test_tab_offers_what_there_is(
    selling_on_sqlite: Commands, line: str, offered: list[str]
) -> None:
    assert [word for word in tab(selling_on_sqlite, line) if word] == offered


def test_tab_offers_codes_in_either_case_and_no_name_of_a_buyer(selling: Commands) -> None:
    order = selling.sells("--buyer-name 'Zenaide Zimmermann'")["order"]["code"]

    assert tab(selling, f"boxoffice order show {order[:2].lower()}") == [order]
    assert tab(selling, f"boxoffice order sell --event {SLUG} --tier Lote\\ ") == [
        "Lote\\ 1",
        "Lote\\ 2",
    ]
    assert tab(selling, "boxoffice ticket show ") == [f"{order}-1"]
    assert tab(selling, "boxoffice order find Zen") == [""]


def test_other_shells_quote_by_themselves(selling_on_sqlite: Commands) -> None:
    line = f"boxoffice order sell --event {SLUG} --tier Lote"

    assert tab(selling_on_sqlite, line, "fish") == [LOTE, "Lote 2"]


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.db", "postgresql://nobody@127.0.0.1:9/none", "nonsense"]
)
def test_tab_says_nothing_where_there_is_no_database(on_sqlite: Commands, url: str) -> None:
    assert tab(on_sqlite.setting(database_url=url), "boxoffice event show ") == [""]


def test_the_manual_page_has_every_command_with_its_example() -> None:
    text = "\n".join(page(typer.main.get_command(app))).replace("\\-", "-")

    assert [line for line in TREE if f".SS boxoffice {line}\n" not in text] == []
    examples = [command.epilog for command in TREE.values() if command.epilog]
    assert len(examples) > 50
    assert text.count("Example: ") == len([one for one in examples if "Example" in one])


def test_no_line_of_the_manual_page_is_taken_for_a_command_of_troff() -> None:
    lines = list(page(typer.main.get_command(app)))

    known = r"\.(TH|SH|SS|TP|PP|B)\b"
    assert [line for line in lines if line[:1] in {".", "'"} and not re.match(known, line)] == []
    assert [line for line in lines if re.search(r"\\(?![-e&f(])", line)] == []


def test_the_log_goes_to_stderr_where_a_container_wants_it(on_sqlite: Commands) -> None:
    loud = on_sqlite.setting(log="stderr")
    loud.has_event()

    sold = f"order sell -e {SLUG} -t '{LOTE}' --buyer-name Rita --buyer-email rita@example.com"
    ran = loud.process(f"{sold} --json")

    told = [json.loads(line) for line in ran.err.splitlines()]
    assert {line["fact"] for line in told} == {"job done"}
    assert ran.json["order"]["state"] == "paid"
    assert not (on_sqlite.home / "boxoffice.log").exists()


def test_a_log_that_goes_nowhere_is_a_wrong_setting(on_sqlite: Commands) -> None:
    refused = on_sqlite.setting(log="syslog")("event list --json")

    assert (refused.code, refused.error["code"]) == (78, "config.invalid")


def test_the_health_of_a_container_is_asked_without_a_login(boxoffice: Commands) -> None:
    assert boxoffice("init").code == 0
    added = boxoffice(
        "staff add rita --role admin --password-stdin", stdin=b"correct horse staple\n"
    )
    assert added.code == 0, added.err

    asked = boxoffice("doctor --only database --json")

    assert (asked.json["check"], asked.json["ok"]) == ("database", True)
    assert boxoffice("job list").code == 4


def test_a_container_without_its_schema_is_not_healthy(on_sqlite: Commands) -> None:
    asked = on_sqlite.setting(database_url=f"sqlite:///{on_sqlite.home}/none.db")

    assert asked("doctor --only database").code == 8


def test_a_check_that_there_is_not_is_a_wrong_word(on_sqlite: Commands) -> None:
    refused = on_sqlite("doctor --only databse --json")

    assert (refused.code, refused.error["code"]) == (2, "value.invalid")
    assert "database" in refused.error["hint"]
