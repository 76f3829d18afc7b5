"""Each screen as it looks: the golden texts beside this file are what people see."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.command import CommandList

from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.promos.create import create
from boxoffice.promos.models import PromoKind
from boxoffice.promos.rules import Terms
from boxoffice.till.open_shift import open_shift
from tests.making import (
    LOTE,
    Clock,
    a_sale,
    a_tier,
    an_event,
    an_office,
    an_order,
    codes_of,
    shown_at,
    started,
)
from tests.tui.boards import LARGE, SMALL, seated
from tui.commands import COMMANDS, Place
from tui.house import Answer, House
from tui.words import Language

BOARDS = [place for place in Place if place not in {Place.ANY, Place.DESK}]
KEYS = {one.id: one.key for one in COMMANDS if one.action.startswith("app.go(")}
_CODE = re.compile(r"\b(?=[A-Z0-9]*[A-Z])[A-HJ-NP-Z2-9]{6}\b")
_ID = re.compile(r"(payment|door)=\S+")


@pytest.fixture
def evening(sqlite_url: str, tmp_path: Path, clock: Clock) -> Iterator[BoxOffice]:
    """An office in the middle of a sale: paid and held places, a till, a code, a guest in."""
    office = an_office(sqlite_url, tmp_path / "home", clock)
    an_event(office, a_tier(), a_tier("Meia", price="50,00", category="half"))
    with office.writing() as session:
        open_shift(session, office.actor, start=Money(20_000), now=office.now())
        terms = Terms(PromoKind.PERCENT, 1000, uses_max=50, note="amigos")
        create(session, office.actor, "noite", "AMIGOS10", terms, now=office.now())
    sale = a_sale(office, (LOTE, 2), ("Meia", 1))
    clock.forward(hours=2)
    shown_at(office, codes_of(sale)[0])
    started(office, an_order(office, (LOTE, 1)).id)
    clock.forward(minutes=20)
    yield office
    office.close()


def masked(text: str) -> str:
    """Return the text with the codes that chance drew named by the order they come in."""
    names: dict[str, str] = {}
    for code in _CODE.findall(text):
        names.setdefault(code, f"CODE{len(names) + 1:02}")
    for code, name in names.items():
        text = text.replace(code, name)
    return _ID.sub(lambda found: found[0][:10].ljust(len(found[0]), "…"), text)


@pytest.mark.anyio
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("language", Language)
async def test_each_screen_looks_as_its_golden_text(
    evening: BoxOffice, snapshot: SnapshotAssertion, language: Language, size: tuple[int, int]
) -> None:
    house = House(evening, lambda *_: Answer(0, "", ""), language)

    async with seated(house, size=size) as seat:
        for place in BOARDS:
            await seat.press(KEYS[place])
            await seat.until_at(place)
            await seat.until_read()

            assert masked(seat.text()) == snapshot(name=place)
            assert len(seat.text().splitlines()) == size[1]


@pytest.mark.anyio
@pytest.mark.parametrize("theme", ["light", "contrast"])
async def test_a_theme_changes_colours_and_no_letter(evening: BoxOffice, theme: str) -> None:
    house = House(evening, lambda *_: Answer(0, "", ""), Language.EN)
    async with seated(house, Place.ORDERS) as seat:
        dark = seat.text()

    async with seated(house, Place.ORDERS, theme=theme) as seat:
        assert seat.text() == dark


@pytest.mark.anyio
async def test_no_colour_leaves_every_mark_and_word(
    evening: BoxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    house = House(evening, lambda *_: Answer(0, "", ""), Language.EN)

    async with seated(house, Place.ORDERS) as seat:
        assert "✔ paid" in seat.text()
        assert "▲ waits" in seat.text()


@pytest.mark.anyio
async def test_help_names_the_keys_of_the_screen_it_is_asked_on(evening: BoxOffice) -> None:
    house = House(evening, lambda *_: Answer(0, "", ""), Language.EN)

    async with seated(house, Place.TILL, size=LARGE) as seat:
        await seat.press("f1")
        await seat.until_shown("Keys of this screen")

        assert "To the safe" in seat.text()
        assert "Transfer" not in seat.text()


@pytest.mark.anyio
async def test_the_palette_does_what_the_keys_do(evening: BoxOffice) -> None:
    house = House(evening, lambda *_: Answer(0, "", ""), Language.EN)

    async with seated(house, Place.TILL) as seat:
        await seat.press("ctrl+p")
        await seat.press(*"safe")
        await seat.until(lambda: seat.app.screen.query_one(CommandList).option_count > 0)
        await seat.press("enter")
        await seat.until_shown("Take cash to the safe")
