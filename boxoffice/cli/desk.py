"""`boxoffice desk`: a machine at the door, with a line to the listener or without."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from boxoffice.cli.desk_enrol import MaybeEvent, folder_of
from boxoffice.cli.desk_enrol import app as enrol_app
from boxoffice.cli.desk_open import DeskGroup, Wanted, open_desk
from boxoffice.cli.options import AsJson, Fields, ListName, example, noun

if TYPE_CHECKING:
    from datetime import datetime

    from boxoffice.adapters.desk_line import DeskLine
    from boxoffice.adapters.desk_sync import Sent
    from boxoffice.door.folder import DeskFolder
    from boxoffice.door.known import Snapshot
    from tui.remote import RemoteDesk

app = noun("A machine at the door: open it, enrol it, keep it in step.")
app.add_typer(enrol_app)  # its verbs are verbs of `desk`


@app.callback(
    cls=DeskGroup,
    invoke_without_command=True,
    epilog=example("boxoffice desk --event noite --list main --gate A"),
)
def desk_command(
    ctx: typer.Context,
    event: MaybeEvent = None,
    list_name: ListName = None,
    gate: Annotated[str, typer.Option("--gate", help="What this gate is called.")] = "",
    source: Annotated[
        str, typer.Option("--input", help="keys, serial:PORT, fifo:PATH or - beside the keys.")
    ] = "keys",
    prefix: Annotated[str, typer.Option("--prefix", help="What the scanner types first.")] = "",
    plain: Annotated[
        bool, typer.Option("--plain", help="Sentences instead of a screen: one a scan.")
    ] = False,
    mute: Annotated[bool, typer.Option("--mute", help="No bells.")] = False,
    hide_names: Annotated[
        bool, typer.Option("--hide-names", help="Initials: the queue can read the screen.")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Do not try the line.")] = False,
    theme: Annotated[str, typer.Option("--theme", help="dark, light or contrast.")] = "dark",
    ascii_only: Annotated[
        bool, typer.Option("--ascii", help="No sign beyond ASCII, as on TERM=linux.")
    ] = False,
    lang: Annotated[str | None, typer.Option("--lang", help="pt-BR or en.")] = None,
) -> None:
    """Open the desk: on the database with --event, else as the desk this machine is enrolled as."""
    if ctx.invoked_subcommand is not None:
        return
    open_desk(
        ctx,
        Wanted(
            event=event,
            list_name=list_name,
            gate=gate,
            source=source,
            prefix=prefix,
            plain=plain,
            muted=mute,
            hides_names=hide_names,
            offline=offline,
            ascii=ascii_only,
            theme=theme,
            language=lang,
        ),
    )


@app.command("pull", epilog=example("boxoffice desk pull"))
def pull_command(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Bring a snapshot to judge on when the line is down. What is unsent is sent first."""
    from boxoffice.adapters.desk_sync import pull
    from boxoffice.cli import show

    folder, line = _folder_and_line(ctx)
    try:
        sent, snapshot = pull(folder, line, _now)
    finally:
        line.close()
    if as_json:
        show.as_json_line({"sent": _sent_json(sent), "snapshot": _snapshot_json(snapshot)})
        return
    _tell_sent(sent)
    count, door = snapshot.expected_count(), snapshot.gate.list_name
    show.line(f"snapshot: {count} tickets may come in at {door}")


@app.command("sync", epilog=example("boxoffice desk sync"))
def sync_command(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Send what this desk judged alone. Safe to repeat, whenever it was cut off."""
    from boxoffice.adapters.desk_sync import send_journal
    from boxoffice.cli import show

    folder, line = _folder_and_line(ctx)
    try:
        sent = send_journal(folder, line, folder.journal, _now)
    finally:
        line.close()
    if as_json:
        show.as_json_line(_sent_json(sent))
    else:
        _tell_sent(sent)


@app.command("status", epilog=example("boxoffice desk status --json"))
def status_command(ctx: typer.Context, as_json: AsJson = False, fields: Fields = None) -> None:
    """Say which desk this is, how old its snapshot is, and how many scans are unsent."""
    from boxoffice.cli import show
    from boxoffice.errors import BadFile, NotFound

    folder = folder_of(ctx)
    papers, journal, sent = folder.papers(), folder.journal, folder.sent()
    problem, snapshot = "", None
    try:
        snapshot = _snapshot_json(folder.snapshot())
    except (NotFound, BadFile) as error:
        problem = error.message
    told = {
        "desk": papers.desk,
        "event": papers.event,
        "list": papers.list,
        "url": papers.url,
        "expires_at": papers.expires_at,
        "snapshot": snapshot,
        "problem": problem,
        "scans": len(journal.facts),
        "unsent": sum(fact.sequence > sent for fact in journal.facts),
        "broken_lines": journal.broken_count + journal.has_torn_end,
    }
    if as_json:
        show.as_json_line(told, fields)
        return
    age = "none" if snapshot is None else f"{snapshot['age_seconds'] // 60} min old"
    show.pairs(
        [
            ("desk", f"{papers.desk} · {papers.event} · {papers.list}"),
            ("listener", papers.url),
            ("snapshot", problem or age),
            ("unsent", str(told["unsent"])),
            ("broken lines", str(told["broken_lines"] or "")),
        ]
    )


@app.command("scan", epilog=example("boxoffice desk scan K7QX2M-1"))
def scan_command(
    ctx: typer.Context,
    code: Annotated[str | None, typer.Argument(help="The code, or the ticket's name.")] = None,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read one code a line, for ever.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Do not try the line.")] = False,
    gate: Annotated[str, typer.Option("--gate", help="What this gate is called.")] = "",
    nonce: Annotated[str | None, typer.Option("--nonce", help="Repeat safely.")] = None,
    direction: Annotated[str, typer.Option("--direction", help="in or out.")] = "in",
    proof: Annotated[str | None, typer.Option("--proof", help="Which proof was seen.")] = None,
    confirm: Annotated[bool, typer.Option("--confirm", help="The note was read.")] = False,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Scan on this desk: by the listener, or by the snapshot when it does not answer in time."""
    from boxoffice.cli import show
    from boxoffice.cli.door import asked_of, lines_of_stdin, source_of
    from boxoffice.cli.door_answer import show_admission
    from boxoffice.door.rules import ExitOf
    from boxoffice.door.scan import new_nonce
    from boxoffice.errors import BadValue

    if (code is None) != stdin:
        raise BadValue("the code", "is needed: as an argument, or with --stdin.")
    if nonce is not None and (stdin or not 1 <= len(nonce) <= 64 or not nonce.isprintable()):  # noqa: PLR2004
        raise BadValue("--nonce", "must be 1 to 64 characters, for one code.")
    asked = asked_of(direction, proof, confirm=confirm)
    desk = _desk(ctx, gate, offline=offline)
    try:
        for text in lines_of_stdin() if code is None else [code]:
            admission = desk.scan(
                text, nonce=nonce or new_nonce(), asked=asked, source=source_of(text)
            )
            show_admission(admission, as_json=as_json, fields=fields)
            trouble = desk.status().trouble
            if trouble:
                show.talk(trouble)
            if code is not None:
                raise typer.Exit(ExitOf[admission.verdict.family])
    finally:
        desk.close()


def _folder_and_line(ctx: typer.Context) -> "tuple[DeskFolder, DeskLine]":
    from boxoffice.adapters.desk_line import DeskLine

    folder = folder_of(ctx)
    papers = folder.papers()
    return folder, DeskLine(papers.url, papers.token)


def _desk(ctx: typer.Context, gate: str, *, offline: bool) -> "RemoteDesk":
    from tui.remote import RemoteDesk

    folder, line = _folder_and_line(ctx)
    desk = RemoteDesk(folder, line, gate=gate, now=_now)
    if offline:
        desk.stay_offline()
    return desk


def _now() -> "datetime":
    from boxoffice.office import utc_now

    return utc_now()


def _tell_sent(sent: "Sent") -> None:
    from boxoffice.cli import show

    show.line(f"sent: {sent.accepted} scans, {sent.known} were known, {sent.conflicts} conflicts")
    if sent.broken:
        show.talk(f"{sent.broken} lines of the journal are torn or altered, and were left out.")


def _sent_json(sent: "Sent") -> dict[str, Any]:
    return {
        "accepted": sent.accepted,
        "known": sent.known,
        "conflicts": sent.conflicts,
        "broken_lines": sent.broken,
    }


def _snapshot_json(snapshot: "Snapshot") -> dict[str, Any]:
    from boxoffice.times import iso

    return {
        "taken_at": iso(snapshot.taken_at),
        "age_seconds": int((_now() - snapshot.taken_at).total_seconds()),
        "expected": snapshot.expected_count(),
        "list": snapshot.gate.list_name,
    }
