"""`boxoffice door`: scan tickets, undo, count."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from boxoffice.cli.options import AsJson, EventSlug, Fields, example, noun

if TYPE_CHECKING:
    from collections.abc import Iterator

    from boxoffice.door.models import Source
    from boxoffice.door.scan import Shown
    from boxoffice.door.words import Admission
    from boxoffice.errors import BoxOfficeError
    from boxoffice.office import BoxOffice

app = noun("Scan tickets, undo, count.")

LINE_MAX = 4096  # characters of one scanned line; what is longer is no code of ours

ListName = Annotated[str | None, typer.Option("--list", help="The door list, by its name.")]
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
    out: Annotated[bool, typer.Option("--out", help="The guest goes out.")] = False,
    document: Annotated[bool, typer.Option("--document", help="The proof was seen.")] = False,
    confirm: Annotated[bool, typer.Option("--confirm", help="The note was read.")] = False,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Scan one ticket and say whether its holder may enter. The exit code is the verdict's class.

    With --stdin: a verdict a line, in order; the exit code then tells of the stream alone.
    """
    from boxoffice.cli.opening import ask_again, office_of
    from boxoffice.door.rules import Asked, Direction
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
    asked = Asked(Direction.OUT if out else Direction.IN, document, confirm)
    with office_of(ctx, even_if_silent=True) as office:
        if code is not None:
            what = Shown(code, nonce or new_nonce(), _source(code), asked)
            raise typer.Exit(
                _scan(office, event, list_name, gate, what, as_json=as_json, fields=fields)
            )
        asked_at = office.now()
        for text in _lines():
            asked_at = ask_again(office, asked_at)
            what = Shown(text, new_nonce(), asked=asked)
            _scan(office, event, list_name, gate, what, as_json=as_json, fields=fields)


@app.command("undo", epilog=example("boxoffice door undo K7QX2M-1 -e noite"))
def undo_command(
    ctx: typer.Context,
    event: EventSlug,
    ticket: Annotated[
        str | None, typer.Argument(help="The ticket; without one, your last admission.")
    ] = None,
    list_name: ListName = None,
    gate: Gate = "",
    as_json: AsJson = False,
) -> None:
    """Take an admission back. The log keeps both: the scan, and that it was undone."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.door.queries import gate_at
    from boxoffice.door.undo import undo

    with office_of(ctx) as office, office.writing() as session:
        at = gate_at(session, event, list_name, gate=gate)
        name = undo(session, office.actor, at, ticket, now=office.now())
    if as_json:
        show.as_json_line({"undone": name, "event": event, "list": at.row.name})
    else:
        show.line(f"undone: {name} is outside again.")


@app.command("stats", epilog=example("boxoffice door stats -e noite --json"))
def stats_command(
    ctx: typer.Context,
    event: EventSlug,
    list_name: ListName = None,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Count who is expected, who came in, and what the door said."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.shapes import door_stats_json
    from boxoffice.door.queries import door_stats, gate_at

    with office_of(ctx) as office, office.reading() as session:
        stats = door_stats(session, gate_at(session, event, list_name))
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


def _source(text: str) -> "Source":
    from boxoffice.door.models import Source
    from boxoffice.tickets.code import TicketName, read_code

    return Source.TYPED if isinstance(read_code(text), TicketName) else Source.SCANNER


def _lines() -> "Iterator[str]":
    """Yield the lines of stdin, as they come; the cut-off rest of a monstrous one is dropped."""
    stream = sys.stdin.buffer
    while line := stream.readline(LINE_MAX):
        ends = line.endswith(b"\n")
        while not ends and len(line) >= LINE_MAX:
            rest = stream.readline(LINE_MAX)
            if not rest or rest.endswith(b"\n"):
                break
        yield line.decode("utf-8", "replace").rstrip("\r\n")


def _scan(
    office: "BoxOffice",
    event: str,
    list_name: str | None,
    gate: str,
    what: "Shown",
    *,
    as_json: bool,
    fields: str | None,
) -> int:
    """Scan once, show the answer, and return the exit code of its class."""
    from boxoffice.cli import show
    from boxoffice.cli.exits import FAULT
    from boxoffice.cli.shapes import admission_json
    from boxoffice.door.queries import gate_at
    from boxoffice.door.rules import ExitOf
    from boxoffice.door.scan import scan
    from boxoffice.errors import Busy, Unavailable

    def once() -> "Admission":
        actor = office.actor  # it may have to be asked for, which takes a transaction of its own
        with office.writing() as session:
            at = gate_at(session, event, list_name, gate=gate)
            admission = scan(session, actor, at, what, now=office.now())
            if as_json:  # a wrong field is refused while the scan is not kept yet
                show.picked(admission_json(admission), fields)
        return admission

    try:
        try:
            admission = once()
        except Unavailable:
            admission = once()  # it may have been kept: the nonce then answers as it did
    except (Unavailable, Busy) as failure:
        _show_fault(failure, as_json=as_json)
        return FAULT
    _show(admission, as_json=as_json, fields=fields)
    return ExitOf[admission.verdict.family]


def _show(admission: "Admission", *, as_json: bool, fields: str | None) -> None:
    from boxoffice.cli import show
    from boxoffice.cli.shapes import admission_json
    from boxoffice.door.words import SYMBOLS

    if as_json:
        show.as_json_line(admission_json(admission), fields)
        return
    family, ticket = admission.verdict.family, admission.ticket
    who = "" if ticket is None else f"  {ticket.holder_name}  {ticket.tier}  {ticket.short_code}"
    show.line(f"{SYMBOLS[family]} {family}{who}")
    show.line(f"  {admission.message}")
    if admission.hint:
        show.line(f"  {admission.hint}")
    sys.stdout.flush()


def _show_fault(failure: "BoxOfficeError", *, as_json: bool) -> None:
    from boxoffice.cli import show

    if as_json:
        show.as_json_line({
            "class": "FAULT", "verdict": "unavailable", "message": failure.message,
            "hint": failure.hint or "scan again", "ticket": None, "first": None,
        })  # fmt: skip
        return
    show.line("? FAULT")
    show.line(f"  {failure.message}")
    show.line("  scan again")
