"""`boxoffice export`, by the clock: schedule, status."""

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from boxoffice.cli.options import AsJson, example, noun

if TYPE_CHECKING:
    from boxoffice.exports.health import Health
    from boxoffice.exports.timetable import Call
    from boxoffice.settings import Settings

app = noun("Exports by the clock.")

_UNHEALTHY = 8


@app.command("schedule", epilog=example('boxoffice export schedule financeiro --at "0 6 * * *"'))
def schedule_command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The saved export.")],
    at: Annotated[
        str | None, typer.Option(help='When, as crontab has it: "0 6 * * *"; else its own `at`.')
    ] = None,
    systemd: Annotated[
        bool, typer.Option("--systemd", help="Units of systemd instead of a line of crontab.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print the line of crontab, or the units of systemd, that run a saved export. Changes nothing.

    A worker (`job run`) runs what has an `at` in exports.toml by itself, and needs neither; where
    both look, a slot is run once.
    """
    from boxoffice.cli import show
    from boxoffice.cli.opening import settings_of
    from boxoffice.errors import BadValue
    from boxoffice.exports.cron import parse_cron
    from boxoffice.exports.saved import saved_named
    from boxoffice.exports.timetable import crontab_of, service_of, timer_of
    from boxoffice.office import utc_now
    from boxoffice.times import iso

    settings = settings_of(ctx)
    saved = saved_named(settings.exports_path, name)
    cron = saved.at if at is None else parse_cron(at)
    if cron is None:
        raise BadValue("--at", f"is not given, and {name} has no `at`.", hint='--at "0 6 * * *"')
    is_own = saved.at is not None and saved.at.text == cron.text
    call = _call(settings, name, ctx.find_root().obj, is_slot=is_own)
    crontab = crontab_of(call, cron, saved.zone)
    service, timer = service_of(call), timer_of(call, cron, saved.zone)
    coming = cron.following(utc_now(), saved.zone)
    if as_json:
        show.as_json_line({
            "name": name, "at": cron.text, "timezone": saved.zone.key, "next": iso(coming),
            "crontab": crontab, "service": service, "timer": timer,
        })  # fmt: skip
    else:
        unit = f"boxoffice-export-{name}"
        text = f"# {unit}.service\n{service}\n# {unit}.timer\n{timer}" if systemd else crontab
        for line in text.rstrip("\n").split("\n"):
            show.line(line)
    for variable in _left_out(settings):
        show.talk(f"note: {variable} holds a secret and is left out; set {variable}_FILE, or")
        show.talk("      write it into a boxoffice.toml that only its owner can read")


@app.command("status", epilog=example("boxoffice export status --max-age 26h"))
def status_command(
    ctx: typer.Context,
    max_age: Annotated[
        str | None, typer.Option(help="Older than this is stale: 26h, 90m, 8d.", metavar="LENGTH")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say when each saved export was last written. Exit 8 when one is stale, or failed since."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import BadValue
    from boxoffice.exports.health import health_of
    from boxoffice.exports.saved import read_saved
    from boxoffice.times import parse_length

    age_max = None if max_age is None else parse_length(max_age, name="--max-age")
    with office_of(ctx) as office:
        now, path = office.now(), office.settings.exports_path
        saved = read_saved(path)
        with office.reading() as session:
            found = health_of(session, saved.values(), now=now, age_max=age_max)
    if not found and age_max is not None:
        raise BadValue("--max-age", f"has nothing to look at: {path} saves no export.")
    if as_json:
        for one in found:
            show.as_json_line(_told(one))
    else:
        show.table(
            ("export", "", "last", "rows", "file", "wrong"), [_row(one, now) for one in found]
        )
    if any(one.is_stale for one in found):
        raise typer.Exit(_UNHEALTHY)


def _told(one: "Health") -> dict[str, Any]:
    from boxoffice.times import iso

    run, failure = one.run, one.failure
    return {
        "name": one.saved.name,
        "ok": not one.is_stale,
        "last_at": iso(run.finished_at) if run else None,
        "rows": run.row_count if run else None,
        "file": run.destination if run else None,
        "failed_at": iso(failure.failed_at) if failure else None,
        "problem": failure.reason if failure else "",
    }


def _row(one: "Health", now: Any) -> list[str]:
    from boxoffice.times import ago_text, local_text

    run, failure = one.run, one.failure
    last = f"{local_text(run.finished_at, one.saved.zone)}" if run else "never"
    wrong = failure.reason if failure else ""
    if not wrong and one.is_stale:
        wrong = ago_text(run.finished_at, now) if run else "never written"
    mark = "✖" if one.is_stale else "✔"
    return [
        *(one.saved.name, mark, last),
        *(str(run.row_count) if run else "", run.destination if run else "", wrong),
    ]


def _call(settings: "Settings", name: str, config: Path | None, *, is_slot: bool) -> "Call":
    """Return the command as it runs without our shell: whole paths, and the settings we have.

    `is_slot`: it comes at the export's own `at`, where a worker may look too.
    """
    from boxoffice.exports.timetable import Call

    given = {"BOXOFFICE_HOME": str(settings.home)}
    secret = set(_left_out(settings))
    for value in settings.values.values():
        if value.origin in os.environ and value.origin not in secret | {"BOXOFFICE_HOME"}:
            given[value.origin] = os.environ[value.origin]
    config = config or (Path("boxoffice.toml") if Path("boxoffice.toml").is_file() else None)
    options = ["--config", str(config.absolute())] if config else []
    once = ["--slot", "last", "--wait", "60s"] if is_slot else []
    return Call(name, [_program(), *options, "export", "run", name, *once], given)


def _left_out(settings: "Settings") -> list[str]:
    """Name the variables that hold a secret themselves: a crontab is no place for one."""
    return sorted(
        value.origin
        for value in settings.values.values()
        if value.origin in os.environ
        and not value.origin.endswith("_FILE")
        and value.shown != value.text
    )


def _program() -> str:
    from boxoffice.errors import Misconfigured

    beside = Path(sys.executable).with_name("boxoffice")
    found = str(beside) if beside.is_file() else shutil.which("boxoffice")
    if found is None:
        raise Misconfigured("the program boxoffice is not installed.", hint="pip install boxoffice")
    return found
