"""`boxoffice desk`: open the desk, as a screen or as plain lines."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import typer

from boxoffice.cli.desk_enrol import folder_of
from boxoffice.cli.options import Group

if TYPE_CHECKING:
    from boxoffice.office import BoxOffice
    from tui.counter import Counter
    from tui.screens.desk_lock import Keeper
    from tui.screens.desk_parts import DeskParts
    from tui.words import Language


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the flags of `boxoffice desk` say."""

    event: str | None
    theme: str
    language: str | None
    list_name: str | None = None
    gate: str = ""
    source: str = "keys"
    prefix: str = ""
    plain: bool = False
    muted: bool = False
    hides_names: bool = False
    offline: bool = False
    ascii: bool = False


class DeskGroup(Group):
    """The group of `desk`: alone on a terminal it opens the desk, elsewhere it lists its verbs."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take no words for a question only where nobody could use a screen."""
        if not args and sys.stdin.isatty() and sys.stdout.isatty():
            return super(Group, self).parse_args(ctx, args)
        return super().parse_args(ctx, args)


def open_desk(ctx: typer.Context, wanted: Wanted) -> None:
    """Open the desk on the database (with an event), or on this machine's enrolment."""
    from tui.tidying import untidied

    with untidied() as loaded:
        _open(ctx, wanted, loaded)


def _open(ctx: typer.Context, wanted: Wanted, loaded: "Callable[[], None]") -> None:
    from boxoffice.errors import BadValue
    from tui.themes import THEMES

    names = [theme.name.removeprefix("boxoffice-") for theme in THEMES]
    if wanted.theme not in names:
        raise BadValue("--theme", "must be one of: " + ", ".join(names))
    has_keys = sys.stdin.isatty() or wanted.source == "-"
    if not wanted.plain and not (has_keys and sys.stderr.isatty()):
        raise BadValue(
            "the desk",
            "needs a terminal.",
            hint="without one: boxoffice desk --plain, or boxoffice door scan --stdin",
        )
    with _parts(ctx, wanted) as parts:
        if wanted.plain:
            loaded()
            _plain(parts)
        else:
            _screen(replace(parts, loaded=loaded), wanted.theme)


def _screen(parts: "DeskParts", theme: str) -> None:
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    from tui.app import BoxOfficeApp
    from tui.commands import Place
    from tui.hangup import end_with_the_terminal
    from tui.screens.desk import DeskScreen

    app = BoxOfficeApp(
        {Place.DESK: lambda: DeskScreen(parts)},
        start=Place.DESK,
        language=parts.tell.language,
        theme=f"boxoffice-{theme}",
        is_ascii=parts.tell.is_ascii,
    )
    end_with_the_terminal()
    app.run(mouse=False)
    if app.return_code:
        raise typer.Exit(app.return_code)


def _plain(parts: "DeskParts") -> None:
    from boxoffice.cli import show
    from boxoffice.cli.door import lines_of_stdin
    from tui.plain import PlainDesk

    desk = PlainDesk(parts, show.line)
    for text in lines_of_stdin():
        if not desk.hear(text):
            return
        sys.stdout.flush()


def has_ascii_alone(environment: Mapping[str, str] = os.environ) -> bool:
    """Say whether this terminal names itself as one without our signs: a console, or Latin-1."""
    named = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG")
    codeset = (named or "").partition(".")[2].lower().replace("-", "")
    return environment.get("TERM") in {"dumb", "linux"} or codeset.partition("@")[0] not in {
        "",
        "utf8",
    }


@contextmanager
def _parts(ctx: typer.Context, wanted: Wanted) -> "Iterator[DeskParts]":
    from zoneinfo import ZoneInfo

    from boxoffice.errors import BadValue
    from tui.words import Language, language_of

    if wanted.language is not None and wanted.language not in {"pt", "pt-BR", "en"}:
        raise BadValue("--lang", "must be pt-BR or en.")
    language = (
        language_of()
        if wanted.language is None
        else Language.EN
        if wanted.language == "en"
        else Language.PT
    )
    if wanted.event is not None:
        yield from _on_the_database(ctx, wanted, language)
    else:
        yield from _on_a_line(ctx, wanted, language, ZoneInfo("America/Sao_Paulo"))


def _on_the_database(
    ctx: typer.Context, wanted: Wanted, language: "Language"
) -> "Iterator[DeskParts]":
    from boxoffice.cli.opening import office_of

    with office_of(ctx) as office:
        yield parts_at(office, wanted, language)


def parts_at(office: "BoxOffice", wanted: Wanted, language: "Language") -> "DeskParts":
    """Return the parts of a desk that stands at an event of this database.

    Raises:
        NotFound: there is no such event or list.
    """
    from boxoffice.door.queries import gate_at
    from tui.desk import LocalDesk
    from tui.desk_view import Teller
    from tui.screens.desk_parts import DeskParts
    from tui.sources import source_of

    assert wanted.event is not None, "a desk on the database stands at an event"
    with office.reading() as session:
        gate = gate_at(session, wanted.event, wanted.list_name)

    desk = LocalDesk(office, wanted.event, gate.list_name, wanted.gate)
    source = None if wanted.plain else source_of(wanted.source)
    return DeskParts(
        desk=desk,
        status=desk.status(),
        tell=Teller(language, gate.zone, wanted.hides_names, wanted.ascii or has_ascii_alone()),
        now=office.now,
        counter=partial(_counter, office, wanted.event),
        keeper=keeper_of(office),
        sources=() if source is None else (source,),
        prefix=wanted.prefix,
        is_muted=wanted.muted,
    )


def _counter(office: "BoxOffice", event: str, list_name: str) -> "Counter":
    from boxoffice.cli.opening import afterwards
    from tui.walk_in import LocalCounter

    return LocalCounter(office, event, list_name, after=partial(afterwards, office))


def keeper_of(office: "BoxOffice") -> "Keeper | None":
    """Return what checks the PIN or password of who is logged in; none where nobody is."""
    from boxoffice.staff.queries import find_member

    actor = office.actor
    with office.reading() as session:
        if find_member(session, actor.name) is None:
            return None

    def check(secret: str) -> None:
        from boxoffice.staff.unlock import unlock

        unlock(office.database, actor, secret, now=office.now())

    return check


def _on_a_line(
    ctx: typer.Context, wanted: Wanted, language: "Language", zone: Any
) -> "Iterator[DeskParts]":
    from boxoffice.adapters.desk_line import DeskLine
    from boxoffice.errors import BadFile, NotFound
    from boxoffice.office import utc_now
    from tui.desk_view import Teller
    from tui.remote import RemoteDesk
    from tui.remote_counter import RemoteCounter
    from tui.screens.desk_parts import DeskParts
    from tui.sources import source_of

    folder = folder_of(ctx)
    papers = folder.papers()
    # Without a copy the clock is that of São Paulo; the first scan says what is missing.
    with suppress(NotFound, BadFile):
        zone = folder.snapshot().gate.zone
    line = DeskLine(papers.url, papers.token)
    desk = RemoteDesk(folder, line, gate=wanted.gate, now=utc_now)
    if wanted.offline:
        desk.stay_offline()
    source = None if wanted.plain else source_of(wanted.source)
    try:
        yield DeskParts(
            desk=desk,
            status=desk.status(),
            tell=Teller(language, zone, wanted.hides_names, wanted.ascii or has_ascii_alone()),
            now=utc_now,
            counter=lambda _: RemoteCounter(desk, line),
            sources=() if source is None else (source,),
            prefix=wanted.prefix,
            is_muted=wanted.muted,
        )
    finally:
        desk.close()
