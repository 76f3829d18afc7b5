"""The desk's dialogs: a question before each act, and no scan that is swallowed or presses."""

import re

import pytest

from boxoffice.door.models import Entry, Scan, Source
from boxoffice.office import BoxOffice
from boxoffice.orders.models import OrderState
from boxoffice.payments.models import Payment
from tests.making import (
    LOTE,
    RITA,
    SLUG,
    a_sale,
    a_tier,
    an_event,
    an_order,
    codes_of,
    rows,
    the_order,
)
from tests.tui.desk_scenes import Broken
from tests.tui.desk_stage import on_stage


@pytest.fixture
def door(office: BoxOffice) -> BoxOffice:
    """An event with two tiers, one at half price; the door takes money."""
    half = a_tier("Meia", price="50,00", category="half")
    an_event(office, a_tier(LOTE, quota=200), half, lists=[{"name": "main", "takes_payment": True}])
    return office


def scans(office: BoxOffice) -> list[Scan]:
    return sorted(rows(office, Scan), key=lambda scan: (scan.scanned_at, str(scan.id)))


@pytest.mark.anyio
async def test_who_has_not_paid_pays_here_and_goes_in(door: BoxOffice) -> None:
    order = an_order(door, (LOTE, 1), buyer=RITA)
    async with on_stage(door) as stage:
        await stage.type(f"{order.code}-1\r")
        await stage.press("ctrl+o")
        assert "Take R$ 100,00 and let in?" in stage.picture
        await stage.press("ctrl+o")

        assert stage.verdicts == ["hold", "admit"]
        assert the_order(door, order.code).state is OrderState.PAID
        assert [payment.method for payment in rows(door, Payment)] == ["cash"]


@pytest.mark.anyio
async def test_undo_asks_first_and_lets_the_guest_come_again(door: BoxOffice) -> None:
    (code,) = codes_of(a_sale(door))
    async with on_stage(door) as stage:
        await stage.type(f"{code}\r")
        await stage.press("ctrl+z")
        await stage.type("\r")
        assert rows(door, Entry) != []
        await stage.press("ctrl+o")
        assert rows(door, Entry) == []
        await stage.type(f"{code}\r")

        assert stage.verdicts == ["admit", "undone", "admit"]


@pytest.mark.anyio
async def test_search_is_blind_to_accents_and_asks_before_it_admits(door: BoxOffice) -> None:
    a_sale(door, (LOTE, 1), buyer=type(RITA)("José Çelik d'Ávila"))
    async with on_stage(door) as stage:
        await stage.press("ctrl+f")
        await stage.type("jo")
        assert "at least 3 letters" in stage.picture
        await stage.type("se cel")
        await stage.type("\r")
        assert "Let José Çelik d'Ávila in?" in stage.picture
        await stage.type("\r")
        assert stage.verdicts == []
        await stage.press("ctrl+o")

        assert stage.verdicts == ["admit"]
        assert scans(door)[0].source is Source.SEARCH


@pytest.mark.anyio
async def test_documents_are_masked_and_a_slash_begins_a_search(door: BoxOffice) -> None:
    a_sale(door)
    async with on_stage(door, size=(120, 40)) as stage:
        await stage.type("/rita\r")

        assert "***.533.447-**" in stage.picture
        assert "39053344705" not in stage.picture


@pytest.mark.anyio
@pytest.mark.parametrize("key", ["ctrl+f", "ctrl+z", "ctrl+n", "f1", "ctrl+p", "ctrl+q"])
async def test_a_dialog_swallows_no_scan_and_a_scan_presses_nothing(
    door: BoxOffice, key: str
) -> None:
    first, second = codes_of(a_sale(door, (LOTE, 2)))
    async with on_stage(door) as stage:
        await stage.press(key)
        await stage.type(f"{first}\r{second}\n")
        assert stage.verdicts == []
        assert "+2 scan(s) wait" in stage.picture
        await stage.press("escape")

        assert stage.verdicts == ["admit", "admit"]
        assert stage.app.is_running


@pytest.mark.anyio
async def test_a_walk_in_sale_is_paid_and_goes_in(door: BoxOffice) -> None:
    async with on_stage(door) as stage:
        await stage.press("ctrl+n", "right")
        await stage.type("Ana Lima")
        await stage.press("ctrl+o")

        assert stage.verdicts == ["admit", "admit"]
        assert [payment.amount_minor for payment in rows(door, Payment)] == [20_000]


@pytest.mark.anyio
async def test_the_group_comes_in_with_who_came_first(door: BoxOffice) -> None:
    first, _, _ = codes_of(a_sale(door, (LOTE, 3)))
    async with on_stage(door) as stage:
        await stage.type(first + "\r")
        await stage.press("ctrl+g", "ctrl+o")

        assert sorted(stage.verdicts) == ["admit", "admit", "admit", "warn"]
        assert "ALREADY IN" not in stage.picture
        assert stage.app.bells == 3
        assert stage.app.told == ["2 of 3 let in"]


@pytest.mark.anyio
async def test_a_reprint_lies_where_it_is_told(door: BoxOffice) -> None:
    (code,) = codes_of(a_sale(door))
    async with on_stage(door) as stage:
        await stage.type(code + "\r")
        await stage.press("ctrl+r")
        path = door.settings.home / "print"

        assert [file.read_bytes()[:5] for file in path.iterdir()] == [b"%PDF-"]
        assert stage.app.told[0].startswith("printed: ")


@pytest.mark.anyio
async def test_a_search_that_breaks_says_so_and_ends_nothing(door: BoxOffice) -> None:
    async with on_stage(door, desk=Broken(door, SLUG, "main", "A")) as stage:
        await stage.press("ctrl+f")
        await stage.type("rita")

        assert "we could not tell" in stage.picture
        assert stage.app.is_running


@pytest.mark.anyio
async def test_a_desk_on_a_line_does_not_sell(door: BoxOffice) -> None:
    async with on_stage(door, sells=False) as stage:
        await stage.press("ctrl+n", "ctrl+r")

        assert stage.app.told == ["this desk does not sell: send to the counter"] * 2


@pytest.mark.anyio
async def test_every_half_price_of_a_group_is_confirmed_one_after_another(door: BoxOffice) -> None:
    first, *_ = codes_of(a_sale(door, (LOTE, 1), ("Meia", 6)))
    async with on_stage(door) as stage:
        await stage.type(first + "\r")
        await stage.press("ctrl+g", "ctrl+o")
        assert "K7QX2M-2" in stage.picture.splitlines()[10]
        assert "+5" in stage.picture
        await stage.press(*["ctrl+o"] * 2, "escape", *["ctrl+o"] * 3)

        assert len(rows(door, Entry)) == 6  # all but the one who was let be
        assert stage.app.told[-1] == "0 of 7 let in"
        await stage.press("ctrl+o")
        assert stage.app.told[-1] == "nothing to confirm"


@pytest.mark.anyio
async def test_a_group_that_pays_at_the_door_pays_once(door: BoxOffice) -> None:
    order = an_order(door, (LOTE, 3), buyer=RITA)
    async with on_stage(door) as stage:
        await stage.type(f"{order.code}-1\r")
        await stage.press("ctrl+g", "ctrl+o", "ctrl+o", "ctrl+o")

        assert len(rows(door, Entry)) == 3
        assert [payment.amount_minor for payment in rows(door, Payment)] == [30_000]


@pytest.mark.anyio
async def test_who_comes_between_a_group_leaves_the_rest_of_it_outside(door: BoxOffice) -> None:
    first, *_ = codes_of(a_sale(door, ("Meia", 3)))
    (other,) = codes_of(a_sale(door))
    async with on_stage(door) as stage:
        await stage.type(first + "\r")
        await stage.press("ctrl+g", "ctrl+o")
        stage.later(3)
        await stage.type(other + "\r")
        await stage.press("ctrl+o")

        assert stage.app.told[-2:] == ["2 of the group still outside: ctrl+g", "nothing to confirm"]
        assert len(rows(door, Entry)) == 1


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("yes", "said"), [("CONFIRMA\r", "look first, then confirm"), ("\x0f", "nothing to confirm")]
)
async def test_no_code_confirms_itself_or_undoes_what_came_before(
    door: BoxOffice, yes: str, said: str
) -> None:
    (full,) = codes_of(a_sale(door))
    (half,) = codes_of(a_sale(door, ("Meia", 1)))
    async with on_stage(door) as stage:
        await stage.type(f"{full}\rBOXCMDDESFAZ\r{yes}")
        await stage.press("escape")
        stage.later(3)
        await stage.type(f"{half}\r{yes}")

        assert stage.verdicts == ["admit", "hold"]
        assert len(rows(door, Entry)) == 1
        assert stage.app.told[-1] == said


@pytest.mark.anyio
async def test_what_the_question_names_is_what_is_taken_back(door: BoxOffice) -> None:
    first, *_ = codes_of(a_sale(door, (LOTE, 4)))
    (last,) = codes_of(a_sale(door))
    async with on_stage(door) as stage:
        await stage.type(f"{last}\r{first}\r")
        await stage.press("ctrl+g", "ctrl+o", "ctrl+e")
        stage.later(5)
        await stage.type(f"{last}\r")  # goes out again, which is no admission
        named = []
        for _ in range(5):
            await stage.press("ctrl+z")
            assert "Undo the last admission?" in stage.picture, stage.picture
            named += re.findall(r"│  (K7QX2M-\d)  ", stage.picture)
            await stage.press("ctrl+o")

        assert named == [f"K7QX2M-{number}" for number in (4, 3, 2, 1, 1)]
        assert rows(door, Entry) == []
        assert len(set(stage.app.told)) == 6
