"""Saved exports by the clock: each slot once, and a mail when one fails."""

import email
import email.policy
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from boxoffice.exports.models import ExportFailure, ExportRun
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import RunExport, TellExportFailed
from boxoffice.outbox.models import Job, JobState
from tasks.exports import promise_due
from tasks.relay import run_until_empty
from tests.making import NOON, SLUG, Clock, a_sale, an_event, rows
from tests.tasks.working import again, ran, seconds_put_off

SLOT = "2026-11-22T09:00:00Z"  # 06:00 in São Paulo, three hours before noon
JOB = RunExport("fin", SLOT)


def save(office: BoxOffice, more: str = "", *, event: str = SLUG) -> Path:
    """Write exports.toml as if a day ago, and return where its file goes."""
    path = office.settings.exports_path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'[fin]\nexport = "attendees"\nevent = "{event}"\nout = "fin-{{date}}-{{time}}.csv"\n'
        f'at = "0 6 * * *"\nnotify = "fin@example.com"\n{more}',
        encoding="utf-8",
    )
    day_ago = (NOON - timedelta(days=1)).timestamp()
    os.utime(path, (day_ago, day_ago))
    return path.with_name("fin-2026-11-22-060000.csv")


def mails(office: BoxOffice) -> list[str]:
    found = sorted((office.settings.home / "mail" / "new").glob("*"))
    read = (email.message_from_bytes(p.read_bytes(), policy=email.policy.default) for p in found)
    return [f"{mail['To']}: {mail['Subject']}" for mail in read]


def test_the_last_slot_is_run_once_however_many_look(office: BoxOffice, clock: Clock) -> None:
    an_event(office)
    out = save(office)

    assert [promise_due(office) for _ in range(3)] == [1, 0, 0]
    run_until_empty(office)
    clock.forward(hours=3)
    run_until_empty(office)

    (run,) = rows(office, ExportRun)
    assert out.is_file()
    assert (run.saved, run.slot_at) == ("fin", datetime(2026, 11, 22, 9, tzinfo=UTC))


def test_each_day_has_its_slot_and_slept_through_days_have_one(
    office: BoxOffice, clock: Clock
) -> None:
    an_event(office)
    save(office)
    promise_due(office)
    clock.forward(days=1)
    promise_due(office)
    clock.forward(days=5)
    promise_due(office)

    assert [job.args["slot"] for job in rows(office, Job)] == [
        SLOT,
        "2026-11-23T09:00:00Z",
        "2026-11-28T09:00:00Z",
    ]


def test_a_slot_from_before_the_file_was_written_is_not_made_up(office: BoxOffice) -> None:
    save(office)
    os.utime(office.settings.exports_path, (NOON.timestamp(), NOON.timestamp()))

    assert promise_due(office) == 0


def test_a_broken_file_stops_no_other_job(office: BoxOffice) -> None:
    save(office, "nonsense = 1")

    assert promise_due(office) == 0


def test_run_export_twice_is_once(office: BoxOffice) -> None:
    an_event(office)
    a_sale(office)
    out = save(office)
    ran(office, JOB)
    before = out.read_bytes(), out.stat().st_mtime_ns, rows(office, ExportRun)

    assert again(office, JOB) is JobState.DONE

    assert (out.read_bytes(), out.stat().st_mtime_ns, rows(office, ExportRun)) == before


def test_a_worker_that_died_before_it_remembered_writes_the_same_file_again(
    office: BoxOffice,
) -> None:
    an_event(office)
    out = save(office)
    ran(office, JOB)
    before = out.read_bytes()
    with office.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM export_run")

    assert again(office, JOB) is JobState.DONE

    assert out.read_bytes() == before
    assert len(rows(office, ExportRun)) == 1


def test_a_failed_slot_is_told_by_mail(office: BoxOffice) -> None:
    save(office, event="nowhere")

    assert ran(office, JOB) is JobState.FAILED
    run_until_empty(office)

    (failure,) = rows(office, ExportFailure)
    assert (failure.code, failure.event) == ("event.not_found", "nowhere")
    assert mails(office) == ["fin@example.com: Uma exportação falhou: fin"]


def test_tell_export_failed_twice_is_once(office: BoxOffice) -> None:
    save(office, event="nowhere")
    ran(office, JOB)
    (failure,) = rows(office, ExportFailure)
    job = TellExportFailed(failure.id)
    ran(office, job)

    assert again(office, job) is JobState.DONE

    assert len(mails(office)) == 1


def test_a_store_that_does_not_answer_is_tried_again_and_told_to_nobody(
    office: BoxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_event(office)
    save(office)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    path = office.settings.exports_path
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"fin-', '"s3://a-bucket/fin-'), encoding="utf-8")

    assert ran(office, JOB) is JobState.WAITING

    assert seconds_put_off(office, JOB) > 0
    assert rows(office, ExportFailure) == []
