"""`boxoffice privacy`, by the clock: how long people are kept, and the bytes they leave behind."""

from typing import Annotated, Any

import typer

from boxoffice.cli.options import AsJson, Fields, Limit, Yes, example, noun

app = noun("How long the people of an event are kept.")


@app.command("retention", epilog=example("boxoffice privacy retention noite --days 365"))
def retention_command(
    ctx: typer.Context,
    event: Annotated[str | None, typer.Argument(help="The event to set it for.")] = None,
    days: Annotated[
        int | None, typer.Option(help="Erase its people so many days past its end.")
    ] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Show how long each event keeps its people, or set it for one."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import BadValue
    from boxoffice.privacy.retention import retentions, set_retention
    from boxoffice.times import iso

    if (event is None) is not (days is None):
        raise BadValue("the command", "takes an event and --days, or neither to list them.")
    with office_of(ctx) as office:
        if event is not None and days is not None:
            with office.writing() as session:
                views = [set_retention(session, office.actor, event, days, now=office.now())]
        else:
            with office.reading() as session:
                views = retentions(session, office.actor, limit=limit)
    if as_json:
        for view in views:
            told: dict[str, Any] = {"event": view.event, "days": view.days}
            told |= {"due_at": iso(view.due_at), "applied_at": iso(view.applied_at)}
            show.as_json_line(told, fields)
        return
    show.table(
        ["event", "days", "erases from", "erased"],
        [
            [v.event, str(v.days or "for ever"), iso(v.due_at) or "–", iso(v.applied_at) or "–"]
            for v in views
        ],
    )


@app.command("retain", epilog=example("boxoffice privacy retain --yes"))
def retain_command(ctx: typer.Context, yes: Yes = False, as_json: AsJson = False) -> None:
    """Erase the people of every event whose time is over. Workers do it each day."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.privacy.files import remove_mails_of_nobody
    from boxoffice.privacy.retention import apply_retention
    from boxoffice.staff.forget import forget_logins

    with office_of(ctx) as office:
        if not show.confirmed("Erase the people of every event whose time is over?", yes=yes):
            raise typer.Abort
        done = apply_retention(
            lambda: office.database.reading(is_long=True),
            office.writing,
            office.actor,
            now=office.now(),
        )
        forgotten = 1
        while forgotten:
            with office.writing() as session:
                forgotten = forget_logins(session, office.actor, now=office.now())
        with office.reading() as session:
            remove_mails_of_nobody(session, office.mail_folder)
    if as_json:
        told = {"events": done.events, "orders": done.orders, "waiting": done.waiting}
        show.as_json_line(told)
    else:
        show.line(f"{done.orders} orders of {done.events} events erased; {done.waiting} not over.")
    if done.orders:
        show.talk("hint: boxoffice privacy scrub takes the old bytes out of the files too")


@app.command("scrub", epilog=example("boxoffice privacy scrub"))
def scrub_command(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Rewrite the database files without what was erased. On PostgreSQL the tables are locked."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.privacy.map import TABLES
    from boxoffice.staff.rules import Permission
    from boxoffice.vacuum import vacuum

    with office_of(ctx) as office:
        office.actor.must(Permission.PRIVACY)
        vacuum(office.database, TABLES)
    if as_json:
        show.as_json_line({"scrubbed": len(TABLES)})
    else:
        show.line("the database was rewritten; backups made before still hold what was erased.")
