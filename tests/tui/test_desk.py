"""The desk at work: scans in order, keys that only a person has, dialogs that swallow no scan."""

from typing import ClassVar

import pytest

from boxoffice.door.models import Entry, Scan, Source
from boxoffice.door.rules import Asked, Proof
from boxoffice.door.words import Admission
from boxoffice.errors import DatabaseSilent
from boxoffice.office import BoxOffice
from tests.making import (
    LOTE,
    SLUG,
    a_sale,
    a_tier,
    an_event,
    codes_of,
    rows,
)
from tests.tui.desk_stage import on_stage
from tui.desk import Approval, LocalDesk


@pytest.fixture
def door(office: BoxOffice) -> BoxOffice:
    """An event with two tiers, one at half price; the door takes money."""
    half = a_tier("Meia", price="50,00", category="half")
    an_event(office, a_tier(LOTE, quota=200), half, lists=[{"name": "main", "takes_payment": True}])
    return office


def scans(office: BoxOffice) -> list[Scan]:
    return sorted(rows(office, Scan), key=lambda scan: (scan.scanned_at, str(scan.id)))


@pytest.mark.anyio
async def test_a_burst_of_codes_is_judged_whole_and_in_order(door: BoxOffice) -> None:
    codes = [code for _ in range(3) for code in codes_of(a_sale(door, (LOTE, 10)))]
    async with on_stage(door) as stage:
        await stage.type("".join(f"{code}\r" for code in codes))
        shown = [row.code for row in reversed(stage.desk.scans.rows)]

        assert stage.verdicts == ["admit"] * 30
        assert shown == [f"{order}-{number}" for order, number in _named(shown)]
        assert len(rows(door, Entry)) == 30


def _named(shown: list[str]) -> list[tuple[str, int]]:
    orders = list(dict.fromkeys(name.partition("-")[0] for name in shown))
    return [(order, number) for order in orders for number in range(1, 11)]


@pytest.mark.anyio
@pytest.mark.parametrize("ends", ["\r", "\n", "\t", "\r\n"])
async def test_a_code_ends_at_cr_lf_or_tab(door: BoxOffice, ends: str) -> None:
    first, second = codes_of(a_sale(door, (LOTE, 2)))
    async with on_stage(door) as stage:
        await stage.type(f"{first}{ends}{second.lower()}{ends}")

        assert stage.verdicts == ["admit", "admit"]


@pytest.mark.anyio
async def test_prefix_aim_mark_and_stars_are_no_part_of_a_code(door: BoxOffice) -> None:
    first, second, third = codes_of(a_sale(door, (LOTE, 3)))
    async with on_stage(door, prefix="GATE") as stage:
        await stage.type(f"]Q1{first}\r*{second}*\rGATE]Q1{third}\r")

        assert stage.verdicts == ["admit"] * 3


@pytest.mark.anyio
async def test_a_code_without_an_end_is_read_after_a_while(door: BoxOffice) -> None:
    (code,) = codes_of(a_sale(door))
    async with on_stage(door) as stage:
        await stage.type(code)
        assert stage.verdicts == []
        stage.later(2)
        await stage.tick()

        assert stage.verdicts == ["admit"]


@pytest.mark.anyio
async def test_what_was_left_on_the_line_does_not_spoil_the_next_code(door: BoxOffice) -> None:
    (code,) = codes_of(a_sale(door))
    async with on_stage(door) as stage:
        await stage.type("mar" + code + "\r")

        assert stage.verdicts == ["admit"]


@pytest.mark.anyio
async def test_one_code_read_twice_at_once_is_one_reading(door: BoxOffice) -> None:
    (code,) = codes_of(a_sale(door))
    async with on_stage(door) as stage:
        await stage.type(f"{code}\r{code}\r")
        stage.later(2)
        await stage.type(f"{code}\r")
        assert stage.verdicts == ["admit"]
        assert "the same reading" in stage.picture
        stage.later(3.1)
        await stage.type(f"{code}\r")

        assert stage.verdicts == ["admit", "warn"]


@pytest.mark.anyio
async def test_a_paste_is_a_scan(door: BoxOffice) -> None:
    first, second = codes_of(a_sale(door, (LOTE, 2)))
    async with on_stage(door) as stage:
        await stage.paste(f"{first}\n{second}")

        assert stage.verdicts == ["admit", "admit"]


@pytest.mark.anyio
async def test_half_price_goes_in_by_key_with_the_proof_that_was_chosen(door: BoxOffice) -> None:
    (code,) = codes_of(a_sale(door, ("Meia", 1)))
    async with on_stage(door) as stage:
        await stage.type(code + "\r")
        await stage.press("right", "right", "right", "ctrl+o")

        assert stage.verdicts == ["hold", "admit"]
        assert scans(door)[-1].proof is Proof.SENIOR


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("wait", "after"), [(2.0, ["hold"]), (4.0, ["hold", "admit"]), (21.0, ["hold", "hold"])]
)
async def test_reading_a_held_ticket_again_lets_in_from_3_to_20_seconds(
    door: BoxOffice, wait: float, after: list[str]
) -> None:
    (code,) = codes_of(a_sale(door, ("Meia", 1)))
    async with on_stage(door) as stage:
        await stage.type(code + "\r")
        stage.later(wait)
        await stage.type(code + "\r")

        assert stage.verdicts == after


@pytest.mark.anyio
async def test_the_printed_confirma_lets_in_and_escape_does_not(door: BoxOffice) -> None:
    first, second = codes_of(a_sale(door, ("Meia", 2)))
    async with on_stage(door) as stage:
        await stage.type(f"{first}\r")
        stage.later(1)
        await stage.type("CONFIRMA\r")
        await stage.type(f"{second}\r")
        await stage.press("escape")
        await stage.type("BOXCMDCONFIRMA\r")

        assert stage.verdicts == ["hold", "admit", "hold"]
        assert stage.app.told == ["nothing to confirm"]


@pytest.mark.anyio
async def test_the_way_out_is_told_and_turned_by_key_or_print(door: BoxOffice) -> None:
    async with on_stage(door) as stage:
        await stage.press("ctrl+e")
        assert "EXIT" in stage.picture.splitlines()[0]
        await stage.type("BOXCMDENTRADA\r")

        assert "ENTRY" in stage.picture.splitlines()[0]


@pytest.mark.anyio
async def test_the_bell_tells_the_class_and_can_be_muted(door: BoxOffice) -> None:
    first, second = codes_of(a_sale(door, (LOTE, 2)))
    async with on_stage(door) as stage:
        await stage.type(first + "\r")
        assert stage.app.bells == 1
        await stage.press("ctrl+t")
        await stage.type(second + "\r")

        assert stage.app.bells == 1
        assert "muted" in stage.picture


@pytest.mark.anyio
async def test_who_was_stopped_is_seen_for_two_seconds_whoever_comes_next(door: BoxOffice) -> None:
    first, second = codes_of(a_sale(door, (LOTE, 2)))
    async with on_stage(door) as stage:
        await stage.type(f"{first}\r7891234567895\r{second}\r")
        assert "this is not a ticket code" in stage.picture
        assert "+1" in stage.picture
        stage.later(2.1)
        await stage.tick()

        assert "Lote 1 · K7QX2M-2" in stage.picture


@pytest.mark.anyio
async def test_leaving_is_asked_for(door: BoxOffice) -> None:
    async with on_stage(door) as stage:
        await stage.press("ctrl+c", "ctrl+d", "ctrl+q")
        await stage.type("\r")
        assert stage.app.is_running
        await stage.press("ctrl+o")

        assert not stage.app.is_running


@pytest.mark.anyio
async def test_a_reading_without_an_answer_is_sent_again_as_the_same_one(door: BoxOffice) -> None:
    (code,) = codes_of(a_sale(door))

    class Lossy(LocalDesk):
        """It keeps the scan, and loses the answer to the first."""

        nonces: ClassVar[list[str]] = []

        def scan(
            self,
            text: str,
            *,
            nonce: str,
            asked: Asked,
            source: Source,
            approval: Approval | None = None,
        ) -> Admission:
            del approval
            self.nonces.append(nonce)
            answer = super().scan(text, nonce=nonce, asked=asked, source=source)
            if len(self.nonces) == 1:
                raise DatabaseSilent("the line broke at COMMIT.")
            return answer

    async with on_stage(door, desk=Lossy(door, SLUG, "main", "A")) as stage:
        await stage.type(code + "\r")
        await stage.type(code + "\r")

        assert stage.verdicts == ["fault", "admit"]
        assert len(set(Lossy.nonces)) == 1


@pytest.mark.anyio
async def test_no_key_lets_in_a_ticket_that_nobody_has_seen_yet(door: BoxOffice) -> None:
    first, second = codes_of(a_sale(door, ("Meia", 2)))
    async with on_stage(door) as stage:
        await stage.type(f"{first}\r{second}\rCONFIRMA\r")
        assert stage.verdicts == ["hold", "hold"]
        await stage.press("ctrl+o")
        assert stage.verdicts == ["hold", "hold"]
        assert "K7QX2M-2" in stage.picture.splitlines()[9]
        await stage.press("ctrl+o")

        assert stage.verdicts == ["hold", "hold", "admit"]
