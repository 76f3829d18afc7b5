"""`boxoffice export`: data out, whole and verifiable."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from boxoffice.cli.export_link import app as link_app
from boxoffice.cli.export_request import asked_of, slot_of, switch_of
from boxoffice.cli.export_watch import app as watch_app
from boxoffice.cli.options import AsJson, example, noun

if TYPE_CHECKING:
    from boxoffice.exports.definition import Definition
    from boxoffice.exports.saved import Saved

app = noun("Data out, whole and verifiable.")
app.add_typer(watch_app)  # its verbs are verbs of `export`
app.add_typer(link_app)  # the same

_PARTIAL, _UNHEALTHY = 6, 8


@app.command("list", epilog=example("boxoffice export list"))
def list_command(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List what can be exported, and the exports that are saved in exports.toml."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import settings_of
    from boxoffice.exports.catalogue import DEFINITIONS
    from boxoffice.exports.saved import read_saved

    saved = read_saved(settings_of(ctx).exports_path).values()
    if as_json:
        for definition in DEFINITIONS.values():
            show.as_json_line(_told(definition))
        for one in saved:
            show.as_json_line(_told_saved(one))
        return
    known = [(one.name, one.about) for one in DEFINITIONS.values()]
    show.table(("export", "what"), [*known, *((one.name, _about(one)) for one in saved)])


@app.command("show", epilog=example("boxoffice export show attendees"))
def show_command(
    name: Annotated[str, typer.Argument(help="The export: see `boxoffice export list`.")],
    as_json: AsJson = False,
) -> None:
    """Show the columns of one export: what --columns and --where may name."""
    from boxoffice.cli import show
    from boxoffice.exports.catalogue import definition_named

    definition = definition_named(name)
    if as_json:
        show.as_json_line(_told(definition))
        return
    show.line(f"{definition.name}/{definition.version}  {definition.about}")
    show.table(
        ("column", "kind", "personal"),
        [(one.name, one.kind, "yes" if one.is_personal else "") for one in definition.columns],
    )


@app.command(
    "run",
    epilog=example(
        "boxoffice export run attendees -e noite --out attendees.csv --where 'tier=Lote 1'"
    ),
)
def run_command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The export, or a saved one: `export list`.")],
    out: Annotated[
        str | None,
        typer.Option(help="File, folder, s3://bucket/key, or - for stdout; {date} {time} {event}."),
    ] = None,
    event: Annotated[
        str | None, typer.Option("--event", "-e", help="The event, by its slug; else all.")
    ] = None,
    file_format: Annotated[
        str | None,
        typer.Option(
            "--format", help="csv, excel-br, jsonl, xlsx, parquet or pdf; else by the name."
        ),
    ] = None,
    columns: Annotated[
        str | None, typer.Option(help="These columns alone, in this order: a,b,c.")
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(help="Rows alone that match: state=valid,blocked or total>=100.", metavar="…"),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(help="Rows from 2026-11-22 or -2h on; last: what is new or has changed."),
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="Rows from before this moment.")] = None,
    with_documents: Annotated[
        bool, typer.Option("--with-documents", help="Whole document numbers; audited.")
    ] = False,
    keep: Annotated[
        int | None,
        typer.Option(
            min=1, max=10_000, help="Then delete all but the newest so many of its files."
        ),
    ] = None,
    notify: Annotated[
        str | None, typer.Option(help="Mail this address when it fails.", metavar="ADDRESS")
    ] = None,
    public_bucket_ok: Annotated[
        bool, typer.Option("--public-bucket-ok", help="A bucket that may be public will do.")
    ] = False,
    wait: Annotated[
        str | None,
        typer.Option(help="Wait so long for another run of the file: 60s.", metavar="LENGTH"),
    ] = None,
    slot: Annotated[
        str | None,
        typer.Option(
            help="Of a saved export, once: the moment it is for; last: of its `at`.", metavar="TIME"
        ),
    ] = None,
    ping: Annotated[
        str | None,
        typer.Option(help="Ask for this address when all is well.", metavar="URL"),
    ] = None,
    progress: Annotated[
        bool, typer.Option(help="Count rows on a terminal; nothing is counted anywhere else.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Write one export, and a manifest beside it. Silent when all is well, for cron."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import afterwards, office_of
    from boxoffice.cli.progress import counting
    from boxoffice.errors import BadValue, BoxOfficeError
    from boxoffice.exports.saved import with_flags
    from boxoffice.people import parse_email
    from boxoffice.times import parse_length
    from tasks.exports import keep_failure, run_asked

    wait_seconds = 0.0 if wait is None else parse_length(wait, name="--wait").total_seconds()
    tell = switch_of(ping)
    with office_of(ctx) as office:
        named, to = asked_of(office.settings, name, out)
        slot_at = None if slot is None else slot_of(office, name, slot)
        asked = with_flags(
            named,
            out=out,
            event=event,
            format=file_format,
            columns=None if columns is None else tuple(columns.split(",")),
            where=None if where is None else tuple(where),
            since=since,
            as_of=as_of,
            has_documents=with_documents or None,
            keep=keep,
            is_public_ok=public_bucket_ok or None,
        )
        to = to if notify is None else parse_email(notify, name="--notify")
        if as_json and asked.out == "-":
            raise BadValue("--json", "and --out - would both write to stdout.", hint="name a file")
        try:
            with counting("rows", is_wanted=progress) as count:
                written, pruned = run_asked(
                    office,
                    office.actor,
                    asked,
                    slot_at=slot_at,
                    progress=count,
                    wait_seconds=wait_seconds,
                )
        except BoxOfficeError as error:
            told = keep_failure(
                office, office.actor, error, name=name, event=asked.event, notify=to
            )
            if told is not None:
                afterwards(office, told)
            raise
    if as_json:
        show.as_json_line({
            "export": asked.export, "saved": asked.name, "file": written.file,
            "format": written.format, "rows": written.rows, "bytes": written.size,
            "sha256": written.sha256, "run": str(written.id), "deleted": pruned[0],
            "was_there": written.was_there,
        })  # fmt: skip
    tell()
    if pruned[1]:
        show.talk(f"error: {pruned[1]} older files could not be deleted; the new one is whole.")
        raise typer.Exit(_PARTIAL)


@app.command("verify", epilog=example("boxoffice export verify attendees.csv"))
def verify_command(
    files: Annotated[list[Path], typer.Argument(help="Exported files, their manifests beside.")],
    as_json: AsJson = False,
) -> None:
    """Compare files with their manifests, byte by byte. Exit 8 when one is not what was written."""
    from boxoffice.cli import show
    from boxoffice.exports.manifest import verified

    is_bad = False
    for file in files:
        found = verified(file)
        is_bad = is_bad or bool(found.problem)
        if as_json:
            show.as_json_line({
                "file": str(file), "ok": not found.problem, "problem": found.problem,
                "rows": found.said.get("rows"), "as_of": found.said.get("as_of"),
            })  # fmt: skip
        else:
            show.line(f"{'✖' if found.problem else '✔'} {file}  {found.problem or 'whole'}")
    if is_bad:
        raise typer.Exit(_UNHEALTHY)


def _told(definition: "Definition") -> dict[str, Any]:
    return {
        "name": definition.name,
        "version": definition.version,
        "about": definition.about,
        "columns": [column.name for column in definition.columns],
        "kinds": {column.name: str(column.kind) for column in definition.columns},
        "personal_columns": [column.name for column in definition.columns if column.is_personal],
        "since_column": definition.moment,
    }


def _told_saved(one: "Saved") -> dict[str, Any]:
    from boxoffice.exports.catalogue import definition_named

    definition, asked = definition_named(one.asked.export), one.asked
    columns = definition.chosen(asked.columns)
    return {
        "name": one.name, "saved": True, "export": definition.name, "event": asked.event,
        "columns": [column.name for column in columns],
        "personal_columns": [column.name for column in columns if column.is_personal],
        "where": list(asked.where), "format": asked.format, "out": asked.out,
        "since": asked.since, "keep": asked.keep, "at": one.at.text if one.at else None,
        "timezone": one.zone.key, "notify": one.notify,
    }  # fmt: skip


def _about(one: "Saved") -> str:
    at = f", at {one.at.text} ({one.zone.key})" if one.at else ""
    return f"{one.asked.export} to {one.asked.out}{at}"
