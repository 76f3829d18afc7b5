"""The manual page, in the language of man(7), from the same words as --help."""

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import typer

from boxoffice.cli.exits import EXIT_CODES
from boxoffice.settings import KNOWN, PREFIX


def page(program: Any) -> Iterator[str]:
    """Yield the lines of boxoffice(1): every command with its options and its example."""
    yield f'.TH BOXOFFICE 1 "" "boxoffice {version("boxoffice")}" "User Commands"'
    yield from (".SH NAME", r"boxoffice \- a box office for people who live in the terminal")
    yield from (".SH SYNOPSIS", r".B boxoffice", r"[\fIoptions\fR] \fIcommand\fR …")
    yield from (".SH DESCRIPTION", _text(program.help))
    yield ".SH OPTIONS"
    yield from _options(typer.Context(program, info_name="boxoffice"), program)
    yield ".SH COMMANDS"
    yield from _commands(typer.Context(program, info_name="boxoffice"), program)
    yield ".SH EXIT STATUS"
    for code, (name, meaning) in EXIT_CODES.items():
        yield from (".TP", rf"\fB{code}\fR  {_text(name)}", _text(meaning))
    yield ".SH ENVIRONMENT"
    for setting in KNOWN:
        file = (
            f" Or {PREFIX}{setting.name.upper()}_FILE names a file." if setting.may_be_filed else ""
        )
        yield from (".TP", rf"\fB{PREFIX}{setting.name.upper()}\fR", _text(setting.help + file))


def _commands(ctx: Any, group: Any) -> Iterator[str]:
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        own = typer.Context(command, info_name=name, parent=ctx)
        if hasattr(command, "list_commands"):
            yield from _commands(own, command)
            continue
        usage = " ".join(command.collect_usage_pieces(own))
        yield from (
            f".SS {_text(own.command_path)}",
            rf"\fB{_text(own.command_path)}\fR {_text(usage)}",
        )
        yield from (".PP", _text(command.help))
        yield from _options(own, command)
        if command.epilog:
            yield from (".PP", _text(command.epilog))


def _options(ctx: Any, command: Any) -> Iterator[str]:
    """Yield each option as --help tells it; that --help tells is known by now."""
    for parameter in command.get_params(ctx):
        told = parameter.get_help_record(ctx)
        if told is not None and parameter.name != "help":
            yield from (".TP", rf"\fB{_text(told[0])}\fR", _text(told[1]) or r"\&")


def _text(words: str | None) -> str:
    """Return words as man(7) shows them to the letter."""
    plain = " ".join((words or "").split()).replace("\\", r"\e").replace("-", r"\-")
    plain = plain.replace("'", r"\(aq").replace("`", r"\(ga").replace('"', r"\(dq")
    return rf"\&{plain}" if plain.startswith(".") else plain
