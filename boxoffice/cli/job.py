"""`boxoffice job`: promised work."""

from typing import Annotated

import typer

from boxoffice.cli.options import AsJson, Fields, Limit, example, noun

app = noun("Promised work: list it, try it again, run it.")


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
    from uuid import UUID

    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import BadValue
    from boxoffice.outbox.models import JobState
    from boxoffice.outbox.queries import list_jobs
    from boxoffice.outbox.retry import retry

    if (job is None) != all_failed:
        raise BadValue("the job", "is needed: its id, or --all-failed.")
    with office_of(ctx) as office, office.writing() as session:
        if job is None:
            ended = [
                found.id
                for state in (JobState.FAILED, JobState.DEAD)
                for found in list_jobs(session, state, limit=10_000)
            ]
        else:
            try:
                ended = [UUID(job)]
            except ValueError as error:
                raise BadValue("the job", f"{job[:40]!r} is not an id.") from error
        for job_id in ended:
            retry(session, office.actor, job_id, now=office.now())
    if as_json:
        show.as_json_line({"retried": len(ended)})
    else:
        show.line(f"{len(ended)} jobs are due now.")


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
    from tasks.relay import run_due, run_until_empty

    with office_of(ctx) as office:
        ran = run_until_empty(office) if until_empty else run_due(office, limit=limit)
    if as_json:
        show.as_json_line({"done": ran.done_count, "trouble": ran.trouble_count})
    elif ran.done_count or ran.trouble_count:
        show.talk(f"{ran.done_count} jobs done, {ran.trouble_count} put off or failed.")
    if ran.trouble_count:
        show.talk("hint: boxoffice job list")
        raise typer.Exit(6)
