"""Jobs, letters and exports by keys: tried again, read again, written and verified."""

import json
from pathlib import Path
from uuid import UUID

import pytest

from boxoffice.outbox.jobs import DeliverTickets
from boxoffice.outbox.models import Job, JobState
from boxoffice.payments.letters import keep_letter
from boxoffice.staff.rules import SYSTEM
from tests.commands import Commands
from tests.tui.boards import LARGE, Seat, seated
from tui.commands import Place
from tui.house import House


def keeps_letter(house: House) -> str:
    """Keep a letter about nothing of ours; return the gateway's id of it."""
    key = "evt_[b]1&7"
    body = json.dumps({"id": key, "event": "PAYMENT_RECEIVED"}).encode()
    with house.office.writing() as session:
        keep_letter(session, SYSTEM, "asaas", body, json.loads(body), now=house.office.now())
    return key


def fails_a_job(house: House, program: Commands) -> str:
    """Let the mail of a sale have ended badly; return the job's id."""
    program.has_event()
    program.sells("--buyer-email rita@example.com")
    (job,) = (row for row in program("job list --json").rows if row["kind"] == DeliverTickets.kind)
    with house.office.writing() as session:
        row = session.get_one(Job, UUID(job["id"]))
        row.state, row.last_error = JobState.FAILED, "SMTP 451 caixa [/b] cheia"
    return str(job["id"])


def spoil(file: str) -> None:
    """Change a file behind its manifest's back."""
    Path(file).write_text("x", encoding="utf-8")


async def closed(seat: Seat) -> None:
    """Close whatever lies over the screen."""
    while seat.app.screen is not seat.board:
        await seat.press("escape")


@pytest.mark.anyio
async def test_a_letter_is_shown_and_read_once_more(house: House, program: Commands) -> None:
    key = keeps_letter(house)
    program("job run --until-empty")

    async with seated(house, Place.JOBS, size=LARGE) as seat:
        await seat.until(lambda: seat.rows("letters") == 1)
        await seat.press("tab", "enter")
        await seat.until_shown("PAYMENT_RECEIVED")
        await closed(seat)

        await seat.press("l")
        await seat.until(lambda: house.line == f"boxoffice webhook replay '{key}'")
        await seat.until(lambda: len(seat.app.told) == 1)
    (letter,) = program("webhook list --json").rows
    assert seat.app.told == (letter["outcome"],)


@pytest.mark.anyio
async def test_a_job_that_failed_is_looked_at_and_tried_again(
    house: House, program: Commands
) -> None:
    job = fails_a_job(house, program)

    async with seated(house, Place.JOBS, size=LARGE) as seat:
        await seat.press("f")
        await seat.until(lambda: seat.rows("jobs") == 1)
        await seat.press("enter")
        await seat.until_shown("attempts_max")
        assert "caixa [/b] cheia" in seat.text()
        await closed(seat)

        await seat.press("r")
        await seat.until_told("1 jobs are due now")
        await seat.press("g")
        await seat.until(lambda: program(f"job show {job} --json").json["state"] == "done")


@pytest.mark.anyio
async def test_without_a_row_nothing_is_done_and_it_is_said(house: House) -> None:
    async with seated(house, Place.JOBS) as seat:
        for key in ("r", "l"):
            await seat.press(key)
        await seat.until_told("choose a row first")

        assert house.line == ""


@pytest.mark.anyio
async def test_an_export_is_written_seen_and_verified(house: House, program: Commands) -> None:
    program.has_event()
    program.sells()

    async with seated(house, Place.EXPORTS) as seat:
        await seat.press("r")
        await seat.write("a.csv", "", "", "")
        await seat.until(lambda: seat.rows("written") == 1)
        await closed(seat)
        await seat.press("tab", "m")
        await seat.until_shown("Manifest of ")
        assert "sha-256" in seat.text()
        await closed(seat)

        await seat.press("v")
        await seat.until_told("whole")
        spoil("a.csv")
        await seat.press("v")
        await seat.until(lambda: "✖" in seat.app.told[-1])


@pytest.mark.anyio
async def test_a_saved_export_is_run_as_it_was_saved(house: House, program: Commands) -> None:
    program.has_event()
    path = house.office.settings.exports_path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('[financeiro]\nexport = "orders"\nout = "fin.csv"\n', encoding="utf-8")

    async with seated(house, Place.EXPORTS) as seat:
        await seat.press("end", "r")
        await seat.until_shown("Export financeiro")
        await seat.write("", "", "", "")
        await seat.until(lambda: seat.rows("written") == 1)

        assert house.line == "boxoffice export run financeiro"
        assert "fin.csv" in seat.text()
