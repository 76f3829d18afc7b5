"""Options that mean the same on every command."""

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON: an object, or one a line.")]
Fields = Annotated[
    str | None, typer.Option("--fields", help="With --json: only these fields, as a,b.c.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the code alone.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Print at most this many.")]
EventSlug = Annotated[str, typer.Option("--event", "-e", help="The event, by its slug.")]
Key = Annotated[
    str | None,
    typer.Option(
        "--idempotency-key", help="Make a repeat answer with the same order.", metavar="KEY"
    ),
]


def noun(help_text: str) -> typer.Typer:
    """Make the group of one noun's verbs."""
    return typer.Typer(
        help=help_text,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def example(command: str) -> str:
    """Write the example at the end of a command's help."""
    return f"Example: {command}"
