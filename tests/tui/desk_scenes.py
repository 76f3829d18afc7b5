"""What happens at the desk before its picture is taken."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from boxoffice.door.models import Source
from boxoffice.door.rules import Asked
from boxoffice.door.search import Hit
from boxoffice.door.words import Admission
from boxoffice.errors import DatabaseSilent
from tests.making import DOOR, LOTE, NOON, RITA, a_sale, an_order, codes_of
from tests.tui.desk_stage import Stage
from tui.desk import Approval, DeskStatus, LocalDesk, Mode

Scene = Callable[[Stage], Awaitable[None]]


class Silent(LocalDesk):
    """A desk whose database does not answer a scan."""

    def scan(
        self,
        text: str,
        *,
        nonce: str,
        asked: Asked,
        source: Source,
        approval: Approval | None = None,
    ) -> Admission:
        del text, nonce, asked, source, approval
        raise DatabaseSilent("the database does not answer.", hint="scan again")


class Broken(LocalDesk):
    """A desk with a fault of our own in it."""

    def scan(
        self,
        text: str,
        *,
        nonce: str,
        asked: Asked,
        source: Source,
        approval: Approval | None = None,
    ) -> Admission:
        del text, nonce, asked, source, approval
        raise ZeroDivisionError

    def search(self, text: str) -> Sequence[Hit]:
        raise ZeroDivisionError(text)


class Alone(LocalDesk):
    """A desk that has lost its line."""

    taken_at: datetime | None = NOON - timedelta(minutes=12)

    def status(self) -> DeskStatus:
        told = super().status()
        return DeskStatus(Mode.OFFLINE, told.event, told.list, told.gate, self.taken_at, 7)


def codes(stage: Stage) -> list[str]:
    """Sell two tickets and one at half price to Rita, and return their codes."""
    return codes_of(a_sale(stage.office, (LOTE, 2), ("Meia", 1)))


async def ready(stage: Stage) -> None:
    codes(stage)
    await stage.look()


async def admitted(stage: Stage) -> None:
    await stage.type(codes(stage)[0] + "\r")


async def twice(stage: Stage) -> None:
    code = codes(stage)[0]
    await stage.type(code + "\r")
    stage.later(5)
    stage.clock.forward(minutes=46)
    await stage.type(code + "\r")


async def half_price(stage: Stage) -> None:
    await stage.type(codes(stage)[2] + "\r")
    await stage.press("right")


async def no_ticket(stage: Stage) -> None:
    await stage.type("7891234567895\r")


async def unpaid(stage: Stage) -> None:
    order = an_order(stage.office, (LOTE, 1), buyer=RITA)
    await stage.type(f"{order.code}-1\r")


async def gone_out(stage: Stage) -> None:
    code = codes(stage)[0]
    await stage.type(code + "\r")
    stage.later(5)
    await stage.press("ctrl+e")
    await stage.type(code + "\r")


async def not_inside(stage: Stage) -> None:
    await stage.press("ctrl+e")
    await stage.type(codes(stage)[0] + "\r")


async def several(stage: Stage) -> None:
    sale = a_sale(stage.office, (LOTE, 2))
    await stage.type(sale.code + "\r")


async def searching(stage: Stage) -> None:
    a_sale(stage.office, (LOTE, 2))
    await stage.press("ctrl+f")
    await stage.type("noguei")


async def selling(stage: Stage) -> None:
    await stage.press("ctrl+n", "right", "down", "right")
    await stage.type("Bia")


async def listing(stage: Stage) -> None:
    await stage.press("f1", "down")


async def a_busy_night(stage: Stage) -> None:
    found = codes(stage)
    for text in (found[0], found[1], found[0], "4006381333931", found[2]):
        await stage.type(text + "\r")
        stage.later(4)
        stage.clock.forward(seconds=20)
    await stage.look()


async def undoing(stage: Stage) -> None:
    await admitted(stage)
    await stage.press("ctrl+z", "down")


async def overriding(stage: Stage) -> None:
    await twice(stage)
    await stage.press("ctrl+u")
    await stage.type("veio com a banda")


async def lending(stage: Stage) -> None:
    await overriding(stage)
    stage.office.actor = DOOR
    await stage.press("ctrl+o")
    await stage.type("lia\r2719")


async def placing(stage: Stage) -> None:
    await stage.press("ctrl+l")


async def locked(stage: Stage) -> None:
    code = codes(stage)[0]
    await stage.press("f12")
    await stage.type("2719")
    await stage.press("ctrl+o")
    await stage.type(code + "\r")


SCENES: dict[str, Scene] = {
    scene.__name__: scene
    for scene in (
        ready, admitted, twice, half_price, no_ticket, unpaid, gone_out, not_inside, several,
        searching, selling, listing, a_busy_night, undoing, overriding, lending, placing, locked,
    )
}  # fmt: skip
