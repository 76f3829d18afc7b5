"""What goes wrong is told, and ends nothing: databases that go, names that bite, codes that beep."""

import os
import signal
from pathlib import Path

import pytest
from textual import events
from textual.filter import LineFilter

from boxoffice.office import BoxOffice
from boxoffice.people import Person
from boxoffice.tickets.code import short_text
from tests.making import LOTE, Clock, a_sale, a_tier, an_event, an_office
from tests.services.postgres import postgres
from tests.conftest import RUN_FOLDER, migrate
from tests.tui.boards import LARGE, Seat, seated
from tui.acts.act import Act
from tui.commands import COMMANDS, Place
from tui.house import Answer, House
from tui.words import Language, Words

NAMES = [
    "Ana [/b]", "[@click=app.leave]x", "a\x1b]52;c;eA==\x07", "b\x9b31mred", "\x1b[2J",
    "c\u202egnp.exe", "d\u200b\u200be", "Z" + "\u0301" * 60, "[red]" * 20, "tab\tnew\nline",
    "e" * 199, "漢字漢字漢字", "👩‍👩‍👧‍👦 família", "=cmd|' /C calc'!A0", ":fire:", "$n {x} %s",
]  # fmt: skip
BOARDS = [place for place in Place if place not in {Place.ANY, Place.DESK}]
KEYS = {one.id: one.key for one in COMMANDS if one.action.startswith("app.go(")}


def a_house(office: BoxOffice) -> House:
    return House(office, lambda _: Answer(0, "", ""), Language.EN)


@pytest.mark.anyio
async def test_hostile_names_are_inert_on_every_screen(
    sqlite_url: str, tmp_path: Path, clock: Clock
) -> None:
    office = an_office(sqlite_url, tmp_path / "home", clock)
    an_event(office, a_tier(quota=100), title="Noite [/b] \x1b[31m")
    for name in NAMES:
        # As an old row may have it: what comes in today is cleaned at the door.
        a_sale(office, (LOTE, 1), buyer=Person(name, f"{name}@x", ""))

    async with seated(a_house(office), size=LARGE) as seat:
        for place in BOARDS:
            await seat.press(KEYS[place])
            await seat.until(lambda place=place: seat.board.PLACE is place)
            await seat.until_read()
            text = seat.text()

            assert not set("\x1b\x07\x9b\u202e\u200b") & set(text)
            assert "\u0301" * 6 not in text
        await seat.press(KEYS[Place.ORDERS])
        await seat.until(lambda: seat.board.PLACE is Place.ORDERS)
        await seat.until(lambda: seat.rows("rows") == len(NAMES))
        await seat.press("enter")
        for _ in NAMES:
            await seat.press("down")
            await seat.until_read()

        assert "Ana [/b]" in seat.text()
        assert "[@click=app.leave]x" in seat.text()
    office.close()


@pytest.mark.anyio
async def test_a_database_that_goes_and_comes_back_is_told_and_survived(
    pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    with postgres(pytestconfig.stash[RUN_FOLDER], migrate) as server:
        url = server.create()
        office = an_office(url, tmp_path / "home", Clock())
        an_event(office)
        a_sale(office, (LOTE, 2))

        async with seated(a_house(office)) as seat:
            await seat.until_shown("Places 2/10")
            server.stop()
            await seat.until_shown("NO DATABASE since")
            assert "Places 2/10" in seat.text()
            await seat.press("f4")
            await seat.until(lambda: seat.board.PLACE is Place.ORDERS)
            await seat.until_shown("NO DATABASE since")

            server.start()
            await seat.until_shown("✔ paid")
            await seat.press("f3")
            await seat.until_told("the database is back")
            await seat.until_shown("● online")
        office.close()


@pytest.mark.anyio
async def test_a_mistake_of_ours_is_a_toast_with_a_reference(
    sqlite_url: str, tmp_path: Path
) -> None:
    office = an_office(sqlite_url, tmp_path / "home", Clock())
    an_event(office)

    def broken(_: object) -> Answer:
        raise ZeroDivisionError

    house = House(office, broken, Language.EN)

    async with seated(house, Place.JOBS) as seat:
        await seat.press("g")
        await seat.until_told("something unexpected (ref ")
        await seat.press("f3")
        await seat.until_shown("Places 0/10")
    office.close()


@pytest.mark.anyio
async def test_a_ticket_that_is_read_in_a_form_presses_nothing(
    sqlite_url: str, tmp_path: Path
) -> None:
    office = an_office(sqlite_url, tmp_path / "home", Clock())
    an_event(office)
    ran: list[object] = []
    house = House(office, lambda words: ran.append(words) or Answer(0, "", ""), Language.EN)

    async with seated(house, Place.EVENTS) as seat:
        await seat.press("x")
        await seat.until_shown("never sells again")
        for letter in short_text(bytes(range(10))) + "\r":
            key = "enter" if letter == "\r" else letter
            seat.app.post_message(events.Key(key, None if letter == "\r" else letter))
        await seat.until_told("ticket read")

        assert "never sells again" in seat.text()
        assert ran == []
    office.close()


@pytest.mark.anyio
async def test_a_house_without_an_event_says_how_to_make_the_first(
    sqlite_url: str, tmp_path: Path
) -> None:
    office = an_office(sqlite_url, tmp_path / "home", Clock())

    async with seated(a_house(office)) as seat:
        assert "Press F9, and then N to make the first" in seat.text()
        await seat.press("f9")
        await seat.until_shown("N makes the first")
    office.close()
