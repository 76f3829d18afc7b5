"""`boxoffice config`: settings and where they come from."""

from typing import Annotated

import typer

from boxoffice.cli.options import AsJson, example, noun

app = noun("Settings and where they come from.")


@app.command("show", epilog=example("boxoffice config show"))
def show_command(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Show every setting with its value and its origin. Secrets are masked."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import settings_of

    settings = settings_of(ctx)
    if as_json:
        for name, value in settings.values.items():
            show.as_json_line({"name": name, "value": value.shown, "origin": value.origin})
        return
    show.table(
        ["setting", "value", "from", "for"],
        [
            [name, value.shown, value.origin, value.setting.help]
            for name, value in settings.values.items()
        ],
    )


@app.command("path", epilog=example("boxoffice config path log"))
def path_command(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(help="home, log, key or mail.")] = "home",
) -> None:
    """Print where something lies."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import settings_of
    from boxoffice.errors import BadValue

    settings = settings_of(ctx)
    paths = {
        "home": settings.home,
        "log": settings.log_path,
        "key": settings.home / "secret.key",
        "mail": settings.home / "mail",
    }
    if what not in paths:
        raise BadValue("the name", f"{what[:20]!r} is not one of: {', '.join(paths)}.")
    show.line(str(paths[what]))
