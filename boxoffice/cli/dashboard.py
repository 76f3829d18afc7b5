"""`boxoffice dashboard`: the whole office in one window."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from boxoffice.errors import BadValue

if TYPE_CHECKING:
    from tui.screens.desk import DeskScreen
    from tui.words import Language

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
    if not (sys.stdin.isatty() and sys.stderr.isatty()) and not _is_in_browser():
        raise BadValue(
            "the dashboard", "needs a terminal to draw on.", hint="see: boxoffice --help"
        )
    from tui.tidying import untidied

    with untidied() as loaded:
        _open(ctx, event, screen, theme, loaded)


def _open(
    ctx: typer.Context,
    event: str | None,
    screen: str,
    theme: str,
    loaded: Callable[[], None],
) -> None:
    from boxoffice.cli.desk_open import Wanted, has_ascii_alone, parts_at
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.running import runner
    from boxoffice.events.queries import event_view
    from tui.commands import Place
    from tui.dashboard import Dashboard
    from tui.hangup import end_with_the_terminal
    from tui.house import Answer, House
    from tui.screens.desk import DeskScreen

    with office_of(ctx) as office:
        language = _language(office.settings.get("lang"))
        house = House(office, runner(ctx.find_root().obj, Answer), language)
        if event is not None:
            with office.reading() as session:
                found = event_view(session, event, now=office.now())
            house.event, house.zone = found.slug, found.zone

        def desk(slug: str) -> "DeskScreen":
            wanted = Wanted(event=slug, theme=theme, language=None)
            return DeskScreen(parts_at(office, wanted, language))

        window = Dashboard(
            house,
            start=Place(screen),
            theme=f"boxoffice-{theme}",
            desk=desk,
            is_ascii=has_ascii_alone(),
            settled=loaded,
        )
        end_with_the_terminal()
        window.run()


def _is_in_browser() -> bool:
    """Say whether textual-serve has started us: it draws what we send it through pipes."""
    import os

    return os.environ.get("TEXTUAL_DRIVER", "").startswith("textual.drivers.web_driver:")


def _language(chosen: str | None) -> "Language":
    """Return the language that the settings name, or else the system's."""
    import os

    from tui.words import language_of

    return language_of({"BOXOFFICE_LANG": chosen} if chosen else os.environ)
