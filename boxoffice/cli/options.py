"""Options that mean the same on every command."""

from difflib import get_close_matches
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON: an object, or one a line.")]
Fields = Annotated[
    str | None, typer.Option("--fields", help="With --json: only these fields, as a,b.c.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the code alone.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", "-n", help="Show the changes and write nothing.")
]
Supervisor = Annotated[
    str | None,
    typer.Option("--supervisor", help="Who approves with a PIN what you may not give back alone."),
]
PinStdin = Annotated[
    bool, typer.Option("--pin-stdin", help="Read the PIN from stdin, not the terminal.")
]
Whole = Annotated[
    bool,
    typer.Option(
        "--with-documents", help="Show documents, addresses and phones whole; it is audited."
    ),
]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Print at most this many.")]
EventSlug = Annotated[str, typer.Option("--event", "-e", help="The event, by its slug.")]
ListName = Annotated[str | None, typer.Option("--list", help="The door list, by its name.")]
Key = Annotated[
    str | None,
    typer.Option(
        "--idempotency-key", help="Make a repeat answer with the same order.", metavar="KEY"
    ),
]


class Group(TyperGroup):
    """A group of commands that lists them when none is named, and guesses at a misspelt one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take no words for a question: the help is the answer, on stdout."""
        return super().parse_args(ctx, args or ([] if ctx.resilient_parsing else ["--help"]))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find a command by its name. What is meant is guessed, and never run."""
        command = self.get_command(ctx, args[0])
        if command is not None:
            if ctx.resilient_parsing:  # a shell asks what may come next
                from boxoffice.cli.completing import offer

                offer(str(ctx.info_name), command)
            return args[0], command, args[1:]
        if not args[0].startswith("-"):
            near = get_close_matches(args[0], self.list_commands(ctx), n=3)
            guess = f" Did you mean {', '.join(map(repr, near))}?" if near else ""
            ctx.fail(f"No such command {args[0]!r}.{guess}")
        return super().resolve_command(ctx, args)


def noun(help_text: str) -> typer.Typer:
    """Make the group of one noun's verbs."""
    return typer.Typer(
        cls=Group,
        help=help_text,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


EXAMPLE = "Example: "


def example(command: str) -> str:
    """Write the example at the end of a command's help."""
    return f"{EXAMPLE}{command}"
