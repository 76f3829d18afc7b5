"""`boxoffice job`: promised work."""

from typing import TYPE_CHECKING, Annotated

import typer

from boxoffice.cli.options import AsJson, Fields, Limit, example, noun

if TYPE_CHECKING:
    from uuid import UUID

    from boxoffice.outbox.models import Queue

app = noun("Promised work: list it, try it again, run it, watch it.")


@app.command("list", epilog=example("boxoffice job list --state failed"))
def list_command(
    ctx: typer.Context,
    state: Annotated[str | None, typer.Option(help="Only jobs in this state.")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """List jobs, the newest first."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import BadValue
    from boxoffice.outbox.models import JobState
    from boxoffice.outbox.queries import list_jobs
    from boxoffice.times import iso

    if state is not None and state not in set(JobState):
        raise BadValue("--state", f"{state[:20]!r} is not one of: {', '.join(JobState)}.")
    with office_of(ctx) as office, office.reading() as session:
        jobs = list_jobs(session, JobState(state) if state else None, limit=limit)
    if as_json:
        for job in jobs:
            show.as_json_line(
                {
                    "id": str(job.id),
                    "kind": job.kind,
                    "queue": job.queue,
                    "state": job.state,
                    "attempts": job.attempts,
                    "run_at": iso(job.run_at),
                    "last_error": job.last_error,
                },
                fields,
            )
        return
    show.table(
        ["job", "kind", "state", "attempts", "error"],
        [[str(j.id), j.kind, j.state, str(j.attempts), j.last_error or ""] for j in jobs],
    )


@app.command("retry", epilog=example("boxoffice job retry --all-failed"))
def retry_command(
    ctx: typer.Context,
    job: Annotated[str | None, typer.Argument(help="The job, by its id.")] = None,
    all_failed: Annotated[
        bool, typer.Option("--all-failed", help="Every job that ended badly.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a job due now, with all of its attempts before it. `job run` runs it."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import BadValue
    from boxoffice.outbox.models import JobState
    from boxoffice.outbox.queries import list_jobs
    from boxoffice.outbox.retry import retry
    from boxoffice.staff.rules import Permission

    if (job is None) != all_failed:
        raise BadValue("the job", "is needed: its id, or --all-failed.")
    with office_of(ctx) as office, office.writing() as session:
        office.actor.must(Permission.RUN_JOBS)  # though there may be none to try again
        if job is None:
            ended = [
                found.id
                for state in (JobState.FAILED, JobState.DEAD)
                for found in list_jobs(session, state, limit=10_000)
            ]
        else:
            ended = [_job_id(job)]
        for job_id in ended:
            retry(session, office.actor, job_id, now=office.now())
    if as_json:
        show.as_json_line({"retried": len(ended)})
    else:
        show.line(f"{len(ended)} jobs are due now.")


@app.command("show", epilog=example("boxoffice job show 019ab0c4-… --json"))
def show_command(
    ctx: typer.Context,
    job: Annotated[str, typer.Argument(help="The job, by its id.")],
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Show one job: where it is, how often it was tried, and what went wrong."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.outbox.queries import job_view
    from boxoffice.times import iso

    job_id = _job_id(job)
    with office_of(ctx) as office, office.reading() as session:
        found = job_view(session, job_id)
    told = {
        "id": str(found.id),
        "kind": found.kind,
        "queue": found.queue,
        "state": found.state,
        "attempts": found.attempts,
        "attempts_max": found.attempts_max,
        "args": found.args,
        "created_at": iso(found.created_at),
        "run_at": iso(found.run_at),
        "sent_at": iso(found.sent_at),
        "lease_until": iso(found.lease_until),
        "finished_at": iso(found.finished_at),
        "last_error": found.last_error,
    }
    if as_json:
        show.as_json_line(told, fields)
        return
    ids = " ".join(f"{name}={value}" for name, value in found.args.items())
    show.pairs([(name, str(value or "")) for name, value in (told | {"args": ids}).items()])


@app.command("run", epilog=example("boxoffice job run --until-empty"))
def run_command(
    ctx: typer.Context,
    until_empty: Annotated[
        bool, typer.Option("--until-empty", help="Go on until nothing is due.")
    ] = False,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """Run the jobs that are due, here and now. Exit code 6 when some did not end well."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.staff.rules import SYSTEM
    from tasks.relay import run_due, run_until_empty
    from tasks.schedule import Slots

    with office_of(ctx, actor=SYSTEM) as office:
        Slots().make_due(office)  # from cron, this is what ticks
        ran = run_until_empty(office) if until_empty else run_due(office, limit=limit)
    if as_json:
        show.as_json_line({"done": ran.done_count, "trouble": ran.trouble_count})
    elif ran.done_count or ran.trouble_count:
        show.talk(f"{ran.done_count} jobs done, {ran.trouble_count} put off or failed.")
    if ran.trouble_count:
        show.talk("hint: boxoffice job list")
        raise typer.Exit(6)


@app.command("watch", epilog=example("boxoffice job watch --until-empty --timeout 60"))
def watch_command(
    ctx: typer.Context,
    every: Annotated[float, typer.Option(min=0.2, max=3600, help="Seconds between looks.")] = 1.0,
    until_empty: Annotated[
        bool, typer.Option("--until-empty", help="End when nothing is due or in hand.")
    ] = False,
    timeout: Annotated[
        float | None, typer.Option(min=0, help="With --until-empty: exit 75 after so many seconds.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Watch the work: live on a terminal, a JSON line for each change otherwise."""
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.watching import watch

    with office_of(ctx) as office:
        watch(
            office,
            every_seconds=every,
            until_empty=until_empty,
            timeout_seconds=timeout,
            as_json=as_json,
        )


@app.command("worker", epilog=example("boxoffice job worker --queues door,money --concurrency 4"))
def worker_command(
    ctx: typer.Context,
    queues: Annotated[
        str, typer.Option(help="Queues to work, the most urgent first.")
    ] = "door,money,mail,bulk",
    concurrency: Annotated[
        int, typer.Option(min=1, max=64, help="Jobs at once, a process each.")
    ] = 2,
) -> None:
    """Work jobs that the beat rings for, until a signal. The jobs in hand are finished first."""
    from boxoffice.cli.opening import office_of, settings_of
    from boxoffice.staff.rules import SYSTEM

    wanted = _queues(queues)
    settings_of(ctx).need("redis_url", why="workers are rung through Redis")
    with office_of(ctx, actor=SYSTEM) as office:
        settings = office.settings
    from tasks.worker import run_worker

    run_worker(settings, wanted, concurrency)


@app.command("beat", epilog=example("boxoffice job beat"))
def beat_command(ctx: typer.Context) -> None:
    """Tick each second: rescue, make slots due, ring the workers. Two of them do no harm."""
    from boxoffice.cli.opening import settings_of

    settings = settings_of(ctx)
    settings.need("redis_url", why="workers are rung through Redis")
    from tasks.beat import run_beat

    run_beat(settings)


def _job_id(text: str) -> "UUID":
    from uuid import UUID

    from boxoffice.errors import BadValue

    try:
        return UUID(text)
    except ValueError as error:
        raise BadValue("the job", f"{text[:40]!r} is not an id.") from error


def _queues(text: str) -> "list[Queue]":
    from boxoffice.errors import BadValue
    from boxoffice.outbox.models import Queue

    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in set(Queue):
            raise BadValue("--queues", f"{name[:20]!r} is not one of: {', '.join(Queue)}.")
    return [queue for queue in Queue if queue in names]
