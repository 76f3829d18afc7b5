"""`python -m tests.screens`: draw the dashboard and the desk in the middle of a night, into docs/.

Each `<!-- screen: NAME -->` of docs/dashboard.md is followed by the screen as text, and
docs/screens/NAME.svg is its picture.
"""

import asyncio
import re
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

from boxoffice.migrations.run import upgrade
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.people import Person
from boxoffice.till.open_shift import open_shift
from tests.making import LOTE, Clock, a_sale, a_tier, an_event, an_office, codes_of, shown_at
from tests.tui.boards import LARGE, SMALL, seated
from tests.tui.desk_stage import on_stage
from tui.commands import Place
from tui.house import Answer, House
from tui.words import Language

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "dashboard.md"
_MARK = re.compile(r"<!-- screen: (\w+) -->\n(?:\n```text\n.*?```\n)?", re.DOTALL)
_BUYERS = ("Ana Lima", "João d'Ávila", "Laboratório Aurora", "Rita Nogueira", "Caio Prado")
_CODES = iter(("K7QX2M", "8WQD3R", "R6XC9T", "M2PK4V", "QW3RTY", "T4HCWS", "D5P67V", "VXGEQW"))


def night(folder: Path, clock: Clock) -> BoxOffice:
    """Return an office in the middle of an evening."""
    url = f"sqlite:///{folder / 'boxoffice.sqlite'}"
    upgrade(url)
    office = an_office(url, folder / "home", clock)
    an_event(office, a_tier(quota=40), a_tier("Meia", price="50,00", quota=20, category="half"),
             a_tier("Lote 2", price="130,00", quota=60, after=LOTE))  # fmt: skip
    with office.writing() as session:
        open_shift(session, office.actor, start=Money(20_000), now=office.now())
    for place, name in enumerate(_BUYERS):
        sale = a_sale(office, (LOTE, 2 + place), ("Meia", 1), buyer=Person(name, "", ""))
        shown_at(office, codes_of(sale)[0])
        clock.forward(minutes=47)
    return office


async def drawn(office: BoxOffice) -> dict[str, str]:
    """Draw every screen; return those for the page, and keep the pictures."""
    house = House(office, lambda *_: Answer(0, "", ""), Language.EN)
    texts: dict[str, str] = {}
    (DOCS / "screens").mkdir(exist_ok=True)
    for place in Place:
        if place in {Place.ANY, Place.DESK}:
            continue
        async with seated(house, place, size=SMALL) as seat:
            texts[place] = seat.text()
        async with seated(house, place, size=LARGE) as seat:
            picture = seat.app.export_screenshot(title=f"boxoffice: {place}")
            (DOCS / "screens" / f"{place}.svg").write_text(picture, encoding="utf-8")
    await _draw_desk(office)
    return texts


async def _draw_desk(office: BoxOffice) -> None:
    """Draw the desk as a guest is let in, and as the same ticket comes once more."""
    sale = a_sale(office, (LOTE, 1), buyer=Person("Maria Eduarda Albuquerque", "", ""))
    (code,) = codes_of(sale)
    async with on_stage(office, size=LARGE) as stage:
        for name in ("desk", "desk-again"):
            await stage.type(code + "\r")
            await stage.look()
            picture = stage.app.export_screenshot(title="boxoffice desk")
            (DOCS / "screens" / f"{name}.svg").write_text(picture, encoding="utf-8")
            stage.later(60)
            stage.clock.forward(minutes=12)


def main() -> int:
    """Draw the screens, and put them into the page."""
    codes = patch("boxoffice.orders.place.new_code", lambda: next(_CODES))
    with tempfile.TemporaryDirectory() as folder, codes:
        office = night(Path(folder), Clock())
        texts = asyncio.run(drawn(office))
        office.close()

    def filled(found: re.Match[str]) -> str:
        lines = texts[found[1]].rstrip()
        return f"<!-- screen: {found[1]} -->\n\n```text\n{lines}\n```\n"

    PAGE.write_text(_MARK.sub(filled, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"{len(texts)} screens drawn into {DOCS}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
