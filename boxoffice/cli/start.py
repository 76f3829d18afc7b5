"""The commands without a noun: init, doctor, demo, help."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import typer

from boxoffice.cli import show
from boxoffice.cli.exits import EXIT_CODES, FAILED, UNHEALTHY
from boxoffice.cli.opening import settings_of
from boxoffice.doctor import Finding, examine, must_be_checks
from boxoffice.errors import BadValue, Refused
from boxoffice.office import BoxOffice, opened
from boxoffice.settings import KNOWN, PREFIX

if TYPE_CHECKING:
    from boxoffice.demo.books import Books


def init(ctx: typer.Context, *, new_key: bool, as_json: bool) -> None:
    """Create or migrate the database, and make the secret key unless there is one.

    Raises:
        Misconfigured: a setting is wrong, or a file cannot be made.
    """
    from boxoffice.migrations.run import upgrade

    with opened(settings_of(ctx)) as office:
        before = office.database.schema()
        upgrade(office.settings.database_url)
        after = office.database.schema()
        made_key = office.make_key(is_lost=new_key)
        shown_url = office.database.url.render_as_string(hide_password=True)
    if as_json:
        show.as_json_line({
            "database": shown_url, "schema": after, "migrated": before != after,
            "made_key": made_key,
        })  # fmt: skip
        return
    show.line(f"database    {shown_url}")
    show.line(f"schema      {after}{'' if before != after else ' (as before)'}")
    if made_key:
        show.line(f"secret key  {office.key_path}  (keep a copy: ticket codes are made with it)")
    show.talk("next: boxoffice event create, or boxoffice demo")


def doctor(ctx: typer.Context, only: list[str], *, as_json: bool) -> None:
    """Check everything, or `only` some, a line each; exit 8 when something is wrong.

    Raises:
        BadValue: there is no such check.
    """
    must_be_checks(only)
    findings = []
    with opened(settings_of(ctx)) as office:
        for finding in _examined(office, only):
            findings.append(finding)
            if as_json:
                show.as_json_line({
                    "check": finding.check, "ok": finding.is_ok,
                    "says": finding.says, "mend": finding.mend,
                })  # fmt: skip
                continue
            show.line(f"{'✔' if finding.is_ok else '✖'} {finding.check:<12}{finding.says}")
            if not finding.is_ok:
                show.line(f"  {'mend':<12}{finding.mend}")
    if not all(finding.is_ok for finding in findings):
        raise typer.Exit(UNHEALTHY)


def _examined(office: BoxOffice, only: list[str]) -> Iterator[Finding]:
    """Run every check, and those of the engine where there is one."""
    yield from examine(office, only=only)
    if only:
        return
    from boxoffice.rehearsal.leftovers import examine_leftovers

    yield from examine_leftovers(office)
    if office.settings.get("redis_url") is not None:
        from tasks.doctor import examine_engine

        yield from examine_engine(office)


def demo(folder: Path | None, *, as_json: bool) -> None:
    """Play a whole night, show its books, and exit 1 when they disagree.

    Raises:
        Refused: the folder holds something already.
    """
    from boxoffice.demo.night import EVENT, play

    if folder is None:
        folder = Path(mkdtemp(prefix="boxoffice-demo-"))
    elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(
            f"{folder} is not an empty folder.", hint="name a new folder", code="demo.folder_used"
        )
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    books = play(folder, show.talk)
    if as_json:
        show.as_json_line({
            "agree": books.agree,
            "folder": str(folder),
            "sold": books.sold_by_tier,
            "verdicts": {str(verdict): count for verdict, count in books.verdicts.items()},
            "cash_minor": books.cash.minor,
            "pix_minor": books.pix.minor,
            "checks": [
                {"what": c.what, "found": c.found, "expected": c.expected, "ok": c.is_right}
                for c in books.checks
            ],
        })  # fmt: skip
    else:
        _show_books(books, folder, EVENT)
    if not books.agree:
        raise typer.Exit(FAILED)


def _show_books(books: "Books", folder: Path, event: str) -> None:
    show.line()
    show.table(["tier", "sold"], [[tier, str(count)] for tier, count in books.sold_by_tier.items()])
    show.pairs([("cash", str(books.cash)), ("pix", str(books.pix))])
    show.line()
    show.table(
        ["", "books", "found", "expected"],
        [
            [
                "✔" if c.is_right else "✖",
                c.what,
                str(c.found),
                f"≤ {c.expected}" if c.at_most else str(c.expected),
            ]
            for c in books.checks
        ],
    )
    show.line()
    show.line(f"everything lies in {folder}")
    show.line("  boxoffice.db  mail/new/*.eml  tickets/*.pdf  attendees.csv  boxoffice.log")
    show.line("try next:")
    show.line(f"  export BOXOFFICE_HOME={shlex.quote(str(folder))}")
    show.line(f"  boxoffice event show {event}")
    show.line("  boxoffice order find 'joao'")
    show.line(f"  boxoffice door stats --event {event}")


def explain(ctx: typer.Context, topic: str) -> None:
    """Print a help topic.

    Raises:
        BadValue: there is no such topic.
    """
    if topic == "exit-codes":
        for code, (name, meaning) in EXIT_CODES.items():
            show.line(f"{code:<4} {name:<12} {meaning}")
    elif topic == "environment":
        for setting in KNOWN:
            also = "  (also _FILE)" if setting.may_be_filed else ""
            show.line(f"{PREFIX}{setting.name.upper():<22} {setting.help}{also}")
    elif topic == "man":
        from boxoffice.cli.man import page

        for line in page(ctx.find_root().command):
            show.line(line)
    else:
        raise BadValue(
            "the topic",
            f"{topic[:40]!r} is not known.",
            hint="exit-codes, environment or man",
        )
