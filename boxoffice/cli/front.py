"""The front of the command line: every noun by name, loaded when it is used."""

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.main import get_command

from boxoffice.cli.options import Group, example

_NOUNS = {
    "event": "Nights out: set them up, publish, look, cancel.",
    "tier": "Lotes: places of an event at a price.",
    "order": "Sell, place, find, change, refund and cancel orders.",
    "ticket": "Show, print, re-issue and block tickets.",
    "payment": "Show payments, wait for them, settle late and owed money.",
    "till": "A clerk's drawer: open it, count it, close it.",
    "promo": "Promo codes: make them, list them, revoke them.",
    "courtesy": "Places given away to a list of guests.",
    "report": "Sales, money, half price and the door, in numbers.",
    "door": "Scan tickets, search, undo, count.",
    "desk": "A machine at the door: enrol it, keep it in step.",
    "export": "Data out, whole and verifiable.",
    "audit": "Who did what and when: read, explain, verify.",
    "privacy": "One person's data: find it, hand it out, erase it.",
    "staff": "People and programs, and what they may do.",
    "auth": "Log in and out; who is logged in.",
    "job": "Promised work: list it, run it.",
    "webhook": "Letters from the gateway: serve, list, replay, status.",
    "sandbox": "A gateway and a carrier of mail to rehearse with.",
    "config": "Settings and where they come from.",
}

_HELP_WIDTH = 64  # characters of a command in the list, on 80 columns


class Front(Group):
    """The group of all nouns. A noun's module is imported when the noun is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return every name, single commands first."""
        return [*super().list_commands(ctx), *_NOUNS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command or a noun's group; plurals are understood."""
        name = next((noun for noun in _singulars(cmd_name) if noun in _NOUNS), cmd_name)
        if name not in _NOUNS:
            return super().get_command(ctx, cmd_name)
        module = import_module(f"boxoffice.cli.{name}")
        command = get_command(module.app)
        command.name = name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Name the nouns by what stands here: their modules are not needed to list them."""
        own = [
            (name, super(Front, self).get_command(ctx, name)) for name in super().list_commands(ctx)
        ]
        rows = [(name, command.get_short_help_str(_HELP_WIDTH)) for name, command in own if command]
        with formatter.section("Commands"):
            formatter.write_dl([*rows, *_NOUNS.items()])


def _singulars(word: str) -> tuple[str, str]:
    """Return what a noun may be the plural of."""
    return word.removesuffix("s"), word.removesuffix("ies") + "y"


app = typer.Typer(
    cls=Front,
    help="A box office for people who live in the terminal.",
    epilog="New here? boxoffice demo plays a whole night in a temporary folder.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    """Print the version and leave."""
    if wanted:
        from importlib.metadata import version

        typer.echo(f"boxoffice {version('boxoffice')}")
        raise typer.Exit


@app.callback()
def front(
    ctx: typer.Context,
    config: Annotated[
        Path | None, typer.Option(help="Settings file, instead of ./boxoffice.toml.")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Keep what every command needs."""
    del version  # it was printed, and nothing else is done
    ctx.obj = config


@app.command("init")
def init_command(
    ctx: typer.Context,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="The old secret key is lost: make another.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Create or migrate the database, and make the secret key. Safe to repeat."""
    from boxoffice.cli.start import init

    init(ctx, new_key=new_key, as_json=as_json)


@app.command("doctor", epilog=example("boxoffice doctor --only database"))
def doctor_command(
    ctx: typer.Context,
    only: Annotated[
        list[str] | None, typer.Option(help="This check alone, by the word in its line.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, a line a check.")] = False,
) -> None:
    """Check everything, and print the command that mends each problem."""
    from boxoffice.cli.start import doctor

    doctor(ctx, only or [], as_json=as_json)


@app.command("up", epilog="Example: boxoffice up --concurrency 4")
def up_command(
    ctx: typer.Context,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Port of the listener; 0 takes a free one.")
    ] = 8787,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Jobs at once.")] = 2,
) -> None:
    """Run PostgreSQL, Redis, listener, worker and beat here, without Docker, until Ctrl-C."""
    from boxoffice.cli.up import up

    up(ctx, port=port, concurrency=concurrency)


@app.command("backup", epilog=example("boxoffice backup --keep 14"))
def backup_command(
    ctx: typer.Context,
    to: Annotated[
        Path | None, typer.Option(help="The file, or a folder; backups in home by default.")
    ] = None,
    keep: Annotated[
        int | None, typer.Option(help="Remove all but the newest N in that folder.", metavar="N")
    ] = None,
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Put the secret key in too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Back the whole database up into one file, while it is in use, and read it back."""
    from boxoffice.cli.backup import make

    make(ctx, to, keep, with_key=with_key, as_json=as_json)


@app.command("restore", epilog=example("boxoffice restore boxoffice-20261122T030000Z.zip"))
def restore_command(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that backup wrote.")],
    over: Annotated[bool, typer.Option("--over", help="Destroy what is there now.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bring a backup back, whole or not at all. Something that is there needs --over."""
    from boxoffice.cli.backup import bring_back

    bring_back(ctx, file, over=over, yes=yes, as_json=as_json)


@app.command("dashboard", epilog="Example: boxoffice dashboard --event noite --screen orders")
def dashboard_command(
    ctx: typer.Context,
    event: Annotated[
        str | None, typer.Option("--event", "-e", help="The event; by default the next one.")
    ] = None,
    screen: Annotated[
        str,
        typer.Option(help="tonight, orders, counter, till, codes, jobs, events, exports or staff."),
    ] = "tonight",
    theme: Annotated[str, typer.Option(help="dark, light or contrast.")] = "dark",
) -> None:
    """Open the whole office in one window; plain `boxoffice` on a terminal does the same."""
    from boxoffice.cli.dashboard import dashboard

    dashboard(ctx, event=event, screen=screen, theme=theme)


@app.command("demo")
def demo_command(
    folder: Annotated[
        Path | None, typer.Option(help="Where to play; a new temporary folder by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Play a whole night, from the first sale to the last scan, and check its own books."""
    from boxoffice.cli.start import demo

    demo(folder, as_json=as_json)


@app.command(
    "rehearse",
    epilog=example("boxoffice rehearse -e noite --buyers 20/s --minutes 2 --fault letters-lost=5%"),
)
def rehearse_command(
    ctx: typer.Context,
    event: Annotated[
        str | None, typer.Option("--event", "-e", help="The event, by its slug.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="An event file instead, which need not be applied.")
    ] = None,
    buyers: Annotated[
        str, typer.Option(help="How many come: 20/s, or 600 in all.", metavar="N/s|N")
    ] = "10/s",
    minutes: Annotated[
        float, typer.Option(min=0.05, max=60, help="How long they come, and guests at the door.")
    ] = 0.5,
    hands: Annotated[int, typer.Option(min=1, max=64, help="Processes that sell.")] = 4,
    desks: Annotated[int, typer.Option(min=1, max=64, help="Desks at the door.")] = 2,
    offline: Annotated[
        int, typer.Option(min=0, max=64, help="Of the desks, on snapshots until the end.")
    ] = 0,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help="What the gateway does wrong, as in sandbox fault; may be repeated.",
            metavar="NAME[=VALUE]",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides who buys what, and what is scanned.")] = 0,
    pdf: Annotated[Path | None, typer.Option(help="Write the report there too.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Rehearse the big day: a made-up crowd buys and enters your own event; no money moves.

    It happens in a scratch database of the same kind, which is gone afterwards: on SQLite a file
    in home, on PostgreSQL a database of its own on the same server, which does the work. Event,
    tiers, lists and promos are copied, people are not. Exit code 8: a check is wrong.
    """
    from boxoffice.cli.rehearse import rehearse_event
    from boxoffice.rehearsal.drill import drill_of

    drill = drill_of(
        buyers, minutes, hands=hands, desks=desks, offline=offline, faults=fault or [], seed=seed
    )
    rehearse_event(ctx, event, file, drill, pdf, as_json=as_json)


@app.command("help")
def help_command(
    ctx: typer.Context,
    topic: Annotated[str, typer.Argument(help="exit-codes, environment or man.")] = "exit-codes",
) -> None:
    """Explain a topic: exit-codes, environment, or man: the manual page, for `man -l`."""
    from boxoffice.cli.start import explain

    explain(ctx, topic)
