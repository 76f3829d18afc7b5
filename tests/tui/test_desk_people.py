"""Who works at the desk: what a supervisor lends, where the desk stands, and who unlocks it."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from argon2 import PasswordHasher

from boxoffice.audit.models import AuditEntry
from boxoffice.cli.desk_open import keeper_of
from boxoffice.door.models import Entry, Scan
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.payments.models import Payment
from boxoffice.staff import hashing
from boxoffice.staff.change import change_pin
from boxoffice.staff.hashing import hashed
from boxoffice.staff.rules import Actor, Role
from boxoffice.till.models import TillEntry
from boxoffice.till.open_shift import open_shift
from tests.making import LOTE, a_sale, a_tier, an_event, codes_of, rows
from tests.staff.people import PASSWORD, added
from tests.tui.desk_stage import Stage, on_stage
from tui.words import Language

DORA, LEAD, CLERK = (
    Actor("dora", Role.DOOR),
    Actor("lia", Role.DOOR_LEAD),
    Actor("carla", Role.BOX_OFFICE),
)
PIN = "2719"
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture
def door(office: BoxOffice) -> Iterator[BoxOffice]:
    """An event with two doors, and dora at the first; lia leads, and carla has an open till."""
    with patch.object(hashing, "HASHER", CHEAP):
        added(office, "rita", Role.ADMIN)
        half = a_tier("Meia", price="50,00", category="half")
        an_event(office, a_tier(LOTE), half, lists=[{"name": "main"}, {"name": "vip"}])
        for each in (DORA, LEAD, CLERK):
            added(office, each.name, each.role)
            with office.writing() as session:
                change_pin(session, each, hashed(PIN), now=office.now())
        with office.writing() as session:
            open_shift(session, CLERK, start=Money(0, "BRL"), now=office.now())
        yield office


def code(office: BoxOffice, tier: str = LOTE) -> str:
    """Sell a ticket at the counter."""
    office.actor = Actor("rita", Role.ADMIN)
    (made,) = codes_of(a_sale(office, (tier, 1)))
    office.actor = DORA
    return made


async def lend(stage: Stage, name: str, pin: str = PIN) -> None:
    """Type a supervisor's name and PIN."""
    await stage.type(f"{name}\r{pin}\r")
    await stage.press("ctrl+o")


@pytest.mark.anyio
async def test_a_supervisor_lets_in_against_the_rules_by_pin_and_all_of_it_is_kept(
    door: BoxOffice,
) -> None:
    ticket = code(door)
    async with on_stage(door) as stage:
        await stage.type(f"{ticket}\r")
        stage.later(5)
        await stage.type(f"{ticket}\r")
        await stage.press("ctrl+u", "down", "ctrl+o")
        assert "Who approves?" in stage.picture
        await lend(stage, "lia")

        assert stage.verdicts == ["admit", "warn", "admit"]
        (kept,) = (scan for scan in rows(door, Scan) if scan.approved_by)
        assert (kept.operator, kept.approved_by, kept.reason) == (
            "dora", "lia", "a guest of the house",
        )  # fmt: skip
        (noted,) = (each for each in rows(door, AuditEntry) if each.verb == "door.override")
        assert (noted.actor, noted.facts) == ("dora", {"approved_by": "lia"})
        assert PIN not in stage.picture


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "pin", "said"),
    [("lia", "0000", "PIN is wrong"), ("dora", PIN, "may not let a guest in against the rules")],
)
async def test_without_a_right_approval_nobody_goes_in_and_the_desk_goes_on(
    door: BoxOffice, name: str, pin: str, said: str
) -> None:
    ticket, other = code(door, "Meia"), code(door)
    async with on_stage(door) as stage:
        await stage.type(f"{ticket}\r")
        await stage.press("ctrl+u", "ctrl+o")
        await lend(stage, name, pin)
        assert said in stage.app.told[-1]
        await stage.type(f"{other}\r")

        assert stage.verdicts == ["hold", "admit"]
        assert len(rows(door, Entry)) == 1


@pytest.mark.anyio
async def test_a_refusal_is_told_in_the_language_of_the_desk(door: BoxOffice) -> None:
    ticket = code(door, "Meia")
    async with on_stage(door, language=Language.PT) as stage:
        await stage.type(f"{ticket}\r")
        await stage.press("ctrl+u", "ctrl+o")
        await lend(stage, "lia", "0000")

        assert stage.app.told[-1].startswith("nome ou PIN errado")


@pytest.mark.anyio
async def test_a_code_scanned_into_the_pin_waits_and_is_no_part_of_it(door: BoxOffice) -> None:
    ticket, other = code(door, "Meia"), code(door)
    async with on_stage(door) as stage:
        await stage.type(f"{ticket}\r")
        await stage.press("ctrl+u", "ctrl+o")
        await stage.type(f"lia\r27{other}\r19")
        assert "+1 scan(s) wait" in stage.picture
        await stage.press("ctrl+o")

        assert sorted(stage.verdicts) == ["admit", "admit", "hold"]


@pytest.mark.anyio
async def test_an_undo_keeps_its_reason_and_who_lent_it(door: BoxOffice) -> None:
    ticket = code(door)
    async with on_stage(door) as stage:
        await stage.type(f"{ticket}\r")
        await stage.press("ctrl+z")
        await stage.type("wrong door\x1b[31m")
        await stage.press("ctrl+o")
        await lend(stage, "lia")

        (undone,) = (scan for scan in rows(door, Scan) if scan.annuls_id)
        assert (undone.reason, undone.approved_by) == ("wrong door[31m", "lia")
        assert rows(door, Entry) == []


@pytest.mark.anyio
async def test_nobody_was_stopped_and_so_nobody_is_let_in_against_the_rules(
    door: BoxOffice,
) -> None:
    async with on_stage(door) as stage:
        await stage.press("ctrl+u")

        assert stage.app.told == ["nobody was stopped just now"]


@pytest.mark.anyio
async def test_a_clerk_lends_the_desk_a_sale_into_the_clerks_own_till(door: BoxOffice) -> None:
    door.actor = DORA
    async with on_stage(door) as stage:
        await stage.press("ctrl+n", "ctrl+o")
        assert "a clerk with an open till" in stage.picture
        await lend(stage, "carla")

        assert stage.verdicts == ["admit"]
        assert [payment.amount_minor for payment in rows(door, Payment)] == [10_000]
        assert [entry.amount_minor for entry in rows(door, TillEntry)] == [10_000]


@pytest.mark.anyio
async def test_the_desk_moves_to_another_door_and_gate_without_a_restart(door: BoxOffice) -> None:
    ticket = code(door)
    async with on_stage(door) as stage:
        await stage.press("ctrl+l", "down", "backspace")
        await stage.type("North")
        await stage.press("ctrl+o")
        assert "vip · North" in stage.picture.splitlines()[0]
        assert stage.app.told == ["now: vip · North"]
        await stage.type(f"{ticket}\r")

        (kept,) = rows(door, Scan)
        assert kept.gate == "North"


@pytest.mark.anyio
@pytest.mark.parametrize("secret", [PIN, PASSWORD])
async def test_a_locked_desk_scans_and_nothing_else_until_its_operator_comes_back(
    door: BoxOffice, secret: str
) -> None:
    first, half, last = code(door), code(door, "Meia"), code(door)
    async with on_stage(door, keeper=keeper_of(door)) as stage:
        await stage.press("f12", "ctrl+f", "ctrl+z", "ctrl+e", "f1", "f3", "escape", "ctrl+o")
        assert "LOCKED" in stage.picture.splitlines()[0]
        await stage.type(f"{first}\r/rita\rBOXCMDDESFAZ\rBOXCMDSAIDA\rK7QX2M-1\r{half}\r")
        stage.later(5)
        await stage.type(f"{half}\rCONFIRMA\r")
        assert stage.verdicts == ["admit", "refuse", "hold"]
        await stage.press("ctrl+q")
        await stage.type("0000")
        await stage.press("ctrl+o")
        assert "LOCKED" in stage.picture.splitlines()[0]
        await stage.press("f12")
        await stage.type(secret)
        await stage.press("ctrl+o", "ctrl+e")

        assert "LOCKED" not in stage.picture.splitlines()[0]
        assert "EXIT" in stage.picture.splitlines()[0]
        await stage.press("ctrl+e")
        await stage.type(f"{last}\r")
        assert stage.verdicts[-1] == "admit"


@pytest.mark.anyio
async def test_a_question_that_a_passer_by_leaves_there_stops_the_line_for_20_seconds(
    door: BoxOffice,
) -> None:
    ticket = code(door)
    async with on_stage(door, keeper=keeper_of(door)) as stage:
        await stage.press("f12", "f12")
        await stage.type(f"{ticket}\r")
        assert stage.verdicts == []
        stage.later(21)
        await stage.tick()

        assert stage.verdicts == ["admit"]


@pytest.mark.anyio
async def test_where_nobody_has_logged_in_a_pin_is_chosen_to_lock_with(door: BoxOffice) -> None:
    async with on_stage(door) as stage:
        await stage.press("f12")
        await stage.type("123")
        await stage.press("ctrl+o")
        assert "Choose a PIN" in stage.picture
        await stage.type("4")
        await stage.press("ctrl+o")
        assert "LOCKED" in stage.picture.splitlines()[0]
        await stage.press("f12")
        await stage.type("1234")
        await stage.press("ctrl+o")

        assert "LOCKED" not in stage.picture.splitlines()[0]
