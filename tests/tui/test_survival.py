"""What goes wrong is told, and ends nothing: databases that go, names that bite, stray codes."""

import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from textual import events

from boxoffice.migrations.run import upgrade
from boxoffice.office import BoxOffice
from boxoffice.people import Person
from boxoffice.servers.children import Children, until
from boxoffice.servers.postgres import Postgres
from boxoffice.tickets.code import short_text
from tests.making import LOTE, Clock, a_sale, a_tier, an_event, an_office
from tests.tui.boards import LARGE, seated
from tui.commands import COMMANDS, Place
from tui.house import Answer, House
from tui.words import Language

NAMES = [
    "Ana [/b]", "[@click=app.leave]x", "a\x1b]52;c;eA==\x07", "b\x9b31mred", "\x1b[2J",
    "c\u202egnp.exe", "d\u200b\u200be", "Z" + "\u0301" * 60, "[red]" * 20, "tab\tnew\nline",
    "e" * 199, "漢字漢字漢字", "👩‍👩‍👧‍👦 família", "=cmd|' /C calc'!A0", ":fire:", "$n {x} %s",
]  # fmt: skip
BOARDS = [place for place in Place if place not in {Place.ANY, Place.DESK}]
KEYS = {one.id: one.key for one in COMMANDS if one.action.startswith("app.go(")}


class Server:
    """A real PostgreSQL that can be killed and started again."""

    def __init__(self, home: Path) -> None:
        self.postgres = Postgres(home)
        self.postgres.prepare()
        self.child = self.postgres.child()
        self.start()

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self.children = Children(lambda _name, _line: None)
        self.children.start(self.child)
        assert until(lambda: self.postgres.is_ready, self.child, seconds_max=60)

    def kill(self) -> None:
        """Cut every line, and end it at once."""
        assert self.child.process is not None
        self.child.process.send_signal(signal.SIGQUIT)
        self.child.process.wait(60)


@pytest.fixture
def server() -> Iterator[Server]:
    """A PostgreSQL of this test's own."""
    home = Path(tempfile.mkdtemp(prefix="boxoffice-tui-"))
    home.chmod(0o711)  # the server of root is `nobody`'s
    try:
        made = Server(home)
        upgrade(made.postgres.url)
        yield made
        made.children.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def a_house(office: BoxOffice) -> House:
    return House(office, lambda *_: Answer(0, "", ""), Language.EN)


@pytest.mark.anyio
async def test_hostile_names_are_inert_on_every_screen(
    sqlite_url: str, tmp_path: Path, clock: Clock
) -> None:
    office = an_office(sqlite_url, tmp_path / "home", clock)
    an_event(office, a_tier(quota=100), title="Noite [/b] [@click=app.leave]")
    for name in NAMES:
        # As an old row may have it: what comes in today is cleaned at the door.
        a_sale(office, (LOTE, 1), buyer=Person(name, f"{name}@x", ""))

    async with seated(a_house(office), size=LARGE) as seat:
        for place in BOARDS:
            await seat.press(KEYS[place])
            await seat.until_at(place)
            await seat.until_read()
            text = seat.text()

            assert not set("\x1b\x07\x9b\u202e\u200b") & set(text)
            assert "\u0301" * 6 not in text
        await seat.press(KEYS[Place.ORDERS])
        await seat.until_at(Place.ORDERS)
        await seat.until(lambda: seat.rows("rows") == len(NAMES))
        await seat.press("enter")
        for _ in NAMES:
            await seat.press("down")
            await seat.until_read()

        assert "Ana [/b]" in seat.text()
        assert "[@click" in seat.text()
    office.close()


@pytest.mark.anyio
async def test_a_database_that_goes_and_comes_back_is_told_and_survived(
    server: Server, tmp_path: Path
) -> None:
    office = an_office(server.postgres.url, tmp_path / "home", Clock())
    an_event(office)
    a_sale(office, (LOTE, 2))

    async with seated(a_house(office)) as seat:
        await seat.until_shown("Places 2/10")
        server.kill()
        await seat.until_shown("NO DATABASE since")
        assert "Places 2/10" in seat.text()
        await seat.press("f4")
        await seat.until_at(Place.ORDERS)
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

    def broken(*_: object) -> Answer:
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
    ran: list[Sequence[str]] = []

    def run(words: Sequence[str], _typed: str = "", /) -> Answer:
        ran.append(words)
        return Answer(0, "", "")

    house = House(office, run, Language.EN)

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
