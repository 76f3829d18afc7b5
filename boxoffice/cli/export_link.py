"""`boxoffice export link`: an exported file for whoever has no key of the bucket."""

from typing import Annotated

import typer

from boxoffice.cli.options import AsJson, example, noun

app = noun("Lend an exported file out.")


@app.command("link", epilog=example("boxoffice export link s3://noite/attendees.csv --minutes 60"))
def link_command(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(help="The file, as `export run` named it: s3://…")],
    minutes: Annotated[int, typer.Option(help="How long the address works; a week at most.")] = 15,
    as_json: AsJson = False,
) -> None:
    """Print an address that opens a file in a bucket for a while, without a key of ours.

    An address that was signed with a role's passing key ends with that key, if that comes first.
    """
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.exports.link import link
    from boxoffice.times import iso

    with office_of(ctx) as office:
        store, path = office.store_of(file)
        with office.writing() as session:
            lent = link(
                session, office.actor, store=store, file=path, minutes=minutes, now=office.now()
            )
    if as_json:
        show.as_json_line({"url": lent.url, "expires_at": iso(lent.expires_at)})
        return
    show.line(lent.url)
