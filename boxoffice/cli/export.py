"""`boxoffice export`: data out, whole and verifiable."""

from pathlib import Path
from typing import Annotated

import typer

from boxoffice.cli.options import AsJson, EventSlug, example, noun

app = noun("Data out, whole and verifiable.")


@app.command("list", epilog=example("boxoffice export list"))
def list_command(as_json: AsJson = False) -> None:
    """List what can be exported, with its columns."""
    from boxoffice.cli import show
    from boxoffice.exports.definitions import DEFINITIONS

    for definition in DEFINITIONS.values():
        if as_json:
            show.as_json_line(
                {
                    "name": definition.name,
                    "version": definition.version,
                    "about": definition.about,
                    "columns": [column.name for column in definition.columns],
                    "personal_columns": [c.name for c in definition.columns if c.is_personal],
                }
            )
        else:
            show.line(f"{definition.name}  {definition.about}")


@app.command("run", epilog=example("boxoffice export run attendees -e noite --out attendees.csv"))
def run_command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The export: see `boxoffice export list`.")],
    event: EventSlug,
    out: Annotated[Path, typer.Option(help="The file, or - for stdout.")],
    file_format: Annotated[str, typer.Option("--format", help="csv.")] = "csv",
    as_json: AsJson = False,
) -> None:
    """Write one export, and a manifest beside it. Silent when all is well, for cron."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import BadValue, NotFound
    from boxoffice.exports.definitions import DEFINITIONS
    from boxoffice.exports.write import record_export, write_export

    definition = DEFINITIONS.get(name)
    if definition is None:
        raise NotFound("export", name[:40], hint="there are: " + ", ".join(DEFINITIONS))
    if file_format != "csv":
        raise BadValue("--format", f"{file_format[:20]!r} is not known.", hint="write csv")
    if as_json and str(out) == "-":
        raise BadValue("--json", "and --out - would both write to stdout.", hint="name a file")
    with office_of(ctx) as office:
        with office.reading() as session:
            now = office.now()
            written = write_export(session, office.actor, definition, event, out, now=now)
        with office.writing() as session:
            record_export(session, office.actor, name, event, written.rows, now=now)
    if as_json:
        show.as_json_line({
            "export": name, "file": str(out), "rows": written.rows,
            "bytes": written.size, "sha256": written.sha256,
        })  # fmt: skip
