"""`boxoffice courtesy plan` and `apply`: give places to everybody on a list, once each."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from boxoffice.cli.bulk import mapped, progress_of, raw_of, show_problems
from boxoffice.cli.options import AsJson, EventSlug, Yes, example, noun

if TYPE_CHECKING:
    from datetime import datetime

    from boxoffice.bulk.campaign_plan import CampaignPlan
    from boxoffice.office import BoxOffice
    from boxoffice.promos.models import CampaignMode

app = noun("Invite everybody on a list: plan, look, apply.")

_PARTIAL, _REFUSED = 6, 5


@app.command(
    "plan",
    epilog=example("boxoffice courtesy plan convidados.csv -e noite -t Cortesia --mode codes"),
)
def plan_command(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV, XLSX or JSON Lines; - is stdin.")],
    event: EventSlug,
    tier: Annotated[str, typer.Option("--tier", "-t", help="The tier that is given away.")],
    mode: Annotated[
        str, typer.Option(help="codes: each guest redeems one; tickets: issued at once.")
    ] = "codes",
    name: Annotated[
        str | None, typer.Option(help="The campaign; by default the file's own name.")
    ] = None,
    expires_at: Annotated[str | None, typer.Option(help="Codes are good until then.")] = None,
    attach: Annotated[
        list[Path] | None, typer.Option(help="A file that goes with each mail; repeat it.")
    ] = None,
    message_file: Annotated[
        Path | None, typer.Option(help="Your own words for the mail, as plain text.")
    ] = None,
    headings: Annotated[
        list[str] | None,
        typer.Option("--map", help="Where a column is, as key=Heading.", metavar="KEY=HEADING"),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The plan; FILE.plan.json by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check every guest, and write what would be given and mailed. Nothing is sent."""
    from boxoffice.bulk.attachments import read_attachments, read_message
    from boxoffice.bulk.campaign_plan import plan_campaign
    from boxoffice.bulk.campaign_plan_file import told_of, write_campaign
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import Refused
    from boxoffice.promos.campaign import CampaignTerms

    target = _target(file, out)
    wanted, how = mapped(headings or []), _mode(mode)
    called = _name(file, name)
    words = "" if message_file is None else read_message(message_file)
    files = read_attachments(attach or [])
    raw = raw_of(file)
    with office_of(ctx) as office:
        now = office.now()
        until = _moment(office, event, expires_at, now)
        terms = CampaignTerms(called, how, until, words, files)
        with office.reading() as session:
            plan = plan_campaign(
                session, office.actor, raw, event, tier, terms=terms, headings=wanted, now=now
            )
        told = told_of(plan)
        if not as_json:
            show_problems(plan.problems)
        if not plan.guests and not plan.already:
            raise Refused(
                f"no guest of {file.name} can be invited; no plan was written.",
                hint="mend the rows, and plan again",
                code="plan.empty",
                problems=told["problems"],
            )
        write_campaign(plan, target, source=file.name, by=office.actor.name, now=now)
    if as_json:
        show.as_json_line({"plan": str(target)} | told)
    else:
        _show_plan(plan, target)
    if plan.problems:
        raise typer.Exit(_PARTIAL)


@app.command("apply", epilog=example("boxoffice courtesy apply convidados.csv.plan.json --yes"))
def apply_command(
    ctx: typer.Context,
    plan: Annotated[Path, typer.Argument(help="The plan that `courtesy plan` wrote.")],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Invite the guests of a plan. Stopped half way, it goes on where it was."""
    from boxoffice.bulk.campaign_apply import Host, apply_campaign
    from boxoffice.bulk.campaign_plan_file import read_campaign
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of

    with office_of(ctx) as office:
        kept = read_campaign(plan)
        places = sum(guest.quantity for guest in kept.guests)
        question = f"Give {places} places to {len(kept.guests)} guests, and mail each?"
        if not show.confirmed(question, yes=yes):
            show.talk("nothing was changed.")
            raise typer.Exit(_REFUSED)
        with progress_of("inviting") as progress:
            host = Host(office.database, office.actor, office.ticket_key, office.now, progress)
            done = apply_campaign(host, plan)
        told = {
            "event": done.event, "campaign": done.campaign, "guests": done.guests,
            "made": done.made, "already": done.already, "refused": done.refused,
            "places": done.places, "result": str(done.result),
        }  # fmt: skip
        if as_json:
            show.as_json_line(told)
        else:
            show.pairs([(name, str(value)) for name, value in told.items()])
        if done.made and not as_json:
            show.talk("hint: boxoffice job run --until-empty sends the mails that were promised")
    if done.refused:
        raise typer.Exit(_PARTIAL)


def _target(file: Path, out: Path | None) -> Path:
    """Return where the plan goes.

    Raises:
        BadValue: nowhere, or over the file itself.
    """
    from boxoffice.errors import BadValue

    is_stdin = str(file) == "-"
    if str(out) == "-" or (is_stdin and out is None):
        raise BadValue("--out", "must name a file: a plan is three files.", hint="--out plan.json")
    target = out or file.with_name(file.name + ".plan.json")
    if not is_stdin and target.resolve() == file.resolve():
        raise BadValue("--out", "is the file itself; it would be lost.", hint="name another file")
    return target


def _mode(text: str) -> "CampaignMode":
    from boxoffice.errors import BadValue
    from boxoffice.promos.models import CampaignMode

    if text not in set(CampaignMode):
        known = ", ".join(sorted(CampaignMode))
        raise BadValue("--mode", f"{text[:40]!r} is not one of: {known}.")
    return CampaignMode(text)


def _name(file: Path, name: str | None) -> str:
    from boxoffice.errors import BadValue
    from boxoffice.promos.campaign import NAME_MAX
    from boxoffice.text import clean_in, shown

    if name is None and str(file) == "-":
        raise BadValue("--name", "is needed: standard input has none.", hint="--name imprensa")
    given = shown(file.stem, length_max=NAME_MAX) if name is None else name
    return clean_in(given, name="--name", length_max=NAME_MAX)


def _moment(
    office: "BoxOffice", event: str, text: str | None, now: "datetime"
) -> "datetime | None":
    from boxoffice.events.queries import event_view
    from boxoffice.times import parse_moment

    if text is None:
        return None
    with office.reading() as session:
        zone = event_view(session, event, now=now).zone
    return parse_moment(text, name="--expires-at", zone=zone, now=now)


def _show_plan(plan: "CampaignPlan", target: Path) -> None:
    from boxoffice.cli import show
    from boxoffice.times import local_text

    until = plan.terms.expires_at
    files = ", ".join(f"{f.name} ({len(f.content):,} bytes)" for f in plan.terms.files)
    show.pairs(
        [
            ("campaign", f"{plan.terms.name}, {plan.terms.mode} of {plan.tier.name}"),
            ("event", plan.event.slug),
            ("guests", f"{len(plan.guests)} to invite, {plan.already} invited already"),
            ("places", f"{plan.places} of {plan.tier.places_left} that are left"),
            ("given away", str(plan.worth)),
            ("mails", str(len(plan.guests))),
            ("expires", local_text(until, plan.event.zone) if until else ""),
            ("attached", files),
            ("bad rows", f"{plan.bad_rows}, of them {plan.duplicates} duplicates"),
            ("columns", ", ".join(f"{h} = {key}" for key, h in plan.sheet.columns.items())),
            ("ignored", ", ".join(plan.sheet.ignored)),
            ("first", ", ".join(guest.person.name for guest in plan.guests[:3])),
            ("plan", str(target)),
        ]
    )
    show.talk(f"hint: boxoffice courtesy apply {shlex.quote(str(target))} --yes")
