"""`boxoffice door`, for people without a code in hand: search, group, override."""

from typing import Annotated

import typer

from boxoffice.cli.options import AsJson, EventSlug, Fields, Limit, ListName, example, noun

app = noun("Find people, let groups in, let in against the rules.")

Gate = Annotated[str, typer.Option("--gate", help="What this gate is called.")]


@app.command("search", epilog=example("boxoffice door search 'joao silv' -e noite"))
def search_command(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(help="Part of a name, an e-mail, a document, a code.")],
    event: EventSlug,
    list_name: ListName = None,
    limit: Limit = 20,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Find people at the door, whatever the accents. Under three letters nobody is found."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.door.queries import gate_at
    from boxoffice.door.search import search
    from boxoffice.door.wire import hit_json

    with office_of(ctx) as office, office.reading() as session:
        gate = gate_at(session, event, list_name)
        hits = search(session, office.actor, gate, text, limit=limit)
    if as_json:
        for hit in hits:
            show.as_json_line(hit_json(hit), fields)
        return
    show.table(
        ["ticket", "holder", "tier", "state", "now", "document"],
        [
            [h.short_code, h.holder_name, h.tier, h.state, "in" if h.is_in else "out", h.document]
            for h in hits
        ],
    )


@app.command("group", epilog=example("boxoffice door group K7QX2M -e noite --gate A"))
def group_command(
    ctx: typer.Context,
    order: Annotated[str, typer.Argument(help="The order's code, or one of its tickets.")],
    event: EventSlug,
    list_name: ListName = None,
    gate: Gate = "",
    proof: Annotated[
        str | None, typer.Option("--proof", help="Which proof all of them showed.")
    ] = None,
    confirm: Annotated[bool, typer.Option("--confirm", help="The notes were read.")] = False,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Let the rest of an order in. Exit code 6 when somebody stays outside."""
    from boxoffice.cli.door import asked_of
    from boxoffice.cli.door_answer import show_admission
    from boxoffice.cli.opening import office_of
    from boxoffice.door.group import admit_group
    from boxoffice.door.queries import gate_at
    from boxoffice.door.rules import Verdict

    asked = asked_of("in", proof, confirm=confirm)
    with office_of(ctx) as office, office.writing() as session:
        at = gate_at(session, event, list_name, gate=gate)
        told = admit_group(session, office.actor, at, order, asked, now=office.now())
    for admission in told:
        show_admission(admission, as_json=as_json, fields=fields)
    is_in = {Verdict.ALREADY_IN, Verdict.ALREADY_TODAY}
    if any(not one.verdict.admits and one.verdict not in is_in for one in told):
        raise typer.Exit(6)


@app.command(
    "override",
    epilog=example("boxoffice door override K7QX2M-1 -e noite --reason 'came with the band'"),
)
def override_command(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(help="The ticket, by its code or its name.")],
    event: EventSlug,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept with the scan.")],
    list_name: ListName = None,
    gate: Gate = "",
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Let a guest in against the rules. A door lead may; the scan and the audit keep it."""
    from boxoffice.cli.door import source_of
    from boxoffice.cli.door_answer import scan_once
    from boxoffice.cli.opening import office_of
    from boxoffice.door.rules import Asked
    from boxoffice.door.scan import Shown, new_nonce
    from boxoffice.text import clean_in

    asked = Asked(override=clean_in(reason, name="--reason"))
    what = Shown(code, new_nonce(), source_of(code), asked)
    with office_of(ctx) as office:
        raise typer.Exit(
            scan_once(office, event, list_name, gate, what, as_json=as_json, fields=fields)
        )
