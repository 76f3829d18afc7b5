"""The window of the dashboard: every screen of one house."""

from collections.abc import Callable, Mapping

from tui.app import BoxOfficeApp, Home
from tui.commands import Place
from tui.house import House
from tui.screens.board import home_of
from tui.screens.codes import CodesBoard
from tui.screens.counter import CounterBoard
from tui.screens.events import EventsBoard
from tui.screens.exports import ExportsBoard
from tui.screens.jobs import JobsBoard
from tui.screens.orders import OrdersBoard
from tui.screens.staff import StaffBoard
from tui.screens.till import TillBoard
from tui.screens.tonight import TonightBoard
from tui.words import Words

BOARDS = {
    board.PLACE: board
    for board in (
        TonightBoard,
        OrdersBoard,
        CounterBoard,
        TillBoard,
        CodesBoard,
        JobsBoard,
        EventsBoard,
        ExportsBoard,
        StaffBoard,
    )
}
_DESK = Words("abra a portaria: {line}", "open the desk: {line}")


class Dashboard(BoxOfficeApp):
    """The dashboard. `more` are homes of others, such as the desk."""

    def __init__(
        self,
        house: House,
        *,
        start: Place = Place.TONIGHT,
        theme: str = "boxoffice-dark",
        more: Mapping[Place, Callable[[], Home]] | None = None,
    ) -> None:
        self._house = house
        homes = {place: home_of(board, house) for place, board in BOARDS.items()}
        super().__init__(
            {**homes, **(more or {})}, start=start, language=house.language, theme=theme
        )

    async def action_go(self, place: str) -> None:
        """Show another home. A desk of its own is opened by its own command."""
        if place == Place.DESK and Place.DESK not in self._homes:
            line = f"boxoffice desk --event {self._house.event or 'SLUG'}"
            self.tell(_DESK.say(self.language, line=line))
        await super().action_go(place)
