"""How the work stands, as Prometheus reads it: for programs on this machine alone."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address

from anyio.to_thread import run_sync
from sqlmodel import col, func, select
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from boxoffice.office import BoxOffice
from boxoffice.outbox.health import health
from boxoffice.payments.models import Letter

_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_PASSED_ON = ("forwarded", "x-forwarded-for", "x-real-ip")  # somebody else asks, through a proxy


async def metrics(request: Request) -> Response:
    """Answer a program on this machine; for anybody else there is nothing here."""
    if not _is_here(request):
        return JSONResponse({"error": "not found"}, 404)
    return PlainTextResponse(await run_sync(_text, request.app.state.office), media_type=_TYPE)


def _is_here(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in _PASSED_ON):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _text(office: BoxOffice) -> str:
    return "\n".join(_lines(office)) + "\n"


def _lines(office: BoxOffice) -> Iterator[str]:
    now = office.now()
    with office.reading() as session:
        found = health(session, now=now)
        unread = session.exec(
            select(func.count()).select_from(Letter).where(col(Letter.read_at).is_(None))
        ).one()
    yield from _head("boxoffice_jobs", "Jobs by state, queue and kind.")
    for each in found.counts:
        labels = {"state": each.state, "queue": each.queue, "kind": each.kind}
        yield _line("boxoffice_jobs", each.count, labels)
    yield from _head("boxoffice_jobs_due", "Jobs that could run now and do not yet.")
    yield _line("boxoffice_jobs_due", found.due_count)
    yield from _head("boxoffice_jobs_oldest_due_seconds", "How long the oldest has been due.")
    yield _line("boxoffice_jobs_oldest_due_seconds", round(found.oldest_seconds, 3))
    yield from _head("boxoffice_letters_unread", "Letters kept and not read yet.")
    yield _line("boxoffice_letters_unread", unread)
    yield from _head("boxoffice_heartbeat_age_seconds", "Since a program was last seen.")
    for pulse in found.pulses:
        age = round((now - pulse.seen_at).total_seconds(), 3)
        labels = {"part": pulse.part, "name": pulse.name}
        yield _line("boxoffice_heartbeat_age_seconds", age, labels)


def _head(name: str, told: str) -> Iterator[str]:
    yield f"# HELP {name} {told}"
    yield f"# TYPE {name} gauge"


def _line(name: str, value: float, labels: Mapping[str, str] | None = None) -> str:
    if not labels:
        return f"{name} {value}"
    told = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    return f"{name}{{{told}}} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
