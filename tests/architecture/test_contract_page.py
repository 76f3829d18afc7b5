"""The page of the contract names every command, and every listing can be read by a program."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from boxoffice.cli.front import app

PAGE = (Path(__file__).parents[2] / "docs" / "contract.md").read_text("utf-8")
LISTINGS = ("list", "late", "owed", "find")
FEW = {
    "config show": "a line a setting",
    "export list": "a line a definition",
}
# What answers with a file, a text or a server that runs on: nothing that JSON would say better.
NO_JSON = {
    *("help", "config path", "ticket pdf", "webhook serve", "sandbox asaas", "sandbox sendgrid"),
    *("up", "job worker", "job beat", "dashboard", "desk"),
}


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield every command there is, by its words."""
    context = typer.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if hasattr(found, "list_commands"):
            yield from commands(found, (*path, name))
        else:
            yield " ".join((*path, name)), found


TREE = dict(commands(typer.main.get_command(app)))


def named_on(page: str) -> set[str]:
    """Return the commands that a table names. A bar stands for `or` in the last word alone."""
    named = set()
    for cell in re.findall(r"^\| (`.*?) \| ", page, re.MULTILINE):
        for text in re.findall(r"`([^`]+)`", cell):
            words = text.replace("\\|", "|").split()
            for length in (1, 2, 3):
                head = words[:length]
                named |= {" ".join([*head[:-1], last]) for last in head[-1].split("|")}
    return named


def flags(command: Any) -> set[str]:
    """Return the flags that a command takes."""
    return {flag for parameter in command.params for flag in parameter.opts}


@pytest.mark.parametrize("line", sorted(TREE))
def test_every_command_stands_in_the_contract(line: str) -> None:
    assert line in named_on(PAGE)


def test_a_command_that_is_missing_is_noticed() -> None:
    page = "| `event publish\\|pause SLUG [--json]`, `event show SLUG` | the event |\n"

    assert {"event publish", "event pause", "event show"} <= named_on(page)
    assert "event close" not in named_on(page)


@pytest.mark.parametrize("line", sorted(set(TREE) - NO_JSON))
def test_every_command_that_answers_speaks_json(line: str) -> None:
    assert "--json" in flags(TREE[line])


@pytest.mark.parametrize(
    "line", sorted(line for line in TREE if line.split()[-1] in LISTINGS and line not in FEW)
)
def test_every_listing_has_a_limit_and_fields(line: str) -> None:
    assert {"--json", "--limit", "--fields"} <= flags(TREE[line])
