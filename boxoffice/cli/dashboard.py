"""`boxoffice dashboard`: the whole office in one window."""

import sys

import typer

from boxoffice.errors import BadValue

SCREENS = (
    "tonight", "orders", "counter", "till", "codes", "jobs", "events", "exports", "staff",
)  # fmt: skip
THEMES = ("dark", "light", "contrast")


def dashboard(ctx: typer.Context, *, event: str | None, screen: str, theme: str) -> None:
    """Open the window, and keep it open until ctrl+q.

    Raises:
        BadValue: there is no such screen or theme, or there is no terminal to draw on.
    """
    if screen not in SCREENS:
        raise BadValue("--screen", f"{screen[:20]!r} is not one of: {', '.join(SCREENS)}.")
    if theme not in THEMES:
        raise BadValue("--theme", f"{theme[:20]!r} is not one of: {', '.join(THEMES)}.")
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise BadValue(
            "the dashboard", "needs a terminal to draw on.", hint="see: boxoffice --help"
        )
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.running import runner
    from boxoffice.events.queries import event_view
    from tui.commands import Place
    from tui.dashboard import Dashboard
    from tui.house import Answer, House
    from tui.words import language_of

    with office_of(ctx) as office:
        house = House(office, runner(ctx.find_root().obj, Answer), language_of())
        if event is not None:
            with office.reading() as session:
                found = event_view(session, event, now=office.now())
            house.event, house.zone = found.slug, found.zone
        Dashboard(house, start=Place(screen), theme=f"boxoffice-{theme}").run()
