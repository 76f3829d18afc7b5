"""The answer to a scan on the command line: words, a symbol, and the exit code of its class."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from boxoffice.door.scan import Shown
    from boxoffice.door.words import Admission
    from boxoffice.errors import BoxOfficeError
    from boxoffice.office import BoxOffice


def scan_once(
    office: "BoxOffice",
    event: str,
    list_name: str | None,
    gate: str,
    what: "Shown",
    *,
    as_json: bool,
    fields: str | None,
) -> int:
    """Scan once, show the answer, and return the exit code of its class."""
    from boxoffice.cli import show
    from boxoffice.cli.exits import FAULT
    from boxoffice.door.queries import gate_at
    from boxoffice.door.rules import ExitOf
    from boxoffice.door.scan import scan
    from boxoffice.door.wire import admission_json
    from boxoffice.errors import Busy, Unavailable

    def once() -> "Admission":
        actor = office.actor  # it may have to be asked for, which takes a transaction of its own
        with office.writing() as session:
            at = gate_at(session, event, list_name, gate=gate)
            admission = scan(session, actor, at, what, now=office.now())
            if as_json:  # a wrong field is refused while the scan is not kept yet
                show.picked(admission_json(admission), fields)
        return admission

    try:
        try:
            admission = once()
        except Unavailable:
            admission = once()  # it may have been kept: the nonce then answers as it did
    except (Unavailable, Busy) as failure:
        _show_fault(failure, as_json=as_json)
        return FAULT
    show_admission(admission, as_json=as_json, fields=fields)
    return ExitOf[admission.verdict.family]


def show_admission(admission: "Admission", *, as_json: bool, fields: str | None) -> None:
    """Print one answer, at once."""
    from boxoffice.cli import show
    from boxoffice.door.wire import admission_json
    from boxoffice.door.words import SYMBOLS

    if as_json:
        show.as_json_line(admission_json(admission), fields)
        return
    family, ticket = admission.verdict.family, admission.ticket
    who = "" if ticket is None else f"  {ticket.holder_name}  {ticket.tier}  {ticket.short_code}"
    show.line(f"{SYMBOLS[family]} {family}{who}")
    show.line(f"  {admission.message}")
    if admission.hint:
        show.line(f"  {admission.hint}")
    for choice in admission.choices:
        show.line(f"  {choice.short_code}  {choice.holder_name}  {choice.tier}")
    sys.stdout.flush()


def _show_fault(failure: "BoxOfficeError", *, as_json: bool) -> None:
    from boxoffice.cli import show

    if as_json:
        show.as_json_line({
            "class": "FAULT", "verdict": "unavailable", "message": failure.message,
            "hint": failure.hint or "scan again", "ticket": None, "first": None, "choices": [],
        })  # fmt: skip
        return
    show.line("? FAULT")
    show.line(f"  {failure.message}")
    show.line("  scan again")
