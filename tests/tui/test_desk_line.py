"""The screen of a desk on a line: it says how it judges, and nobody waits for a cable."""

import pytest

from boxoffice.door.models import Scan
from tests.making import LOTE, a_sale, an_event, codes_of, rows
from tests.tui.conftest import Venue
from tests.tui.desk_stage import Stage, on_stage
from tui.remote import RemoteDesk


async def rested(desk: RemoteDesk, stage: Stage) -> None:
    """Wait until the line may be tried again."""
    while desk.line.rests:
        await stage.settle()


@pytest.mark.anyio
async def test_a_cut_line_is_told_with_what_is_unsent_and_the_door_goes_on(venue: Venue) -> None:
    an_event(venue.office)
    first, second, third = codes_of(a_sale(venue.office, (LOTE, 3)))
    desk = venue.desk(venue.enrolled(), rest_seconds=600)
    async with on_stage(venue.office, desk=desk, sells=False) as stage:
        await stage.type(f"{first}\r")
        await stage.look()
        assert "● ONLINE  unsent 0" in stage.picture
        venue.cable.cut_after = 0
        await stage.type(f"{second}\r{third}\r")
        await stage.look()

        assert stage.verdicts == ["admit"] * 3
        assert "○ OFFLINE  unsent 2  copy 0 min" in stage.picture
        assert "checked on the local copy" in stage.picture
        assert len(rows(venue.office, Scan)) == 1
    desk.close()


@pytest.mark.anyio
async def test_a_line_that_is_tried_in_vain_is_told_and_one_that_is_back_takes_what_is_unsent(
    venue: Venue,
) -> None:
    an_event(venue.office)
    (code,) = codes_of(a_sale(venue.office))
    desk = venue.desk(venue.enrolled(), rest_seconds=0.5)
    async with on_stage(venue.office, desk=desk, sells=False) as stage:
        venue.cable.cut_after = 0
        await stage.type(f"{code}\r")
        await rested(desk, stage)
        await stage.look()
        assert "○ OFFLINE  unsent 1" in stage.picture
        venue.cable.cut_after = None
        await rested(desk, stage)
        await stage.look()

        assert "● ONLINE  unsent 0" in stage.picture
        assert len(rows(venue.office, Scan)) == 1
    desk.close()


@pytest.mark.anyio
async def test_an_admission_of_a_desk_on_a_line_can_be_undone(venue: Venue) -> None:
    an_event(venue.office)
    (code,) = codes_of(a_sale(venue.office))
    desk = venue.desk(venue.enrolled())
    async with on_stage(venue.office, desk=desk, sells=False) as stage:
        await stage.type(f"{code}\r")
        await stage.press("ctrl+z", "ctrl+o")

        assert stage.verdicts == ["admit", "undone"]
        assert desk.stats().inside == 0
    desk.close()
