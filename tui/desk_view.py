"""What the desk shows, as plain values: a judged scan, a line of the log, the pace. No widget."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from boxoffice.door.models import Source
from boxoffice.door.rules import Asked, Direction, Proof, Verdict
from boxoffice.door.words import Admission, TicketShown
from boxoffice.errors import BoxOfficeError
from tui.desk import DeskStatus, Mode
from tui.looks import Look, look_of
from tui.sayings import what_is_so, what_next
from tui.text import safe
from tui.words import Language, Words

HOLD_SECONDS_MAX = 20.0  # so long a held ticket lets in when it is read again
_LOG_MAX = 200
_STALE_SECONDS = 300  # a local copy this old is told in another colour
_BARS = "▁▂▃▄▅▆▇█"
_PROOFS = {
    Proof.STUDENT: Words("estudante", "student"),
    Proof.YOUTH: Words("ID Jovem", "ID Jovem"),
    Proof.SENIOR: Words("idoso", "senior"),
    Proof.DISABILITY: Words("deficiência", "disability"),
    Proof.TEACHER: Words("professor", "teacher"),
    Proof.OTHER: Words("outro", "other"),
}


@dataclass(frozen=True, slots=True)
class Shot:
    """One reading on its way to be judged. The nonce stays its own, however often it is sent."""

    text: str
    nonce: str
    asked: Asked
    source: Source


@dataclass(frozen=True, slots=True)
class Judged:
    """A reading with its answer: an admission, or the trouble that kept us from one."""

    shot: Shot
    at: datetime
    admission: Admission | None = None
    trouble: BoxOfficeError | None = None

    @property
    def verdict(self) -> Verdict:
        """The verdict; that we could not tell, when there is none."""
        return Verdict.UNAVAILABLE if self.admission is None else self.admission.verdict

    @property
    def look(self) -> Look:
        """How it looks."""
        return look_of(self.verdict)

    @property
    def ticket(self) -> TicketShown | None:
        """The ticket, when there is one."""
        return None if self.admission is None else self.admission.ticket


@dataclass(slots=True)
class Teller:
    """Puts what was judged into lines, for one language, zone and distance from the guests."""

    language: Language
    zone: tzinfo
    hides_names: bool = False
    is_ascii: bool = False

    def say(self, words: Words, **facts: object) -> str:
        """Return words in the language of the desk."""
        return words.say(self.language, **facts)

    def clock(self, at: datetime) -> str:
        """Write a moment as the wall clock of the event."""
        return at.astimezone(self.zone).strftime("%H:%M:%S")

    def name(self, text: str) -> str:
        """Write a name, or its initials where the queue can read the screen."""
        whole = safe(text)
        if not self.hides_names:
            return whole
        return " ".join(f"{word[0]}." for word in whole.split())

    def symbol(self, look: Look) -> str:
        """Return the sign of a verdict that this terminal can draw."""
        return look.plain_symbol if self.is_ascii else look.symbol

    def who(self, judged: Judged) -> str:
        """Name the guest in capitals; nothing for a code without a ticket."""
        ticket = judged.ticket
        return "" if ticket is None else self.name(ticket.holder_name).upper()

    def what(self, judged: Judged) -> str:
        """Tell the ticket: tier, company, name of the ticket."""
        ticket = judged.ticket
        if ticket is None:
            return ""
        parts = (safe(ticket.tier), safe(ticket.holder_company), ticket.short_code)
        return " · ".join(filter(None, parts))

    def so(self, judged: Judged) -> str:
        """Tell what is so."""
        if judged.admission is not None:
            return what_is_so(judged.admission, self.language, self.zone)
        assert judged.trouble is not None, "without an admission there is a trouble"
        return safe(judged.trouble.message)

    def hint(self, judged: Judged) -> str:
        """Tell what the operator does next."""
        if judged.trouble is not None and judged.trouble.hint:
            return safe(judged.trouble.hint)
        return what_next(judged.verdict, self.language)

    def choices(self, judged: Judged) -> str:
        """Name the tickets of an order that was shown."""
        found = judged.admission.choices if judged.admission else ()
        return "  ".join(f"{one.short_code} {self.name(one.holder_name)}".strip() for one in found)

    def sentence(self, judged: Judged) -> str:
        """Tell one scan in one sentence, the word of the verdict first."""
        who = "" if judged.ticket is None else self.name(judged.ticket.holder_name)
        parts = (judged.look.say(self.language), who, self.what(judged), self.so(judged))
        said = ". ".join(filter(None, (*parts, self.choices(judged), self.hint(judged))))
        return f"{said}."

    def line_state(self, status: DeskStatus, now: datetime) -> str:
        """Tell how the desk judges, how old its copy is and what it has not sent."""
        unsent = Words("fila {count}", "unsent {count}").say(self.language, count=status.unsent)
        if status.mode is Mode.LOCAL:
            return self.say(Words("● LOCAL", "● LOCAL"))
        if status.mode is Mode.ONLINE:
            return f"● ONLINE  {unsent}"
        age = self.say(Words("sem cópia", "no copy"))
        if status.snapshot_at is not None:
            minutes = max(0, int((now - status.snapshot_at).total_seconds())) // 60
            age = self.say(Words("cópia {m} min", "copy {m} min"), m=minutes)
        return f"○ OFFLINE  {unsent}  {age}"

    def proof(self, proof: Proof | None) -> str:
        """Name the document that is seen."""
        return self.say(_PROOFS[proof or Proof.OTHER])


def is_old(status: DeskStatus, now: datetime) -> bool:
    """Say whether the copy a desk judges on alone is old enough to be told."""
    taken = status.snapshot_at
    is_alone = status.mode is Mode.OFFLINE
    return is_alone and (taken is None or (now - taken).total_seconds() > _STALE_SECONDS)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the log: what was judged, or taken back."""

    at: datetime
    symbol: str
    look: str
    code: str
    name: str
    tier: str
    note: str = ""
    is_entry: bool = False  # somebody came in


@dataclass(slots=True)
class Log:
    """The last scans, the newest first, and how many came in each minute."""

    version: int = 0  # counts what was written
    rows: deque[Row] = field(default_factory=lambda: deque(maxlen=_LOG_MAX))
    _admitted: deque[datetime] = field(default_factory=lambda: deque(maxlen=5_000))

    def add(self, judged: Judged, tell: Teller) -> None:
        """Write one scan down."""
        self.version += 1
        ticket, verdict = judged.ticket, judged.verdict
        is_entry = verdict.admits and judged.shot.asked.direction is Direction.IN
        if is_entry:
            self._admitted.append(judged.at)
        self.rows.appendleft(
            Row(
                at=judged.at,
                symbol=tell.symbol(judged.look),
                look=judged.look.name,
                code="" if ticket is None else ticket.short_code,
                name="—" if ticket is None else tell.name(ticket.holder_name) or "—",
                tier="" if ticket is None else safe(ticket.tier),
                note="" if verdict is Verdict.OK else tell.so(judged),
                is_entry=is_entry,
            )
        )

    def take_back(self, name: str, at: datetime, note: str) -> None:
        """Write down that an admission was undone."""
        self.version += 1
        self.rows.appendleft(Row(at, "↶", "undone", safe(name), "", "", note))

    @property
    def last_entry(self) -> Row | None:
        """The last one who came in here and was not taken back; nobody after a move."""
        undone: list[str] = []
        for row in self.rows:
            if row.look == "moved":
                return None
            if row.look == "undone":
                undone.append(row.code)
            elif row.is_entry and row.code in undone:
                undone.remove(row.code)
            elif row.is_entry:
                return row
        return None

    def move(self, at: datetime, place: str) -> None:
        """Write down that the desk stands at another door from here on."""
        self.version += 1
        self.rows.appendleft(Row(at, "⇄", "moved", "", safe(place), ""))

    @property
    def last_ticket(self) -> str:
        """The name of the last ticket that was read; nothing before the first."""
        return next((row.code for row in self.rows if row.code), "")

    def pace(self, now: datetime) -> int:
        """How many this desk let in within the last minute."""
        return sum((now - at).total_seconds() < 60 for at in self._admitted)  # noqa: PLR2004  (s)

    def bars(self, now: datetime, minutes: int) -> str:
        """Draw how many this desk let in, a bar a minute, the newest last."""
        counts = [0] * minutes
        for at in self._admitted:
            ago = int((now - at).total_seconds()) // 60
            if 0 <= ago < minutes:
                counts[minutes - 1 - ago] += 1
        top = max(*counts, 1)
        return "".join(_BARS[round(count * (len(_BARS) - 1) / top)] for count in counts)
