"""Jobs and letters: what waits, what ended badly, and what the gateway wrote."""

from dataclasses import dataclass
from datetime import datetime

from textual import on
from textual.app import ComposeResult
from textual.widgets import DataTable, Static

from boxoffice.db import ReadSession
from boxoffice.outbox.models import JobState
from boxoffice.outbox.queries import JobView, list_jobs
from boxoffice.payments.queries import LetterView, list_letters
from boxoffice.reports.tonight import Work, work
from boxoffice.times import ago_text
from tui.acts import running
from tui.commands import Place
from tui.screens.board import Board
from tui.states import BAD, GOOD
from tui.text import cell, said
from tui.widgets.listing import Column, Line, Listing
from tui.words import Words

_ROWS = 50
_LETTERS = 20
_HEADS = (
    (Words("tarefa", "job"), 22), (Words("estado", "state"), 9), (Words("vez", "try"), 6),
    (Words("quando", "when"), 11), (Words("erro", "error"), 0),
)  # fmt: skip
_LETTER_HEADS = (
    (Words("carta", "letter"), 0), (Words("chegou", "came"), 11), (Words("lida", "read"), 11),
    (Words("fim", "outcome"), 22),
)  # fmt: skip
_NUMBERS = Words(
    "{due} na fila (a mais velha há {s} s) · {running} rodando · {bad} falharam · {who}",
    "{due} due (the oldest for {s} s) · {running} running · {bad} ended badly · {who}",
)
_NOBODY = Words("sem trabalhadores: G roda aqui", "no workers: G runs them here")


@dataclass(frozen=True, slots=True)
class Found:
    """What the screen shows."""

    work: Work
    jobs: tuple[JobView, ...]
    letters: tuple[LetterView, ...]
    now: datetime


class JobsBoard(Board):
    """The newest jobs, or those that ended badly alone, and the newest letters."""

    PLACE = Place.JOBS
    TITLE_WORDS = Words("Tarefas e cartas", "Jobs and letters")

    def body(self) -> ComposeResult:
        """Yield the numbers, the jobs and the letters."""
        yield Static(id="numbers", markup=False)
        yield Listing([Column(self.say(head), width) for head, width in _HEADS], id="jobs")
        yield Listing(
            [Column(self.say(head), width) for head, width in _LETTER_HEADS], id="letters"
        )

    def on_mount(self) -> None:
        """Begin on the jobs."""
        self._is_bad_only = False
        self.hand(self.query_one("#jobs"))

    def ask(self, session: ReadSession) -> Found:
        """Ask how the work stands."""
        now = self.house.office.now()
        states = (JobState.FAILED, JobState.DEAD) if self._is_bad_only else (None,)
        jobs = [job for state in states for job in list_jobs(session, state, limit=_ROWS)]
        letters = list_letters(session, limit=_LETTERS)
        return Found(work(session, now=now), tuple(jobs), tuple(letters), now)

    def show(self, found: Found) -> None:
        """Show the work."""
        at = found.work
        alive = [pulse for pulse in at.pulses if pulse.is_fresh(found.now)]
        who = ", ".join(f"{pulse.part} {ago_text(pulse.seen_at, found.now)}" for pulse in alive[:3])
        text = self.say(_NUMBERS, due=at.due_count, s=int(at.oldest_seconds),
                        running=at.running_count, bad=at.bad_count,
                        who=who or self.say(_NOBODY))  # fmt: skip
        numbers = said(text, BAD if at.bad_count else GOOD)
        self.put("numbers", numbers)
        self.query_one("#jobs", Listing).fill([self._job(job) for job in found.jobs])
        self.query_one("#letters", Listing).fill([self._letter(one) for one in found.letters])

    @property
    def chosen(self) -> str:
        """The id of the job under the cursor."""
        return self.query_one("#jobs", Listing).chosen

    @property
    def chosen_letter(self) -> str:
        """The gateway's id of the letter under the cursor."""
        return self.query_one("#letters", Listing).chosen

    @on(DataTable.RowSelected)
    def action_show_chosen(self) -> None:
        """Show the job or the letter under the cursor, whole."""
        if self.focused is self.query_one("#letters"):
            if self.needs(self.chosen_letter):
                self.act(running.show_letter(self.chosen_letter), self.read_out)
        elif self.needs(self.chosen):
            self.act(running.show_job(self.chosen), self.read_out)

    def action_replay(self) -> None:
        """Read the letter under the cursor once more."""
        if self.needs(self.chosen_letter):
            self.act(running.replay(self.chosen_letter))

    def action_retry(self) -> None:
        """Make the job due now."""
        if self.needs(self.chosen):
            self.act(running.retry(self.chosen))

    def action_retry_all(self) -> None:
        """Make every job that ended badly due now."""
        self.act(running.retry_all())

    def action_run(self) -> None:
        """Run what is due, here."""
        self.act(running.run_jobs())

    def action_filter(self) -> None:
        """Show those that ended badly alone, or all again."""
        self._is_bad_only = not self._is_bad_only
        self.reload()

    def _job(self, job: JobView) -> Line:
        state, tries = self.state(job.state), f"{job.attempts}/{job.attempts_max}"
        cells = (job.kind, state, tries, self.at(job.run_at), job.last_error or "")
        return Line(str(job.id), tuple(cell(text) for text in cells))

    def _letter(self, one: LetterView) -> Line:
        cells = (f"{one.provider} {one.event_key}", self.at(one.received_at), self.at(one.read_at),
                 one.outcome or "")  # fmt: skip
        return Line(one.event_key, tuple(cell(text) for text in cells))
