"""`boxoffice webhook`: letters from the gateway."""

from typing import Annotated

import typer

from boxoffice.cli.options import AsJson, Fields, Limit, example, noun
from boxoffice.cli.webhook_manage import app as manage_app

app = noun("Letters from the gateway: take them in, look at them, see that they come.")
app.add_typer(manage_app)  # its verbs are verbs of `webhook`


@app.command("serve", epilog=example("boxoffice webhook serve --port 8787"))
def serve_command(
    ctx: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port; 0 takes a free one.")] = 8787,
) -> None:
    """Take letters and events of mails in; run what they promise, unless workers do.

    Ctrl-C ends it.
    """
    from contextlib import ExitStack

    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import Misconfigured
    from boxoffice.listener.app import create_app
    from boxoffice.listener.mail_events import signing_key
    from boxoffice.listener.serving import listen
    from boxoffice.listener.webhooks import TOKEN_MIN
    from boxoffice.staff.rules import SYSTEM
    from tasks.background import Background

    with office_of(ctx, actor=SYSTEM) as office:
        if office.settings.get("sendgrid_webhook_key"):
            signing_key(office.settings)
        else:
            office.settings.need("asaas_webhook_token", why="letters carry a token")
        token = office.settings.get("asaas_webhook_token")
        if token is not None and len(token) < TOKEN_MIN:
            raise Misconfigured(
                f"BOXOFFICE_ASAAS_WEBHOOK_TOKEN has under {TOKEN_MIN} characters.",
                hint="choose a longer one, and register it with the gateway",
            )
        with ExitStack() as running:
            wake = _leave_to_workers
            if office.settings.get("redis_url") is None:
                wake = running.enter_context(Background(office)).wake
            app_of_letters = create_app(office, after_keeping=wake)
            listen(
                app_of_letters, host, port, on_ready=lambda url: show.talk(f"listening on {url}")
            )


def _leave_to_workers() -> None:
    """Do nothing: where there are workers, the beat looks each second, and Redis is not ours."""


@app.command("list", epilog=example("boxoffice webhook list --json"))
def list_command(
    ctx: typer.Context, limit: Limit = 50, as_json: AsJson = False, fields: Fields = None
) -> None:
    """List letters, the newest first, with what came of them."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.shapes import letter_json
    from boxoffice.payments.queries import list_letters
    from boxoffice.times import iso

    with office_of(ctx) as office, office.reading() as session:
        letters = list_letters(session, limit=limit)
    if as_json:
        for letter in letters:
            show.as_json_line(letter_json(letter), fields)
        return
    show.table(
        ["received", "from", "outcome", "event id"],
        [
            [iso(x.received_at) or "", x.provider, x.outcome or "(not read yet)", x.event_key]
            for x in letters
        ],
    )
