"""The window of the dashboard: every screen of one house."""

from collections.abc import Callable
from functools import partial

from boxoffice.errors import BoxOfficeError
from tui.app import BoxOfficeApp, Home
from tui.commands import Place
from tui.house import House
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
_NO_EVENT = Words("escolha um evento: F9", "choose an event: F9")


class Dashboard(BoxOfficeApp):
    """The dashboard. `desk` makes the home of the door of an event, when somebody goes there."""

    def __init__(
        self,
        house: House,
        *,
        start: Place = Place.TONIGHT,
        theme: str = "boxoffice-dark",
        desk: Callable[[str], Home] | None = None,
        is_ascii: bool = False,
        settled: Callable[[], None] | None = None,
    ) -> None:
        self._house = house
        self._desk = desk
        self._desk_event: str | None = None
        homes = {place: partial(board, house) for place, board in BOARDS.items()}
        super().__init__(
            homes,
            start=start,
            language=house.language,
            theme=theme,
            is_ascii=is_ascii,
            settled=settled,
        )

    async def action_go(self, place: str) -> None:
        """Show another home. The desk is of the event that the other screens are about."""
        if place == Place.DESK and not await self._has_desk():
            return
        await super().action_go(place)

    async def _has_desk(self) -> bool:
        """Make the desk of this event, unless it stands; say why where there can be none."""
        event = self._house.event
        if event is None or self._desk is None:
            self.tell(_NO_EVENT.say(self.language))
            return False
        if event == self._desk_event:
            return True
        try:
            home = self._desk(event)
        except BoxOfficeError as error:
            self.tell(error.message, is_trouble=True)
            return False
        if self._desk_event is not None:
            await self.remove_mode(Place.DESK)
        self.add_mode(Place.DESK, lambda: home)
        self._homes = {**self._homes, Place.DESK: lambda: home}
        self._desk_event = event
        return True
