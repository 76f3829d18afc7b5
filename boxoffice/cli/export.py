"""`boxoffice export`: data out, whole and verifiable."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from boxoffice.cli.options import AsJson, example, noun

if TYPE_CHECKING:
    from boxoffice.exports.definition import Definition
    from boxoffice.exports.formats import Format
    from boxoffice.office import BoxOffice

app = noun("Data out, whole and verifiable.")

_UNHEALTHY = 8


@app.command("list", epilog=example("boxoffice export list"))
def list_command(as_json: AsJson = False) -> None:
    """List what can be exported."""
    from boxoffice.cli import show
    from boxoffice.exports.catalogue import DEFINITIONS

    if as_json:
        for definition in DEFINITIONS.values():
            show.as_json_line(_told(definition))
        return
    show.table(("export", "what"), [(one.name, one.about) for one in DEFINITIONS.values()])


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
    name: Annotated[str, typer.Argument(help="The export: see `boxoffice export list`.")],
    out: Annotated[Path, typer.Option(help="The file, or - for stdout.")],
    event: Annotated[
        str | None, typer.Option("--event", "-e", help="The event, by its slug; else all.")
    ] = None,
    file_format: Annotated[
        str | None,
        typer.Option("--format", help="csv, excel-br, jsonl, xlsx or parquet; else by the name."),
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
    as_json: AsJson = False,
) -> None:
    """Write one export, and a manifest beside it. Silent when all is well, for cron."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.progress import counting
    from boxoffice.errors import BadValue
    from boxoffice.exports.catalogue import definition_named
    from boxoffice.exports.request import ExportRequest
from boxoffice.exports.run import run_export

    definition = definition_named(name)
    if as_json and str(out) == "-":
        raise BadValue("--json", "and --out - would both write to stdout.", hint="name a file")
    with office_of(ctx) as office:
        request = ExportRequest(
            definition=definition,
            out=out,
            event=event,
            format=_format(file_format, out),
            columns=None if columns is None else tuple(columns.split(",")),
            where=tuple(where or ()),
            since=None if since == "last" else _moment(office, since, "--since", event),
            until=_moment(office, as_of, "--as-of", event),
            has_documents=with_documents,
            seen_folder=office.settings.home / "exports" if since == "last" else None,
        )
        with counting("rows") as progress:
            written = run_export(
                office.database, office.actor, request, clock=office.now, progress=progress
            )
    if as_json:
        show.as_json_line({
            "export": name, "file": str(out), "format": request.format, "rows": written.rows,
            "bytes": written.size, "sha256": written.sha256, "run": str(written.id),
        })  # fmt: skip


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


def _format(given: str | None, out: Path) -> "Format":
    from boxoffice.errors import BadValue
    from boxoffice.exports.formats import Format

    if given is None:
        suffix = out.suffix.removeprefix(".").lower()
        return Format(suffix) if suffix in set(Format) else Format.CSV
    if given not in set(Format):
        hint = "there are: " + ", ".join(Format)
        raise BadValue("--format", f"{given[:20]!r} is not known.", hint=hint)
    return Format(given)


def _moment(office: "BoxOffice", text: str | None, option: str, event: str | None) -> Any:
    """Read a moment in the event's zone, or in the house's."""
    from boxoffice.events.queries import event_by_slug
    from boxoffice.exports.request import HOUSE_ZONE
    from boxoffice.times import parse_moment, parse_zone

    if text is None:
        return None
    zone = HOUSE_ZONE
    if event is not None:
        with office.reading() as session:
            zone = event_by_slug(session, event).timezone
    return parse_moment(text, name=option, zone=parse_zone(zone), now=office.now())
