"""`boxoffice webhook show, replay, status, register, reactivate`: letters, and who sends them."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from boxoffice.cli.options import AsJson, Fields, Yes, example, noun

if TYPE_CHECKING:
    from boxoffice.payments.provider import Hook

app = noun("Letters from the gateway, and how it is set up to send them.")

LetterName = Annotated[str, typer.Argument(help="The letter, by our id or the gateway's.")]


@app.command("show", epilog=example("boxoffice webhook show 'evt_0c1d&481516234' --json"))
def show_command(
    ctx: typer.Context, letter: LetterName, as_json: AsJson = False, fields: Fields = None
) -> None:
    """Show one letter as it came, and what came of it."""
    import json

    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.payments.letters import charge_named
    from boxoffice.payments.queries import letter_named
    from boxoffice.staff.rules import Permission
    from boxoffice.times import iso

    with office_of(ctx) as office, office.reading() as session:
        office.actor.must(Permission.SEE_PEOPLE)
        row = letter_named(session, letter)
    told: dict[str, Any] = {
        "id": str(row.id),
        "provider": row.provider,
        "event_id": row.event_key,
        "received_at": iso(row.received_at),
        "read_at": iso(row.read_at),
        "outcome": row.outcome,
        "charge": charge_named(row.body),
        "body": json.loads(row.body),
    }
    if as_json:
        show.as_json_line(told, fields)
        return
    body = told.pop("body")
    show.pairs([(name, str(value or "")) for name, value in told.items()])
    show.line(json.dumps(body, ensure_ascii=False, sort_keys=True))


@app.command("replay", epilog=example("boxoffice webhook replay 'evt_0c1d&481516234'"))
def replay_command(
    ctx: typer.Context, letter: LetterName, as_json: AsJson = False, fields: Fields = None
) -> None:
    """Read a letter once more: the gateway is asked what is so now. Safe to repeat."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import afterwards, office_of
    from boxoffice.payments.letters import replay
    from boxoffice.payments.models import Letter
    from boxoffice.payments.queries import letter_named

    with office_of(ctx) as office:
        with office.reading() as session:
            letter_id = letter_named(session, letter).id
        with office.writing() as session:
            job = replay(session, office.actor, letter_id, now=office.now())
        afterwards(office, job)
        with office.reading() as session:
            row = session.get_one(Letter, letter_id)
    if as_json:
        told = {"id": str(row.id), "event_id": row.event_key, "outcome": row.outcome}
        show.as_json_line(told, fields)
    else:
        show.line(row.outcome or "(not read yet)")


@app.command("status", epilog=example("boxoffice webhook status"))
def status_command(ctx: typer.Context, as_json: AsJson = False, fields: Fields = None) -> None:
    """Say whether letters come: the gateway's own setting, and the last letter we have.

    Exit code 8 when it has stopped sending, sends nowhere, or sends without a token.
    """
    from dataclasses import asdict

    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.payments.hooks import problems_of
    from boxoffice.payments.queries import list_letters
    from boxoffice.times import ago_text, iso

    with office_of(ctx) as office:
        hooks = office.provider.hooks()
        with office.reading() as session:
            last = next(iter(list_letters(session, limit=1)), None)
        now = office.now()
    received_at = None if last is None else last.received_at
    problems = [asdict(problem) for problem in problems_of(hooks)]
    if not hooks:
        mend = "boxoffice webhook register --url https://… --email …"
        problems.append({"hook": "", "problem": "nothing is registered", "mend": mend})
    if as_json:
        told = {"hooks": [_hook_json(hook) for hook in hooks], "last_letter_at": iso(received_at)}
        show.as_json_line(told | {"problems": problems}, fields)
    else:
        show.table(
            ["name", "to", "enabled", "interrupted", "failures"],
            [
                [x.name, x.url, _yes(x.is_enabled), _yes(x.is_interrupted), str(x.penalized_count)]
                for x in hooks
            ],
        )
        since = "no letter has come yet" if received_at is None else ago_text(received_at, now)
        show.talk(f"last letter: {since}")
        for one in problems:
            show.talk(f"error: {one['hook']} {one['problem']}".replace(":  ", ": "))
            show.talk(f"hint: {one['mend']}")
    if problems:
        raise typer.Exit(8)


@app.command(
    "register",
    epilog=example("boxoffice webhook register --url https://example.com --email me@example.com"),
)
def register_command(
    ctx: typer.Context,
    url: Annotated[str, typer.Option(help="Where our listener is seen from outside.")],
    email: Annotated[str, typer.Option(help="Who the gateway writes to when letters fail.")],
    name: Annotated[str, typer.Option(help="What it is called there.")] = "boxoffice",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Have the gateway send its letters to us. Done twice, it changes the one that is there."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import Misconfigured
    from boxoffice.listener.webhooks import TOKEN_MIN
    from boxoffice.payments.hooks import hook_address
    from boxoffice.people import parse_email
    from boxoffice.staff.rules import Permission
    from boxoffice.text import clean_in

    address = hook_address(url)
    with office_of(ctx) as office:
        office.actor.must(Permission.KEEP_LETTERS)
        token = office.settings.need("asaas_webhook_token", why="letters carry a token")
        if len(token) < TOKEN_MIN:
            raise Misconfigured(f"BOXOFFICE_ASAAS_WEBHOOK_TOKEN has under {TOKEN_MIN} characters.")
        if not show.confirmed(f"Have letters sent to {address}?", yes=yes):
            show.talk("nothing was changed.")
            raise typer.Exit(5)
        hook = office.provider.register_hook(
            name=clean_in(name, name="--name"), url=address, email=parse_email(email), token=token
        )
    if as_json:
        show.as_json_line(_hook_json(hook))
    else:
        show.line(f"{hook.name} sends {len(hook.events)} kinds of letters to {hook.url}")


@app.command("reactivate", epilog=example("boxoffice webhook reactivate"))
def reactivate_command(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Make every hook that was interrupted send again. First see that the listener answers."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.staff.rules import Permission

    with office_of(ctx) as office:
        office.actor.must(Permission.KEEP_LETTERS)
        stopped = [x for x in office.provider.hooks() if x.is_interrupted or x.penalized_count]
        resumed = [office.provider.resume_hook(hook.id) for hook in stopped]
    if as_json:
        for hook in resumed:
            show.as_json_line(_hook_json(hook))
        return
    for hook in resumed:
        show.line(f"{hook.name} sends again.")
    if not resumed:
        show.talk("nothing was interrupted.")


def _hook_json(hook: "Hook") -> dict[str, Any]:
    """Show a hook as an object."""
    return {
        "id": hook.id,
        "name": hook.name,
        "url": hook.url,
        "enabled": hook.is_enabled,
        "interrupted": hook.is_interrupted,
        "penalized_count": hook.penalized_count,
        "has_token": hook.has_token,
        "events": list(hook.events),
    }


def _yes(value: bool) -> str:
    return "yes" if value else "no"
