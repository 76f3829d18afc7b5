"""`boxoffice privacy`: one person's data found, handed out and erased, and how long it is kept."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from boxoffice.cli import retention
from boxoffice.cli.options import AsJson, Fields, Limit, Yes, example, noun

if TYPE_CHECKING:
    from boxoffice.db import ReadSession
    from boxoffice.office import BoxOffice
    from boxoffice.privacy.files import HoldingFile
    from boxoffice.privacy.find import Found
    from boxoffice.privacy.who import Who

app = noun("One person's data: find it, hand it out, erase it; and how long it is kept.")
app.registered_commands.extend(retention.app.registered_commands)

WhoText = Annotated[
    str, typer.Argument(metavar="WHO", help="An e-mail, a CPF or CNPJ, a phone, or a whole name.")
]
OfEvent = Annotated[
    str | None, typer.Option("--event", "-e", help="Only there; a name alone needs it.")
]


@app.command("find", epilog=example("boxoffice privacy find ana@exemplo.com.br"))
def find_command(
    ctx: typer.Context,
    who: WhoText,
    event: OfEvent = None,
    limit: Limit = 10_000,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """List every row and file that holds something of one person. Values are not shown."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.privacy.who import parse_who

    asked = parse_who(who, event=event)
    with office_of(ctx) as office:
        found, files = _found(office, asked)
    if as_json:
        for hit in list(found.hits.values())[:limit]:
            row: dict[str, Any] = {"table": hit.table, "key": hit.name, "path": None}
            show.as_json_line(row | {"columns": list(hit.columns), "theirs": hit.is_theirs}, fields)
        for file in files:
            row = {"table": file.kind, "key": None, "path": str(file.path)}
            show.as_json_line(row | {"columns": [], "theirs": True}, fields)
        return
    _show_counts(found, files)


@app.command("export", epilog=example("boxoffice privacy export ana@exemplo.com.br --out ana.zip"))
def export_command(
    ctx: typer.Context,
    who: WhoText,
    out: Annotated[Path, typer.Option("--out", help="The ZIP to write; - is stdout.")],
    event: OfEvent = None,
    as_json: AsJson = False,
) -> None:
    """Write all that is known of one person into a ZIP for them: JSON, and a page to read."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.files import publish
    from boxoffice.privacy.hand_out import note_handed_out, package

    asked = _one_person(who, event)
    with office_of(ctx) as office:
        found, files = _found(office, asked)
        _must_be_somebody(found)
        with office.database.reading(is_long=True) as session:
            content = package(session, office.actor, found, files, now=office.now())
        with office.writing() as session:
            proof = note_handed_out(session, office.actor, found, now=office.now())
        publish(out, [content])
    told = {"out": str(out), "bytes": len(content), "counts": found.counts, "proof": str(proof)}
    if str(out) == "-":
        return
    if as_json:
        show.as_json_line(told)
    else:
        show.line(f"{out}: {len(found.hits)} rows, {len(content)} bytes")


@app.command(
    "erase",
    epilog=example(
        "boxoffice privacy erase ana@exemplo.com.br --plan-out ana.json, "
        "then: boxoffice privacy erase ana@exemplo.com.br --apply ana.json"
    ),
)
def erase_command(
    ctx: typer.Context,
    who: WhoText,
    event: OfEvent = None,
    plan_out: Annotated[
        Path | None, typer.Option("--plan-out", help="The plan; erase.plan.json by default.")
    ] = None,
    apply: Annotated[
        Path | None, typer.Option("--apply", help="Do what this plan says.", metavar="PLAN")
    ] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Erase one person: first a plan of what goes and what a law keeps, then --apply PLAN does it.

    Amounts, dates and codes stay. Mails in our folder and exports written on this machine that
    hold the person are removed.
    """
    from boxoffice.errors import BadValue

    if apply is not None and plan_out is not None:
        raise BadValue("--plan-out", "goes without --apply.")
    asked = _one_person(who, event)
    if apply is None:
        _plan(ctx, asked, who, plan_out or Path("erase.plan.json"), as_json=as_json)
    else:
        _apply(ctx, asked, apply, yes=yes, as_json=as_json)


def _one_person(text: str, event: str | None) -> "Who":
    """Read WHO, where a mistake would touch a namesake.

    Raises:
        BadValue: it is a name, and no event narrows it down.
    """
    from boxoffice.errors import BadValue
    from boxoffice.privacy.who import By, parse_who

    who = parse_who(text, event=event)
    if who.by is By.NAME and event is None:
        raise BadValue(
            "WHO", "is a name alone, and others may have it.", hint="add --event, or give an e-mail"
        )
    return who


def _found(office: "BoxOffice", who: "Who") -> "tuple[Found, list[HoldingFile]]":
    from boxoffice.cli.progress import counting

    with (
        counting("rows") as progress,
        office.database.reading(is_long=True) as session,
    ):
        return _found_in(session, office, who, progress)


def _found_in(
    session: "ReadSession", office: "BoxOffice", who: "Who", progress: Any
) -> "tuple[Found, list[HoldingFile]]":
    from boxoffice.privacy.files import files_holding
    from boxoffice.privacy.find import find

    found = find(session, office.actor, who, progress=progress)
    return found, files_holding(session, found, office.mail_folder)


def _must_be_somebody(found: "Found") -> None:
    from boxoffice.errors import NotFound

    if not found.hits:
        hint = "look under another address or document: boxoffice privacy find WHO"
        raise NotFound("person", "known by that", hint=hint)


def _show_counts(found: "Found", files: "list[HoldingFile]") -> None:
    from boxoffice.cli import show

    if not found.hits and not files:
        show.talk("nothing is known of them.")
    show.pairs([(table, str(count)) for table, count in found.counts.items()])
    for file in files:
        show.line(f"{file.kind}  {file.path}")


def _plan(ctx: typer.Context, asked: "Who", text: str, out: Path, *, as_json: bool) -> None:
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.privacy.erase import KEPT, must_be_over
    from boxoffice.privacy.plan_file import write_plan

    with office_of(ctx) as office:
        found, files = _found(office, asked)
        _must_be_somebody(found)
        with office.reading() as session:
            must_be_over(session, found.keys("orders"))
        write_plan(found, files, out, by=office.actor.name, now=office.now())
    if as_json:
        told: dict[str, Any] = {"plan": str(out), "counts": found.counts}
        told["files"] = [{"kind": file.kind, "path": str(file.path)} for file in files]
        told["kept"] = [{"what": what, "why": why} for what, why in KEPT]
        show.as_json_line(told)
        return
    _show_counts(found, files)
    for what, why in KEPT:
        show.line(f"kept  {what} ({why})")
    show.line(f"plan  {out}")
    event = f" -e {shlex.quote(asked.event)}" if asked.event else ""
    who = shlex.quote(text)
    show.talk(f"hint: boxoffice privacy erase {who}{event} --apply {shlex.quote(str(out))}")


def _apply(ctx: typer.Context, asked: "Who", plan: Path, *, yes: bool, as_json: bool) -> None:
    from boxoffice.cli import show
    from boxoffice.cli.exits import PARTIAL
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import Busy, Misconfigured
    from boxoffice.privacy.erase import erase
    from boxoffice.privacy.files import remove
    from boxoffice.privacy.plan_file import must_fit, read_plan
    from boxoffice.vacuum import vacuum

    kept = read_plan(plan)
    with office_of(ctx) as office:
        found, files = _found(office, asked)
        must_fit(kept, found)
        if not show.confirmed(f"Erase {len(found.hits)} rows and {len(files)} files?", yes=yes):
            raise typer.Abort
        # Race: what came between the finding and this is not erased; a second run finds it.
        with office.writing() as session:
            done = erase(session, office.actor, found, now=office.now())
        left = remove(file for file in files if str(file.path) in kept.files)
        left += [file for file in files if str(file.path) not in kept.files]
        try:
            vacuum(office.database, done.tables)
            stopped = ""
        except (Busy, Misconfigured) as error:
            stopped = error.message
    if as_json:
        told: dict[str, Any] = {"proof": str(done.id), "rows": done.rows, "scrubbed": not stopped}
        told["left"] = [{"kind": file.kind, "path": str(file.path)} for file in left]
        show.as_json_line(told)
    else:
        show.line(f"erased: {done.rows} rows, {len(files) - len(left)} files. Proof: {done.id}")
    for file in left:
        show.talk(f"{file.path} may hold them too: look into it, and remove it yourself.")
    if stopped:
        show.talk(f"old bytes are still in the files of the database: {stopped}")
        show.talk("hint: boxoffice privacy scrub")
    show.talk("backups made before today still hold them; let them run out.")
    if left or stopped:
        raise typer.Exit(PARTIAL)
