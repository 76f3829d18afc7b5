"""Jobs through the outbox: claimed, run and finished, against their statements by hand."""

import json
from collections.abc import Iterator
from functools import partial
from uuid import UUID

from boxoffice.ids import new_id
from boxoffice.office import BoxOffice
from boxoffice.payments.letters import keep_letter
from boxoffice.staff.rules import SYSTEM
from tasks.relay import run_due
from tests.bench.databases import KINDS
from tests.bench.harness import Bench, Row, Sample, duel, whole
from tests.bench.raw import Raw, connect
from tests.making import NOON

_DUE = (
    "SELECT id FROM job WHERE state IN ('waiting', 'sent') AND run_at <= ? "
    "ORDER BY CASE queue WHEN 'door' THEN 0 WHEN 'money' THEN 1 WHEN 'mail' THEN 2 ELSE 3 END, "
    "run_at, id LIMIT ?"
)
_JOB = "SELECT kind, args, generation, attempts FROM job WHERE id = ?"
_CLAIM = (
    "UPDATE job SET state = 'running', attempts = attempts + 1, generation = generation + 1, "
    "lease_until = ? WHERE id = ? AND state IN ('waiting', 'sent') AND run_at <= ? "
    "AND generation = 0"
)
_LETTER = "SELECT body FROM letter WHERE id = ?"
_DONE = (
    "UPDATE job SET state = 'done', lease_until = NULL, finished_at = ?, last_error = NULL "
    "WHERE id = ? AND generation = 1 AND state = 'running'"
)
_READ = "UPDATE letter SET read_at = ?, outcome = 'names no charge' WHERE id = ?"


def jobs(bench: Bench) -> Iterator[Row]:
    """Compare letters that name no charge, read by the relay, with the same statements by hand."""
    for kind in KINDS:
        url, office = bench.databases.selling(kind)
        raw = connect(url)
        count = bench.pick(100, 300)
        met = duel(
            partial(_by_hand, raw, office, count),
            partial(_ours, office, count),
            rounds=bench.pick(3, 5),
        )
        raw.close()
        yield met.rates(f"jobs in one process, {kind}", None, note="no target: see engine")


def _ours(office: BoxOffice, count: int) -> Sample:
    _keep_letters(office, count)
    return whole(count, partial(_run, office, count))


def _run(office: BoxOffice, count: int) -> None:
    ran = run_due(office, limit=count)
    assert ran.done_count == count, "every letter is read"


def _by_hand(raw: Raw, office: BoxOffice, count: int) -> Sample:
    _keep_letters(office, count)
    return whole(count, partial(_run_by_hand, raw, count))


def _run_by_hand(raw: Raw, count: int) -> None:
    now = raw.value(NOON)
    with raw.transaction():
        due = raw.run(_DUE, [now, count]).fetchall()
    for (job_id,) in due:
        with raw.transaction():
            args = raw.run(_JOB, [job_id]).fetchone()[1]
            assert raw.run(_CLAIM, [now, job_id, now]).rowcount == 1, "nobody else is here"
        kept = json.loads(args) if isinstance(args, str) else args
        letter_id = raw.value(UUID(kept["letter_id"]))
        with raw.transaction():
            json.loads(raw.run(_LETTER, [letter_id]).fetchone()[0])
        with raw.transaction():
            assert raw.run(_DONE, [now, job_id]).rowcount == 1, "the lease still runs"
            raw.run(_READ, [now, letter_id])


def _keep_letters(office: BoxOffice, count: int) -> None:
    for _ in range(count):
        content = {"id": f"evt_{new_id().hex}", "event": "ACCOUNT_STATUS_CHANGED"}
        with office.writing() as session:
            body = json.dumps(content).encode()
            keep_letter(session, SYSTEM, "asaas", body, content, now=NOON)
