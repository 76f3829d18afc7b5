"""The door is one key away from the dashboard, and the other screens one key away from the door."""

import pytest

from boxoffice.cli.desk_open import Wanted, parts_at
from tests.commands import Commands
from tests.tui.boards import Window
from tui.commands import Place
from tui.house import House
from tui.screens.desk import DeskScreen
from tui.words import Language


@pytest.fixture
def window(house: House) -> Window:
    def desk(slug: str) -> DeskScreen:
        wanted = Wanted(event=slug, theme="dark", language=None, muted=True)
        return DeskScreen(parts_at(house.office, wanted, Language.EN))

    return Window(house, desk=desk)


def place(window: Window) -> Place | None:
    return None if window.home is None else window.home.PLACE


@pytest.mark.anyio
async def test_a_guest_is_let_in_between_two_looks_at_the_night(
    program: Commands, house: House, window: Window
) -> None:
    program.has_event()
    code = program.sells()["order"]["tickets"][0]["code"]
    house.event = "noite"

    async with window.run_test(size=(100, 30)) as pilot:
        await pilot.press("f2")
        assert place(window) is Place.DESK
        await pilot.press(*code.lower(), "enter")
        await pilot.pause(1.0)
        await pilot.press("f3")
        await pilot.pause()

        assert place(window) is Place.TONIGHT
    assert program("door stats -e noite --json").json["inside"] == 1


@pytest.mark.anyio
async def test_without_an_event_there_is_no_door(window: Window) -> None:
    async with window.run_test() as pilot:
        await pilot.press("f2")
        await pilot.pause()

        assert place(window) is Place.TONIGHT
        assert window.told == ("choose an event: F9",)


@pytest.mark.anyio
async def test_an_event_that_is_gone_is_told(house: House, window: Window) -> None:
    house.event = "nowhere"

    async with window.run_test() as pilot:
        await pilot.press("f2")
        await pilot.pause()

        assert place(window) is Place.TONIGHT
        assert any("nowhere" in told for told in window.told)
