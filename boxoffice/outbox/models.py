"""The table of jobs. The row is the job; whatever rings a worker is only a doorbell."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from boxoffice.columns import json_column, moment, partial_index, word
from boxoffice.ids import new_id


class JobState(StrEnum):
    """Where a job is."""

    WAITING = "waiting"
    SENT = "sent"  # a worker was rung
    RUNNING = "running"  # a worker holds the lease
    DONE = "done"
    FAILED = "failed"  # a definite no
    DEAD = "dead"  # too many attempts


class Queue(StrEnum):
    """How urgent a job is, most urgent first."""

    DOOR = "door"
    MONEY = "money"
    MAIL = "mail"
    BULK = "bulk"


class Job(SQLModel, table=True):
    """One promised piece of work: ids only, never a name or a secret."""

    __tablename__ = "job"
    __table_args__ = (
        # Race: two workers, one job. The claim is conditional; this says what a claim is.
        CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="job_leased"),
        partial_index("job_ready", "run_at", where="state IN ('waiting', 'sent')"),
        partial_index("job_running", "lease_until", where="state = 'running'"),
        partial_index("job_ended_badly", "kind", where="state IN ('failed', 'dead')"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: str = Field(max_length=64)
    args: dict[str, Any] = Field(sa_column=json_column(nullable=False))
    # Race: one fact promised twice. The same key for ever makes the second promise nothing.
    dedupe_key: str = Field(unique=True)
    queue: Queue = Field(sa_column=word(Queue, "job_queue"))
    state: JobState = Field(default=JobState.WAITING, sa_column=word(JobState, "job_state"))
    run_at: datetime = Field(sa_column=moment())
    attempts: int = Field(default=0)
    attempts_max: int
    generation: int = Field(default=0)  # counts claims: an overtaken worker cannot write
    lease_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    sent_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    last_error: str | None = None
    created_at: datetime = Field(sa_column=moment())
    finished_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class Slot(SQLModel, table=True):
    """One moment of a schedule that was made due. The row and what it promises are kept together.

    Race: two beats, a cron and a listener find one slot due. Its key lets one of them make it.
    """

    __tablename__ = "slot"

    schedule: str = Field(primary_key=True, max_length=64)
    slot_at: datetime = Field(sa_column=moment(primary_key=True))
    made_at: datetime = Field(sa_column=moment())


class Part(StrEnum):
    """What a running program is for."""

    BEAT = "beat"
    WORKER = "worker"


class Heartbeat(SQLModel, table=True):
    """A program that was alive a moment ago, and what it said of itself."""

    __tablename__ = "heartbeat"

    name: str = Field(primary_key=True, max_length=128)  # part@host:pid
    part: Part = Field(sa_column=word(Part, "heartbeat_part"))
    note: str = Field(default="", max_length=64)
    started_at: datetime = Field(sa_column=moment())
    seen_at: datetime = Field(sa_column=moment())
