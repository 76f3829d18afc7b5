"""The reference of the commands, as each command tells it of itself."""

from collections.abc import Iterator
from typing import Any

import typer
import typer.main

from boxoffice.cli.front import app
from boxoffice.cli.options import EXAMPLE

ALONE = "boxoffice"  # the page of commands that belong to no noun


def command_pages() -> dict[str, str]:
    """Return a page a noun, by its path in the site; commands without a noun share one."""
    front = typer.main.get_command(app)
    context: Any = typer.Context(front, info_name="boxoffice")
    alone: list[Any] = []
    pages = {}
    for name in front.list_commands(context):  # type: ignore[attr-defined]  # it is a group
        command = front.get_command(context, name)  # type: ignore[attr-defined]  # the same
        inner: Any = typer.Context(command, info_name=name, parent=context)
        if hasattr(command, "list_commands"):
            pages[path_of(name)] = _page(f"boxoffice {name}", command.help, _within(inner))
        else:
            alone.append(inner)
    about = "The commands that belong to no noun."
    return {path_of(ALONE): _page("boxoffice", about, alone), **pages}


def path_of(noun: str) -> str:
    """Return where in the site the page of a noun lies."""
    return f"reference/commands/{noun}.md"


def _within(group: Any) -> Iterator[Any]:
    """Yield the context of every command of a group, those of groups in it too."""
    for name in group.command.list_commands(group):
        command = group.command.get_command(group, name)
        inner = typer.Context(command, info_name=name, parent=group)
        if hasattr(command, "list_commands"):
            yield from _within(inner)
        else:
            yield inner


def _page(title: str, about: str, commands: Any) -> str:
    told = "\n".join(_command(context) for context in commands)
    return f"# {title}\n\n{about}\n\n{told}"


def _command(context: Any) -> str:
    """Tell one command: what it does, how it is called, its flags, and its example."""
    command = context.command
    usage = " ".join(command.collect_usage_pieces(context))
    parts = [f"## {context.command_path}", command.help.strip()]
    parts.append(f"```text\n{context.command_path} {usage}\n```")
    records = [parameter.get_help_record(context) for parameter in command.params]
    rows = [row(f"`{flags}`", plain(about)) for flags, about in filter(None, records)]
    if rows:
        parts.append(table("flag", "what it is for", rows))
    if command.epilog:
        said = command.epilog.removeprefix(EXAMPLE)
        is_example = said != command.epilog
        parts.append(f"```sh\n{said}\n```" if is_example else plain(said))
    return "\n\n".join(parts) + "\n"


def row(*cells: str) -> str:
    """Return a line of a table."""
    return f"| {' | '.join(cells)} |"


def table(*head_and_rows: Any) -> str:
    """Return a table: the words of its head, then its lines."""
    *head, rows = head_and_rows
    return "\n".join([row(*head), row(*("---" for _ in head)), *rows])


def plain(text: str) -> str:
    """Return words as they are read, in a cell of a table."""
    cell = " ".join(text.split())
    for mark in ("\\", "|", "<", "*", "_", "["):
        cell = cell.replace(mark, f"\\{mark}")
    return cell
