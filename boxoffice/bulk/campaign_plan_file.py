"""A campaign's plan as three files: one to look at, and beside it the guests and the mail."""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from boxoffice.bulk.attachments import FILES_MAX, FILES_SIZE_MAX, MESSAGE_MAX
from boxoffice.bulk.campaign_plan import CampaignPlan
from boxoffice.bulk.plan_files import beside, not_a_plan, pretty, publish_alone, read_plan_file
from boxoffice.errors import BadFile
from boxoffice.events.queries import EventView, TierView
from boxoffice.mail import Attachment
from boxoffice.orders.rules import QUANTITY_MAX
from boxoffice.people import Person, masked_document, masked_email
from boxoffice.promos.campaign import NAME_MAX, CampaignTerms, Guest
from boxoffice.promos.models import CampaignMode
from boxoffice.text import shown
from boxoffice.times import iso

SCHEMA = "plan/1"
ACT = "courtesy.send"
MADE_BY = "boxoffice courtesy plan FILE --event SLUG --tier NAME"

_FIRST_GUESTS = 5
_PROBLEMS_MAX = 1_000  # in the plan file; the counts tell of all


@dataclass(frozen=True, slots=True)
class KeptCampaign:
    """A plan read back: the terms, the guests, and the world that it was made for."""

    event: str
    tier: str
    terms: CampaignTerms
    guests: tuple[Guest, ...]
    world: dict[str, Any]


def told_of(plan: CampaignPlan) -> dict[str, Any]:
    """Return a plan as programs see it. Documents and addresses are masked."""
    return {
        "schema": SCHEMA,
        "act": ACT,
        "event": plan.event.slug,
        "campaign": plan.terms.name,
        "mode": plan.terms.mode,
        "tier": plan.tier.name,
        "expires_at": iso(plan.terms.expires_at),
        "counts": {
            "rows": len(plan.sheet.rows) + len(plan.sheet.spoilt),
            "bad": plan.bad_rows,
            "duplicates": plan.duplicates,
            "already": plan.already,
            "guests": len(plan.guests),
            "places": plan.places,
            "mails": len(plan.guests),
        },
        "money": {"given_minor": plan.worth.minor, "currency": plan.worth.currency},
        "places": {"needed": plan.places, "left": plan.tier.places_left},
        "attachments": [
            {"name": file.name, "type": file.media_type, "bytes": len(file.content)}
            for file in plan.terms.files
        ],
        "message": plan.terms.message,
        "columns": plan.sheet.columns,
        "ignored": list(plan.sheet.ignored),
        "first": [
            {
                "line": guest.line,
                "name": guest.person.name,
                "email": masked_email(guest.person.email),
                "document": masked_document(guest.person.document),
                "company": guest.person.company,
                "quantity": guest.quantity,
            }
            for guest in plan.guests[:_FIRST_GUESTS]
        ],
        "problems": [
            {"line": p.line, "column": p.column, "problem": p.what, "hint": p.hint}
            for p in plan.problems[:_PROBLEMS_MAX]
        ],
    }


def write_campaign(plan: CampaignPlan, out: Path, *, source: str, by: str, now: datetime) -> None:
    """Write `plan` to `out`, its guests and its mail beside it. All are the owner's alone.

    The plan goes last: killed before, the old one no longer fits the others, and is refused.

    Raises:
        BadFile: they cannot be written.
    """
    digest = hashlib.sha256()

    def guests() -> Iterator[bytes]:
        for guest in plan.guests:
            line = json.dumps(asdict(guest), ensure_ascii=False).encode() + b"\n"
            digest.update(line)
            yield line

    mail = _mail(plan.terms)
    publish_alone(guests_beside(out), guests())
    publish_alone(mail_beside(out), [mail])
    told = told_of(plan) | {
        "source": {"file": shown(source), "format": plan.sheet.format},
        "made_at": iso(now),
        "by": by,
        "guests": {"count": len(plan.guests), "sha256": digest.hexdigest()},
        "mail": {"sha256": hashlib.sha256(mail).hexdigest()},
        "world": world_of(plan.event, plan.tier),
    }
    publish_alone(out, pretty(told))


def guests_beside(plan: Path) -> Path:
    """Return where the guests of a plan lie."""
    return beside(plan, "guests.jsonl")


def mail_beside(plan: Path) -> Path:
    """Return where the organizer's words and files of a plan lie."""
    return beside(plan, "mail.json")


def world_of(event: EventView, tier: TierView) -> dict[str, Any]:
    """Return what must not have changed when a plan is applied."""
    matters: dict[str, Any] = {
        "event": str(event.id),
        "starts_at": iso(event.starts_at),
        "tier": str(tier.id),
        "category": tier.category,
        "price_minor": tier.price.minor,
        "currency": tier.price.currency,
    }
    digest = hashlib.sha256(json.dumps(matters, sort_keys=True).encode()).hexdigest()
    return matters | {"digest": digest}


def read_campaign(path: Path) -> KeptCampaign:
    """Read a plan back, with its guests and its mail.

    Raises:
        NotFound: there is no such file.
        BadFile: it is no plan of a campaign, or what lies beside it is not its own.
    """
    raw = read_plan_file(path, made_by=MADE_BY)
    try:
        told = json.loads(raw)
        is_ours = told["schema"] == SCHEMA and told["act"] == ACT
        event, tier, world = told["event"], told["tier"], dict(told["world"])
        digests = {
            guests_beside(path): told["guests"]["sha256"],
            mail_beside(path): told["mail"]["sha256"],
        }
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise not_a_plan(path, made_by=MADE_BY) from error
    if not is_ours or not isinstance(event, str) or not isinstance(tier, str):
        raise not_a_plan(path, made_by=MADE_BY)
    found = {}
    for file, digest in digests.items():
        found[file] = read_plan_file(file, made_by=MADE_BY)
        if hashlib.sha256(found[file]).hexdigest() != digest:
            problem = f"{shown(file.name)} is not what {shown(path.name)} was made with."
            raise BadFile(problem, hint=f"plan again: {MADE_BY}")
    try:
        terms = _terms(told, json.loads(found[mail_beside(path)]))
        lines = found[guests_beside(path)].split(b"\n")
        guests = tuple(_guest(json.loads(line)) for line in lines if line)
    except (ValueError, LookupError, TypeError, RecursionError, AttributeError) as error:
        raise not_a_plan(path, made_by=MADE_BY) from error
    return KeptCampaign(event, tier, terms, guests, world)


def _mail(terms: CampaignTerms) -> bytes:
    files = [
        {
            "name": file.name,
            "type": file.media_type,
            "content": base64.b64encode(file.content).decode(),
        }
        for file in terms.files
    ]
    return json.dumps({"message": terms.message, "files": files}).encode()


def _terms(told: Any, mail: Any) -> CampaignTerms:
    """Read the terms.

    Raises:
        ValueError, LookupError, TypeError, AttributeError: they are not as we wrote them.
    """
    files = tuple(
        Attachment(file["name"], file["type"], base64.b64decode(file["content"], validate=True))
        for file in mail["files"]
    )
    expires = told["expires_at"]
    terms = CampaignTerms(
        name=told["campaign"],
        mode=CampaignMode(told["mode"]),
        expires_at=None if expires is None else datetime.fromisoformat(expires),
        message=mail["message"],
        files=files,
    )
    texts = (terms.name, terms.message, *(text for f in files for text in (f.name, f.media_type)))
    if not all(isinstance(text, str) for text in texts):
        raise TypeError
    if terms.expires_at is not None and terms.expires_at.tzinfo is None:
        raise ValueError
    sizes = len(files) <= FILES_MAX and sum(len(f.content) for f in files) <= FILES_SIZE_MAX
    if not sizes or not 1 <= len(terms.name) <= NAME_MAX or len(terms.message) > MESSAGE_MAX:
        raise ValueError
    return terms


def _guest(told: Any) -> Guest:
    person = Person(**told["person"])
    if not all(isinstance(value, str) for value in asdict(person).values()):
        raise TypeError
    if not isinstance(told["line"], int) or not 1 <= told["quantity"] <= QUANTITY_MAX:
        raise ValueError
    return Guest(told["line"], person, told["quantity"])
