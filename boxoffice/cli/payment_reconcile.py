"""`boxoffice payment reconcile` and `disown`: the gateway beside our books, both ways."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from boxoffice.cli.options import AsJson, Fields, Yes, example, noun

if TYPE_CHECKING:
    from boxoffice.payments.exceptions import Exceptional

app = noun("Compare payments with the gateway.")


@app.command("reconcile", epilog=example("boxoffice payment reconcile --since 2027-03-01"))
def reconcile_command(
    ctx: typer.Context,
    since: Annotated[
        str | None, typer.Option(help="From this day on; two days ago by default.")
    ] = None,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Compare every charge with its order, both ways; mend what can be, list what cannot.

    Exit code 0 when all agree, 7 when something is left for people, 75 when the gateway is silent.
    """
    from datetime import timedelta

    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.times import local_day, parse_moment, parse_zone
    from tasks.reconciling import DAYS, reconcile

    zone = parse_zone("America/Sao_Paulo")  # the gateway's days
    with office_of(ctx) as office:
        now = office.now()
        moment = now - timedelta(days=DAYS)
        if since is not None:
            moment = parse_moment(since, name="--since", zone=zone, now=now)
        done = reconcile(office, office.actor, since=local_day(moment, zone))
    if as_json:
        for one in done.exceptions:
            show.as_json_line(_exception_json(one), fields)
    else:
        show.table(
            ["what", "order or charge", "amount", "is so", "mend it"],
            [
                [x.kind, x.subject, str(x.amount) if x.amount.minor else "", x.what, x.mend]
                for x in done.exceptions
            ],
        )
    show.talk(f"{done.charge_count} charges looked at, {len(done.mended)} mended.")
    if not done.agree:
        show.talk(f"{len(done.exceptions)} are left for you.")
        raise typer.Exit(7)
    show.talk("the gateway and the orders agree.")


@app.command(
    "disown", epilog=example("boxoffice payment disown pay_7hq2m9s4 --note 'the web shop' --yes")
)
def disown_command(
    ctx: typer.Context,
    charge: Annotated[str, typer.Argument(help="The charge, by the gateway's id.")],
    note: Annotated[str, typer.Option("--note", help="Whose it is; the audit keeps it.")],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Say that a charge is none of ours, so that `reconcile` asks after it no more."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.payments.stray import disown
    from boxoffice.text import clean_in

    why = clean_in(note, name="--note")
    with office_of(ctx) as office:
        if not show.confirmed("Is this charge none of ours?", yes=yes):
            show.talk("nothing was changed.")
            raise typer.Exit(5)
        with office.writing() as session:
            is_new = disown(session, office.actor, charge, note=why, now=office.now())
    if as_json:
        show.as_json_line({"charge": charge, "disowned": is_new})
    else:
        show.line(f"{charge} is none of ours." if is_new else f"{charge} was disowned before.")


def _exception_json(one: "Exceptional") -> dict[str, Any]:
    """Show one exception as a line."""
    return {
        "kind": one.kind,
        "subject": one.subject,
        "amount_minor": one.amount.minor,
        "currency": one.amount.currency,
        "what": one.what,
        "mend": one.mend,
    }
