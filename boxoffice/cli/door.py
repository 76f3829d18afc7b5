"""`boxoffice door`: scan tickets, undo, count."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from boxoffice.cli.door_answer import scan_once
from boxoffice.cli.door_check import app as check_app
from boxoffice.cli.door_list import app as list_app
from boxoffice.cli.door_people import app as people_app
from boxoffice.cli.door_scanner import app as scanner_app
from boxoffice.cli.options import AsJson, EventSlug, Fields, ListName, example, noun

if TYPE_CHECKING:
    from collections.abc import Iterator

    from boxoffice.door.models import Source
    from boxoffice.door.queries import DoorStats
    from boxoffice.door.rules import Asked

app = noun("Scan tickets, search, undo, count.")
app.add_typer(people_app)  # its verbs are verbs of `door`
app.add_typer(check_app)
app.add_typer(scanner_app)
app.add_typer(list_app, name="list")

LINE_MAX = 4096  # characters of one scanned line; what is longer is no code of ours

Direction = Annotated[str, typer.Option("--direction", help="in or out.")]
ProofKind = Annotated[
    str | None,
    typer.Option(
        "--proof",
        help="Which proof was seen: student, youth, senior, disability, teacher, other.",
    ),
]
Confirm = Annotated[bool, typer.Option("--confirm", help="The note was read.")]
Gate = Annotated[str, typer.Option("--gate", help="What this gate is called.")]


@app.command("scan", epilog=example("boxoffice door scan MZXW6YTBOI5HK3LQ2A4C -e noite --gate A"))
def scan_command(
    ctx: typer.Context,
    event: EventSlug,
    code: Annotated[
        str | None, typer.Argument(help="The text of the QR code, or the ticket's name: K7QX2M-1.")
    ] = None,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read one code a line, for ever.")] = False,
    list_name: ListName = None,
    gate: Gate = "",
    nonce: Annotated[
        str | None, typer.Option("--nonce", help="Repeat safely: the same nonce, the same answer.")
    ] = None,
    direction: Direction = "in",
    out: Annotated[bool, typer.Option("--out", help="The same as --direction out.")] = False,
    proof: ProofKind = None,
    document: Annotated[bool, typer.Option("--document", help="A proof was seen.")] = False,
    confirm: Confirm = False,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Scan one ticket and say whether its holder may enter. The exit code is the verdict's class.

    With --stdin: a verdict a line, in order; the exit code then tells of the stream alone.
    """
    from boxoffice.cli.opening import ask_again, office_of
    from boxoffice.door.scan import Shown, new_nonce
    from boxoffice.errors import BadValue

    if (code is None) != stdin:
        raise BadValue(
            "the code",
            "is needed: as an argument, or with --stdin.",
            hint="boxoffice door scan CODE --event SLUG",
        )
    if nonce is not None and (stdin or not 1 <= len(nonce) <= 64 or not nonce.isprintable()):  # noqa: PLR2004
        raise BadValue("--nonce", "must be 1 to 64 characters, for one code.")
    asked = asked_of("out" if out else direction, proof, document=document, confirm=confirm)
    with office_of(ctx, even_if_silent=True) as office:
        if code is not None:
            what = Shown(code, nonce or new_nonce(), source_of(code), asked)
            raise typer.Exit(
                scan_once(office, event, list_name, gate, what, as_json=as_json, fields=fields)
            )
        asked_at = office.now()
        for text in lines_of_stdin():
            asked_at = ask_again(office, asked_at)
            what = Shown(text, new_nonce(), asked=asked)
            scan_once(office, event, list_name, gate, what, as_json=as_json, fields=fields)


@app.command(
    "undo", epilog=example("boxoffice door undo K7QX2M-1 -e noite --reason 'read by mistake'")
)
def undo_command(
    ctx: typer.Context,
    event: EventSlug,
    ticket: Annotated[
        str | None, typer.Argument(help="The ticket; without one, your last admission.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept with the scan.")] = "",
    list_name: ListName = None,
    gate: Gate = "",
    as_json: AsJson = False,
) -> None:
    """Take an admission back. The log keeps both: the scan, and that it was undone, and why."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.door.queries import gate_at
    from boxoffice.door.undo import undo

    with office_of(ctx) as office, office.writing() as session:
        at = gate_at(session, event, list_name, gate=gate)
        name = undo(session, office.actor, at, ticket, reason=reason, now=office.now())
    if as_json:
        show.as_json_line({"undone": name, "event": event, "list": at.list_name})
    else:
        show.line(f"undone: {name} is outside again.")


@app.command("stats", epilog=example("boxoffice door stats -e noite --json"))
def stats_command(
    ctx: typer.Context,
    event: EventSlug,
    list_name: ListName = None,
    watch: Annotated[bool, typer.Option("--watch", help="Again and again, until Ctrl-C.")] = False,
    every: Annotated[float, typer.Option(min=0.1, max=3600, help="Seconds between two.")] = 5.0,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Count who is expected, who came in, and what the door said."""
    import time

    from boxoffice.cli.opening import office_of
    from boxoffice.door.queries import door_stats, gate_at

    with office_of(ctx) as office:
        while True:
            with office.reading() as session:
                stats = door_stats(session, gate_at(session, event, list_name))
            _show_stats(stats, as_json=as_json, fields=fields)
            if not watch:
                return
            time.sleep(every)


def _show_stats(stats: "DoorStats", *, as_json: bool, fields: str | None) -> None:
    from boxoffice.cli import show
    from boxoffice.door.wire import door_stats_json

    if as_json:
        show.as_json_line(door_stats_json(stats), fields)
        return
    show.pairs(
        [
            (f"{stats.event} · {stats.list}", f"in {stats.admitted} of {stats.expected}"),
            ("inside now", str(stats.inside)),
            ("scans", str(stats.scans)),
            *[(f"  {verdict}", str(count)) for verdict, count in stats.verdicts.items()],
        ]
    )
    sys.stdout.flush()


def asked_of(
    direction: str, proof: str | None, *, document: bool = False, confirm: bool = False
) -> "Asked":
    """Read what the operator says along with the code.

    Raises:
        BadValue: a word is not known.
    """
    from boxoffice.door.rules import Asked, Direction, Proof
    from boxoffice.errors import BadValue

    if direction not in {"in", "out"}:
        raise BadValue("--direction", "must be in or out.")
    if proof is not None and proof not in list(Proof):
        raise BadValue("--proof", "is not known.", hint="write one of: " + ", ".join(Proof))
    return Asked(Direction(direction), document, confirm, Proof(proof) if proof else None)


def source_of(text: str) -> "Source":
    """Say whether a person typed it, as far as one can tell."""
    from boxoffice.door.models import Source
    from boxoffice.tickets.code import TicketName, read_code

    return Source.TYPED if isinstance(read_code(text), TicketName) else Source.SCANNER


def lines_of_stdin() -> "Iterator[str]":
    """Yield the lines of stdin, as they come; the cut-off rest of a monstrous one is dropped."""
    stream = sys.stdin.buffer
    while line := stream.readline(LINE_MAX):
        ends = line.endswith(b"\n")
        while not ends and len(line) >= LINE_MAX:
            rest = stream.readline(LINE_MAX)
            if not rest or rest.endswith(b"\n"):
                break
        yield line.decode("utf-8", "replace").rstrip("\r\n")
