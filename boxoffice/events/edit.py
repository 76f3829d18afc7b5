"""Change some values of an event, and leave the others as they are."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from boxoffice.events.file import EventPlan, checked, event_plan
from boxoffice.times import iso

_PLANNED_AS = {
    "fee_fixed": "fee_fixed_minor",
    "fee_percent": "fee_basis_points",
}


def edited(plan: EventPlan, given: Mapping[str, Any], *, now: datetime) -> EventPlan:
    """Return `plan` with the values that are `given`, named and written as in an event file.

    Raises:
        BadValue: a value makes no sense, or does not fit the others.
    """
    needed: dict[str, Any] = {
        "slug": plan.slug,
        "title": plan.title,
        "timezone": plan.timezone,
        "starts_at": iso(plan.starts_at),
    }
    found = event_plan({"event": needed | dict(given)}, now=now)
    names = [_PLANNED_AS.get(name, name) for name in given]
    return checked(replace(plan, **{name: getattr(found, name) for name in names}))
