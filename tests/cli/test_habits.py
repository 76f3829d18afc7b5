"""Habits that every command keeps: answers on stdout, talk on stderr, JSON that can be narrowed."""

import os
import pty
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from sqlalchemy import make_url

from boxoffice.cli.front import app
from tests.commands import Commands

READING = {
    "event list": {"slug", "title", "state", "places_left", "tiers"},
    "event show noite": {"slug", "title", "state", "places_left", "tiers"},
    "tier list noite": {"name", "price_minor", "quota", "places_left", "on_sale"},
    "order list": {"code", "state", "buyer_name", "event", "total_minor"},
    "order find rita": {"code", "state", "buyer_name", "event", "total_minor"},
    "order show {code}": {"order", "payment"},
    "payment show {code}": {"id", "method", "state", "amount_minor", "pix_payload"},
    "door stats -e noite": {"event", "list", "expected", "admitted", "inside", "scans"},
    "job list": {"id", "kind", "state", "attempts", "run_at"},
}


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command there is."""
    context = typer.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if hasattr(found, "list_commands"):
            yield from commands(found, (*path, name))
        else:
            yield (*path, name)


TREE = [" ".join(words) for words in commands(typer.main.get_command(app))]
NOUNS = sorted({line.split()[0] for line in TREE if " " in line})


@pytest.fixture
def anywhere(tmp_path: Path) -> Commands:
    """The program on a machine where nothing was set up."""
    return Commands(f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "home")


@pytest.fixture
def selling(boxoffice: Commands) -> Commands:
    boxoffice.has_event()
    return boxoffice


@pytest.fixture
def code(selling: Commands) -> str:
    told = selling.sells("--buyer-name Rita --buyer-email rita@example.com")
    return str(told["order"]["code"])


@pytest.mark.parametrize("line", TREE)
def test_every_command_explains_itself_on_stdout(anywhere: Commands, line: str) -> None:
    ran, short = anywhere(f"{line} --help"), anywhere(f"{line} -h")

    assert (ran.code, ran.err) == (0, "")
    assert short == ran
    assert ran.out.startswith(f"Usage: boxoffice {line} ")
    assert "Example: boxoffice " in ran.out or " " not in line


def test_the_tree_has_the_commands_of_the_contract() -> None:
    named = "init/event apply/event publish/event show/order sell/order place/order show/order find"
    more = "ticket pdf/door scan/export run/webhook serve/job run/demo/doctor/help"

    assert set(TREE) >= {*named.split("/"), *more.split("/")}


@pytest.mark.parametrize("noun", ["", *NOUNS])
def test_a_noun_alone_prints_its_verbs(anywhere: Commands, noun: str) -> None:
    ran = anywhere(noun)

    assert (ran.code, ran.err) == (0, "")
    assert "Commands:" in ran.out
    verbs = {line.split()[len(noun.split())] for line in TREE if line.startswith(noun)}
    assert verbs <= set(ran.out.split())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("ordr", "order"), ("order sel", "sell"), ("door scna", "scan"), ("event lst", "list")],
)
def test_a_slip_is_answered_with_a_guess(anywhere: Commands, typed: str, meant: str) -> None:
    ran = anywhere(typed)

    assert (ran.code, ran.out) == (2, "")
    assert f"Did you mean '{meant}'" in ran.err


def test_plurals_are_understood(selling: Commands) -> None:
    assert selling("events list --json").rows == selling("event list --json").rows


def test_json_has_its_names_and_nothing_is_said_beside_it(selling: Commands, code: str) -> None:
    for line, names in READING.items():
        ran = selling(line.format(code=code) + " --json")

        assert (ran.code, ran.err) == (0, "")
        assert ran.rows
        assert all(set(row) >= names for row in ran.rows), line


def test_for_people_the_answer_is_on_stdout_too(selling: Commands, code: str) -> None:
    for line in READING:
        ran = selling(line.format(code=code))

        assert (ran.code, ran.err) == (0, "")
        assert ran.out
        assert "\x1b" not in ran.out


def test_fields_narrow_an_object(selling: Commands, code: str) -> None:
    told = selling(f"order show {code} --json --fields order.code,payment.state").json

    assert told == {"order.code": code, "payment.state": "settled"}


def test_fields_narrow_every_line_of_a_list(selling: Commands) -> None:
    rows = selling("tier list noite --json --fields name,quota").rows

    assert rows[0] == {"name": "Lote 1", "quota": 10}
    assert all(set(row) == {"name", "quota"} for row in rows)


def test_a_field_nobody_knows_is_refused_with_those_there_are(selling: Commands, code: str) -> None:
    for line, names in READING.items():
        ran = selling(line.format(code=code) + " --json --fields nonsense")

        assert (ran.code, ran.error["code"]) == (2, "value.invalid")
        assert all(name in ran.error["hint"] for name in names)


def test_a_field_below_null_is_null(selling: Commands) -> None:
    ran = selling("door scan nonsense -e noite --json --fields verdict,ticket.tier,first.at")

    assert ran.rows == [{"verdict": "unreadable", "ticket.tier": None, "first.at": None}]


def test_a_wrong_field_is_refused_before_anything_is_kept(selling: Commands) -> None:
    ticket = selling.sells()["order"]["tickets"][0]["code"]
    wrong = "--json --fields nonsense"

    refused = [
        selling(f"order sell -e noite --tier 'Lote 1' {wrong}"),
        selling(f"door scan {ticket} -e noite {wrong}"),
    ]

    assert [ran.error["code"] for ran in refused] == ["value.invalid"] * 2
    assert len(selling("order list --json").rows) == 1
    assert selling("door stats -e noite --json").json["scans"] == 0


def test_a_table_in_a_pipe_is_tabs_without_heads(selling: Commands, code: str) -> None:
    ran = selling("order list")

    assert ran.out == f"{code}\tpaid\tRita\tnoite\t1\tR$ 110,00\n"


def test_a_limit_cuts_a_list_and_keeps_its_order(selling: Commands) -> None:
    codes = [selling.sells()["order"]["code"] for _ in range(3)]

    assert [r["code"] for r in selling("order list --json --limit 2").rows] == codes[:0:-1]
    assert selling("order list --json --limit 0").error["exit"] == 2


def test_settings_are_shown_with_their_origin_and_secrets_masked(on_sqlite: Commands) -> None:
    ran = on_sqlite("config show --json")

    shown = {row["name"]: (row["value"], row["origin"]) for row in ran.rows}
    assert shown["secret_key"] == ("***", "BOXOFFICE_SECRET_KEY")
    assert shown["home"] == (str(on_sqlite.home), "BOXOFFICE_HOME")
    assert on_sqlite.settings["BOXOFFICE_SECRET_KEY"] not in ran.out + on_sqlite("config show").out


def test_the_doctor_names_what_is_wrong_and_its_mending(on_sqlite: Commands) -> None:
    healthy, ill = on_sqlite("doctor --json"), on_sqlite.setting(secret_key="ab")("doctor --json")

    assert healthy.code == 0
    assert all(row["ok"] for row in healthy.rows)
    assert ill.code == 8
    assert [(row["check"], bool(row["mend"])) for row in ill.rows if not row["ok"]] == [
        ("secret key", True)
    ]


def test_the_doctor_notices_that_something_dropped_the_limits_of_waits(
    postgres_url: str, tmp_path: Path
) -> None:
    dropped = make_url(postgres_url).update_query_dict({"options": "-c lock_timeout=0"})
    office = Commands(dropped.render_as_string(hide_password=False), tmp_path / "home")
    office("init")

    ran = office("doctor --json")

    (database,) = [row for row in ran.rows if row["check"] == "database"]
    assert (ran.code, database["ok"]) == (8, False)
    assert "without end" in database["says"]
    assert "pooler=transaction" in database["mend"]


@pytest.mark.parametrize("topic", ["exit-codes", "environment"])
def test_help_topics_are_answers(anywhere: Commands, topic: str) -> None:
    ran = anywhere(f"help {topic}")

    assert (ran.code, ran.err) == (0, "")
    assert ("75 " in ran.out) or ("BOXOFFICE_DATABASE_URL" in ran.out)


def on_a_terminal(boxoffice: Commands, line: str, **more: str) -> str:
    """Run a command on a terminal of 80 columns, and return what it drew."""
    mine, theirs = pty.openpty()
    program = [sys.executable, "-c", "from boxoffice.cli.main import run; run()"]
    given = {"COLUMNS": "80", "TERM": "xterm-256color"} | more
    with subprocess.Popen(  # noqa: S603  (our own program)
        [*program, *shlex.split(line)], stdout=theirs, env=boxoffice.environment() | given
    ) as process:
        os.close(theirs)
        drawn = b""
        try:
            while part := os.read(mine, 65_536):
                drawn += part
        except OSError:
            pass  # how a pseudo-terminal says that nobody is left at the other end
        os.close(mine)
        assert process.wait(30) == 0
    return drawn.decode()


def test_a_terminal_gets_heads_and_colour_only_as_long_as_it_wants_them(
    on_sqlite: Commands,
) -> None:
    on_sqlite.has_event()

    coloured = on_a_terminal(on_sqlite, "event list")
    plain = on_a_terminal(on_sqlite, "event list", NO_COLOR="1")

    assert "slug" in coloured
    assert "Noite das Farmácias" in coloured
    assert "\x1b[" in coloured
    assert "slug" in plain
    assert "\x1b[3" not in plain
