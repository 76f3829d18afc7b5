"""A window that nobody writes under costs next to nothing, and nothing grows in it."""

import gc
import threading
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from textual.timer import Timer

from boxoffice.office import BoxOffice
from tests.making import LOTE, a_sale, an_event
from tests.tui.boards import Seat, seated
from tui.commands import Place
from tui.dashboard import Dashboard
from tui.house import Answer, House
from tui.screens.board import Board
from tui.screens.tonight import TonightBoard
from tui.tidying import untidied
from tui.words import Language

BOARDS = [place for place in Place if place not in {Place.ANY, Place.DESK}]
_ROUNDS, _REFRESHES = 4, 80


@pytest.fixture
def house(office: BoxOffice) -> House:
    """A house that asks and does nothing, once on SQLite and once on PostgreSQL."""
    an_event(office)
    return House(office, lambda *_: Answer(0, "", ""), Language.EN)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every question of Tonight, as it is asked."""
    asked: list[str] = []
    ask = TonightBoard.ask

    def counted(board: TonightBoard, session: object) -> object:
        asked.append("tonight")
        return ask(board, session)  # type: ignore[arg-type]  # it is the session of the board

    monkeypatch.setattr(TonightBoard, "ask", counted)
    return asked


async def looked(seat: Seat) -> None:
    """Let the screen look once, as its clock does, and wait until it has."""
    seat.board.look()
    await seat.until_read()


@pytest.mark.anyio
async def test_a_sale_is_seen_at_the_next_look(house: House) -> None:
    async with seated(house) as seat:
        assert "Places 0/10" in seat.text()
        await looked(seat)
        a_sale(house.office, (LOTE, 2))
        await looked(seat)

        await seat.until_shown("Places 2/10")


@pytest.mark.anyio
async def test_what_has_not_changed_is_asked_again_after_a_while_alone(
    house: House, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with seated(house) as seat:
        house.mark = house.office.database.mark()
        monkeypatch.setattr(House, "has_news", lambda _: False)
        before = len(asked)
        for _ in range(3):
            await looked(seat)
        assert len(asked) == before

        monkeypatch.setattr(TonightBoard, "REST_SECONDS", 0.0)
        await looked(seat)
        assert len(asked) == before + 1


@pytest.mark.anyio
@pytest.mark.parametrize("place", [Place.TONIGHT, Place.ORDERS, Place.STAFF])
async def test_refreshes_leave_nothing_behind(house: House, place: Place) -> None:
    a_sale(house.office, (LOTE, 2))

    async with seated(house, place) as seat:
        counts = []
        for _ in range(_ROUNDS):
            await refreshed(seat, _REFRESHES)
            await seat.until_read()  # a question that is out is no leak
            counts.append(census())
        grown = [after - before for before, after in pairwise(counts)]

        # Caches fill for a while; a leak is there in every round.
        assert min(one.total() for one in grown) < _REFRESHES, grown[-1].most_common(5)


async def refreshed(seat: Seat, count: int) -> None:
    for _ in range(count):
        seat.board.is_read = False
        seat.board.reload()
        while not seat.board.is_read:
            await seat.breathe()


def census() -> Counter[str]:
    """Count the objects that the collector knows, by their type."""
    gc.collect()
    return Counter(type(one).__name__ for one in gc.get_objects())


@pytest.mark.anyio
async def test_what_is_typed_while_the_screen_looks_is_asked_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_sale(house.office, (LOTE, 2))
    asks, answers = threading.Event(), threading.Event()

    def slow(_: House) -> bool:
        asks.set()
        return not answers.wait(60)

    async with seated(house, Place.ORDERS) as seat:
        monkeypatch.setattr(House, "has_news", slow)
        seat.board.look()
        await seat.until(asks.is_set)
        await seat.press("z", "z")
        answers.set()
        await seat.until_shown("nothing found")


@pytest.mark.anyio
@pytest.mark.parametrize("place", BOARDS, ids=str)
async def test_a_screen_looks_once_at_a_time(
    house: House, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    clocks: list[str] = []
    set_interval = Board.set_interval

    def counted(board: Board, interval: float, callback: Any = None, **more: Any) -> Timer:
        clocks.append(getattr(callback, "__name__", ""))
        return set_interval(board, interval, callback, **more)

    monkeypatch.setattr(Board, "set_interval", counted)
    async with seated(house, place):
        assert clocks.count("look") == 1


@pytest.mark.anyio
async def test_what_stands_is_looked_through_once_for_each_screen(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.app._SETTLE_SECONDS", 0.01)
    settled: list[int] = []
    app = Dashboard(house, settled=lambda: settled.append(1))

    async with app.run_test() as pilot:
        for place in (Place.ORDERS, Place.TONIGHT, Place.ORDERS):
            await app.action_go(place)
            await pilot.pause(0.1)

    assert len(settled) == 2  # Tonight, and the orders


def test_what_stands_is_never_looked_through_again() -> None:
    ring: list[object] = []
    ring.append(ring)

    with untidied() as loaded:
        loaded()

        assert not any(one is ring for one in gc.get_objects())
    assert any(one is ring for one in gc.get_objects())
