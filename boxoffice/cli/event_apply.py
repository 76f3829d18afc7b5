"""Show what a plan of an event would change, ask, and change it."""

from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from boxoffice.events.apply import Change
    from boxoffice.events.file import EventPlan
    from boxoffice.office import BoxOffice


def apply_plan(
    office: "BoxOffice", plan: "EventPlan", *, yes: bool, dry_run: bool, as_json: bool
) -> None:
    """Find the changes in a transaction that is dropped, ask, and make them in one that is kept."""
    from boxoffice.cli import show
    from boxoffice.cli.shapes import change_json, event_json
    from boxoffice.events.queries import event_view

    found = _changes(office, plan, keep=False)
    if not as_json:
        _show_changes(plan.slug, found)
    for name in _left_alone(office, plan):
        show.talk(f"tier {name} is not in the file: it stays as it is.")
    if found and not dry_run:
        if not show.confirmed(f"Make {len(found)} changes to {plan.slug}?", yes=yes):
            show.talk("nothing written.")
            raise typer.Exit(5)
        found = _changes(office, plan, keep=True)
        show.talk(f"{plan.slug}: {len(found)} changes made.")
    if dry_run:
        show.talk("nothing written.")
    if as_json:
        told: dict[str, Any] = {"slug": plan.slug}
        if not dry_run:
            with office.reading() as session:
                told = event_json(event_view(session, plan.slug, now=office.now()))
        show.as_json_line({"event": told, "changes": [change_json(change) for change in found]})


def _changes(office: "BoxOffice", plan: "EventPlan", *, keep: bool) -> "list[Change]":
    from boxoffice.door.lists import apply_lists
    from boxoffice.events.apply import apply_event

    with office.writing() as session:
        event, found = apply_event(session, office.actor, plan, now=office.now())
        found += apply_lists(session, office.actor, event, plan, now=office.now())
        if not keep:
            session.rollback()
    return found


def _left_alone(office: "BoxOffice", plan: "EventPlan") -> list[str]:
    """Return the tiers of the event that its file does not name."""
    from boxoffice.events.queries import event_views

    with office.reading() as session:
        known = event_views(session, now=office.now(), limit=10_000)
    named = {tier.name for tier in plan.tiers}
    return [
        tier.name
        for event in known
        if event.slug == plan.slug
        for tier in event.tiers
        if tier.name not in named
    ]


def _show_changes(slug: str, found: "list[Change]") -> None:
    from boxoffice.cli import show

    for change in found:
        what = f"{change.noun} {change.name}"
        if change.act == "add":
            show.line(f"+ {what}")
        else:
            show.line(f"~ {what}  {change.field}: {change.before} -> {change.after}")
    if not found:
        show.line(f"{slug} is what the file says already.")
