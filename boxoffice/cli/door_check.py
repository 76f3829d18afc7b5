"""`boxoffice door`, before and after the night: preflight, conflicts, resolve."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from boxoffice.cli.options import AsJson, EventSlug, Fields, Limit, ListName, example, noun

if TYPE_CHECKING:
    from boxoffice.door.conflicts import ConflictView
    from boxoffice.door.preflight import Preflight

app = noun("Look over a door, and settle what desks disagree on.")


@app.command("preflight", epilog=example("boxoffice door preflight -e noite"))
def preflight_command(
    ctx: typer.Context,
    event: EventSlug,
    list_name: ListName = None,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Look over a door before it opens, with what mends each problem. Exit code 8 with problems."""
    from boxoffice.cli import show
    from boxoffice.cli.exits import UNHEALTHY
    from boxoffice.cli.opening import office_of
    from boxoffice.door.preflight import preflight
    from boxoffice.door.queries import gate_at
    from boxoffice.errors import Misconfigured

    with office_of(ctx) as office, office.reading() as session:
        try:
            key_id = office.ticket_key.key_id
        except Misconfigured:
            key_id = None
        gate = gate_at(session, event, list_name)
        told = preflight(session, office.actor, gate, key_id, now=office.now())
    if as_json:
        show.as_json_line(_preflight_json(told), fields)
    else:
        show.pairs(
            [
                (f"{gate.slug} · {gate.list_name}", f"policy {gate.policy}"),
                ("admits", ", ".join(told.tiers)),
                ("valid", str(told.tickets["valid"])),
                ("half price", str(told.half_price)),
                ("not paid", str(told.tickets["held"])),
                ("blocked", str(told.tickets["blocked"])),
                ("keys", ", ".join(told.keys)),
                ("desks", str(told.desks)),
            ]
        )
        for problem in told.problems:
            show.line(f"✖ {problem.problem}")
            show.line(f"  {problem.mend}")
    if told.problems:
        raise typer.Exit(UNHEALTHY)


@app.command("conflicts", epilog=example("boxoffice door conflicts -e noite --json"))
def conflicts_command(
    ctx: typer.Context,
    event: EventSlug,
    list_name: ListName = None,
    every: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    limit: Limit = 100,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """List what desks and the server disagree on, until somebody closes it."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.door.conflicts import list_conflicts
    from boxoffice.door.queries import gate_at
    from boxoffice.times import local_text

    with office_of(ctx) as office, office.reading() as session:
        gate = gate_at(session, event, list_name)
        told = list_conflicts(session, gate, also_closed=every, limit=limit)
    if as_json:
        for conflict in told:
            show.as_json_line(conflict_json(conflict), fields)
        return
    show.table(
        ["id", "what", "ticket", "where", "when", "other", "note"],
        [
            [
                c.id,
                c.kind,
                c.ticket or "",
                c.gate or c.desk or "",
                local_text(c.at, gate.zone),
                f"{c.other_gate or ''} {local_text(c.other_at, gate.zone)}".strip()
                if c.other_at
                else c.detail,
                c.note,
            ]
            for c in told
        ],
    )


@app.command(
    "resolve",
    epilog=example("boxoffice door resolve K7QX2MAB --note 'her brother had the print-out'"),
)
def resolve_command(
    ctx: typer.Context,
    conflict: Annotated[str, typer.Argument(help="The conflict, by its id.")],
    note: Annotated[str, typer.Option("--note", help="What was found out, or done.")],
    as_json: AsJson = False,
) -> None:
    """Close a conflict with a note. Nothing is deleted: `door conflicts --all` lists it."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.door.conflicts import resolve

    with office_of(ctx) as office, office.writing() as session:
        code = resolve(session, office.actor, conflict, note, now=office.now())
    if as_json:
        show.as_json_line({"resolved": code})
    else:
        show.line(f"closed: {code}")


def conflict_json(conflict: "ConflictView") -> dict[str, Any]:
    """Return a conflict as one line of a list."""
    from boxoffice.times import iso

    return {
        "id": conflict.id,
        "kind": conflict.kind,
        "ticket": conflict.ticket,
        "desk": conflict.desk,
        "gate": conflict.gate,
        "at": iso(conflict.at),
        "by": conflict.operator,
        "verdict": conflict.verdict,
        "server_verdict": conflict.server_verdict,
        "other": None
        if conflict.other_at is None
        else {
            "at": iso(conflict.other_at),
            "gate": conflict.other_gate,
            "desk": conflict.other_desk,
        },
        "could_know": conflict.could_know,
        "detail": conflict.detail,
        "resolved_at": iso(conflict.resolved_at),
        "note": conflict.note,
    }


def _preflight_json(told: "Preflight") -> dict[str, Any]:
    from boxoffice.times import iso

    gate = told.gate
    return {
        "event": gate.slug,
        "list": gate.list_name,
        "policy": gate.policy,
        "opens_at": iso(gate.opens_at),
        "closes_at": iso(gate.closes_at),
        "room": gate.room,
        "takes_payment": gate.takes_payment,
        "tiers": list(told.tiers),
        "keys": list(told.keys),
        "clock_off_seconds": told.clock_off_seconds,
        "counts": told.tickets | {"half_price": told.half_price, "desks": told.desks},
        "problems": [{"problem": p.problem, "mend": p.mend} for p in told.problems],
    }
