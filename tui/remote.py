"""A desk over a line: online while the line answers in time, on its snapshot while it does not."""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from boxoffice.adapters.desk_line import DeskLine
from boxoffice.adapters.desk_sync import send_journal
from boxoffice.door.alone import LoneDesk
from boxoffice.door.folder import DeskFolder
from boxoffice.door.journal import GATE_MAX, Fact
from boxoffice.door.models import Source
from boxoffice.door.queries import DoorStats
from boxoffice.door.rules import Asked, Direction, Verdict
from boxoffice.door.scan import Shown, new_nonce
from boxoffice.door.search import LETTERS_MIN, Hit
from boxoffice.door.words import Admission, say
from boxoffice.errors import BadFile, BoxOfficeError, Forbidden, NotFound
from boxoffice.ids import new_id
from boxoffice.staff.rules import PERMISSIONS, Permission, Role
from boxoffice.text import clean_in, folded
from tui.desk import Approval, DeskStatus, Mode
from tui.timed_line import BUDGET_SECONDS, REST_SECONDS, TimedLine

_UNDO_MAX = 200  # admissions that are remembered, as many as the screen lists


class RemoteDesk:
    """A desk that always answers. What it judged alone is sent before it asks online again."""

    def __init__(
        self,
        folder: DeskFolder,
        line: DeskLine,
        *,
        gate: str,
        now: Callable[[], datetime],
        budget_seconds: float = BUDGET_SECONDS,
        rest_seconds: float = REST_SECONDS,
    ) -> None:
        """Take a desk that is enrolled.

        Raises:
            NotFound: this machine is not enrolled.
        """
        self._papers = folder.papers()
        self._folder, self._line, self._now = folder, line, now
        self._gate = gate or self._papers.desk
        self.line = TimedLine(budget_seconds, rest_seconds)
        self._journal = folder.journal
        self._unsent = folder.journal  # the worker's own: it reads while the screen writes
        self._alone: LoneDesk | None = None
        self._admitted: deque[Fact] = deque(maxlen=_UNDO_MAX)  # what `undo` may take back
        self._lock = Lock()

    def scan(
        self,
        text: str,
        *,
        nonce: str,
        asked: Asked,
        source: Source,
        approval: Approval | None = None,
    ) -> Admission:
        """Ask the server; without an answer in time, judge on the snapshot.

        Raises:
            LineSilent: nobody is let in against the rules without the box office.
            Forbidden: who approves it may not, or gave a wrong PIN.
        """
        what = Shown(text, nonce, source, asked)
        if asked.override:
            heard: Admission | None = self.line.at_the_office(lambda: self._ask(what, approval))
        else:
            heard = self.line.in_time(lambda: self._ask(what))
        if heard is not None:
            self._hear(what, heard)
        admission = self._judge_alone(what) if heard is None else heard
        if admission.verdict.admits and asked.direction is Direction.IN:
            self._admitted.append(self._fact(what, admission))
        return admission

    def undo(self, ticket: str = "", reason: str = "", approval: Approval | None = None) -> str:
        """Take an admission of this desk back, the last one at first, by the journal.

        It needs no supervisor: the journal tells what this desk did, and the server keeps it.

        Raises:
            NotFound: this desk has not admitted the ticket, or nobody, since it was started.
        """
        del approval
        why = clean_in(reason, name="the reason", empty=True)
        mine = [each for each in self._admitted if ticket in ("", each.ticket_name)]
        if not mine:
            raise NotFound("admission", "of this desk to undo")
        fact = mine[-1]
        with self._lock, self._journal.held():
            self._journal.append(
                Fact(
                    sequence=self._journal.last_sequence + 1,
                    nonce=new_nonce(),
                    at=self._now(),
                    direction=Direction.UNDO,
                    verdict=fact.verdict,
                    source=Source.TYPED,
                    gate=self._gate,
                    text_digest=fact.text_digest,
                    ticket_name=fact.ticket_name,
                    reason=why,
                    annuls=fact.nonce,
                )
            )
        self._admitted.remove(fact)
        self.line.in_time(self._send)
        return fact.ticket_name or "a ticket newer than the snapshot"

    def may(self, permission: Permission) -> bool:
        """Say what the role that this desk was enrolled with allows."""
        if permission is Permission.UNDO_SCAN:
            return True
        return permission in PERMISSIONS[Role(self._papers.role)]

    def doors(self) -> Sequence[str]:
        """Name the one door that the token opens."""
        return [self._papers.list]

    def move(self, list_name: str, gate: str) -> None:
        """Be called another gate from now on.

        Raises:
            Forbidden: a desk stands at the door it was enrolled for.
            BadValue: a gate cannot be called that.
        """
        if list_name != self._papers.list:
            raise Forbidden(
                f"this desk is enrolled for {self._papers.list} alone.",
                hint="enrol it again: boxoffice desk enrol -e SLUG --list NAME",
                code="desk.list",
            )
        name = clean_in(gate, name="the gate", length_max=GATE_MAX, empty=True)
        self._gate = name or self._papers.desk

    def group(self, name: str, asked: Asked) -> Sequence[Admission]:
        """Let the rest of an order in: each of its tickets that is still out.

        Raises:
            NotFound: there is no such order.
        """
        order = name.strip().upper().partition("-")[0]
        first = self.scan(order, nonce=new_nonce(), asked=asked, source=Source.GROUP)
        if first.verdict is Verdict.UNKNOWN or first.verdict is Verdict.UNREADABLE:
            raise NotFound("order", order[:20])
        names = [choice.short_code for choice in first.choices]
        if not names:
            return [first]
        return [
            self.scan(ticket, nonce=new_nonce(), asked=asked, source=Source.GROUP)
            for ticket in names
        ]

    def search(self, text: str) -> Sequence[Hit]:
        """Find people on the server, or in the snapshot."""
        if len(folded(text).replace(" ", "")) < LETTERS_MIN:
            return []
        hits = self.line.in_time(lambda: self._line.search(text))
        if hits is not None:
            return hits
        return [
            Hit(
                short_code=ticket.shown.short_code,
                holder_name=ticket.holder_name,
                holder_company=ticket.holder_company,
                tier=ticket.tier,
                state=ticket.state,
                is_in=is_in,
                document=ticket.document,
                buyer_name="",
            )
            for ticket, is_in in self._lone().search(text)
        ]

    def stats(self) -> DoorStats:
        """Count on the server, which is told first what it does not know; or as this desk knows."""
        stats = self.line.in_time(self._ask_stats)
        if stats is not None:
            return stats
        lone = self._lone()
        verdicts: dict[str, int] = {}
        for fact in self._journal.facts:
            verdicts[fact.verdict] = verdicts.get(fact.verdict, 0) + 1
        inside = lone.inside_count()
        return DoorStats(
            event=self._papers.event,
            list=self._papers.list,
            expected=lone.snapshot.expected_count(),
            admitted=inside,
            inside=inside,
            scans=len(self._journal.facts),
            verdicts=verdicts,
        )

    def warm(self) -> None:
        """Dial the line, and read the copy, unless one of them is not there."""
        self.line.in_time(self._ask_stats)
        with suppress(NotFound, BadFile):
            self._lone()

    def status(self) -> DeskStatus:
        """Say how this desk judges, and what it has not sent yet."""
        with self._lock:
            self._journal.refresh()
        sent = self._folder.sent()
        taken_at = self._alone.snapshot.taken_at if self._alone else None
        if taken_at is None:
            try:
                taken_at = self._lone().snapshot.taken_at
            except BoxOfficeError:
                taken_at = None  # none, or altered: the scan that needs it will say so
        return DeskStatus(
            mode=Mode.OFFLINE if self.line.rests else Mode.ONLINE,
            event=self._papers.event,
            list=self._papers.list,
            gate=self._gate,
            snapshot_at=taken_at,
            unsent=sum(fact.sequence > sent for fact in self._journal.facts),
            trouble=self.line.trouble,
        )

    @property
    def print_folder(self) -> Path:
        """Where tickets lie that this desk has printed."""
        return self._folder.path / "print"

    def stay_offline(self) -> None:
        """Leave the line alone from now on."""
        self.line.stay_away()

    def close(self) -> None:
        """Let the line go. The journal stays for the next start."""
        self.line.close()
        self._line.close()

    def _ask(self, what: Shown, approval: Approval | None = None) -> Admission:
        self._send()  # first what the server does not know yet
        lent = ("", "") if approval is None else (approval.supervisor, approval.pin)
        return self._line.scan(what, gate=self._gate, now=self._now(), approval=lent)

    def _ask_stats(self) -> DoorStats:
        self._send()  # a line that is back: nobody need scan before it is used
        return self._line.stats()

    def _send(self) -> bool:
        self._unsent.refresh()
        if self._unsent.last_sequence > self._folder.sent():
            send_journal(self._folder, self._line, self._unsent, self._now)
        return True

    def _judge_alone(self, what: Shown) -> Admission:
        try:
            return self._lone().scan(what, gate=self._gate, now=self._now())
        except (NotFound, BadFile) as error:
            self.line.trouble = f"{error.message} {error.hint}".strip()
            return say(
                new_id(), Verdict.UNAVAILABLE, ticket=None, first=None,
                scanned_at=self._now(), zone=UTC,
            )  # fmt: skip

    def _hear(self, what: Shown, admission: Admission) -> None:
        """Remember who came in online, for when the line breaks."""
        came = admission.verdict.admits or admission.verdict is Verdict.ALREADY_IN
        try:
            if came and what.asked.direction is not Direction.UNDO:
                self._lone().hear(what, gate=self._gate, now=self._now())
        except (NotFound, BadFile):
            return  # without a snapshot there is no judging alone anyway

    def _lone(self) -> LoneDesk:
        # Race: the screen asks for numbers while a scan is judged.
        with self._lock:
            if self._alone is None:
                self._alone = self._folder.alone()
            return self._alone

    def _fact(self, what: Shown, admission: Admission) -> Fact:
        return Fact(
            sequence=1,  # unused: the admission itself is written elsewhere
            nonce=what.nonce,
            at=self._now(),
            direction=Direction.IN,
            verdict=admission.verdict,
            source=what.source,
            gate=self._gate,
            text_digest=what.digest,
            ticket_name=admission.ticket.short_code if admission.ticket else None,
        )
