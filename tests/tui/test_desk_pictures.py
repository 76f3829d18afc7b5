"""The desk as it is seen: each verdict and each dialog, at the sizes of real terminals."""

import re
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from boxoffice.office import BoxOffice
from tests.making import LOTE, Clock, a_tier, an_event, an_office
from tests.tui.desk_scenes import SCENES, Alone, Broken, Silent, admitted, twice
from tests.tui.desk_stage import on_stage
from tui.words import Language

SIZES = [(80, 24), (120, 40)]
VERDICTS = ("admitted", "twice", "half_price", "no_ticket")


@pytest.fixture
def door(sqlite_url: str, tmp_path: Path, clock: Clock) -> BoxOffice:
    """An office with an event: two tiers, one at half price."""
    office = an_office(sqlite_url, tmp_path / "home", clock)
    half = a_tier("Meia", price="50,00", category="half")
    an_event(office, a_tier(LOTE), half)
    return office


@pytest.mark.anyio
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("scene", SCENES)
async def test_a_scene_looks_as_it_did(
    door: BoxOffice, snapshot: SnapshotAssertion, scene: str, size: tuple[int, int]
) -> None:
    language = Language.PT if size == SIZES[0] else Language.EN
    async with on_stage(door, size=size, language=language) as stage:
        await SCENES[scene](stage)
        await stage.look()

        assert stage.picture == snapshot


@pytest.mark.anyio
@pytest.mark.parametrize("size", [(60, 16), (40, 12), (30, 8)], ids=str)
@pytest.mark.parametrize("scene", VERDICTS)
async def test_a_small_terminal_still_says_the_verdict(
    door: BoxOffice, snapshot: SnapshotAssertion, scene: str, size: tuple[int, int]
) -> None:
    async with on_stage(door, size=size, language=Language.PT) as stage:
        await SCENES[scene](stage)
        await stage.look()

        assert stage.picture == snapshot


@pytest.mark.anyio
@pytest.mark.parametrize("kind", [Silent, Broken])
async def test_what_breaks_is_a_fault_and_the_door_goes_on(
    door: BoxOffice, snapshot: SnapshotAssertion, kind: type[Silent | Broken]
) -> None:
    async with on_stage(door, desk=kind(door, "noite", "main", "A")) as stage:
        await admitted(stage)
        await stage.look()

        assert re.sub(r"ref [0-9a-f]{6}", "ref 000000", stage.picture) == snapshot
        assert stage.verdicts == ["fault"]
        assert stage.app.is_running


@pytest.mark.anyio
async def test_a_desk_alone_tells_the_age_of_its_copy_and_what_is_unsent(
    door: BoxOffice, snapshot: SnapshotAssertion
) -> None:
    async with on_stage(door, desk=Alone(door, "noite", "main", "A")) as stage:
        await admitted(stage)
        await stage.look()

        assert stage.picture == snapshot


@pytest.mark.anyio
async def test_names_can_be_hidden_from_the_queue(door: BoxOffice) -> None:
    async with on_stage(door, hides_names=True) as stage:
        await twice(stage)

        assert "R. N." in stage.picture
        assert "nogueira" not in stage.picture.casefold()


@pytest.mark.anyio
async def test_without_colours_symbol_word_and_border_tell_the_verdicts_apart(
    door: BoxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    seen = set()
    for scene in VERDICTS:
        async with on_stage(door, size=(80, 24)) as stage:
            await SCENES[scene](stage)
            lines = stage.picture.splitlines()
            seen.add((lines[1][0], *lines[2:9]))

    assert len(seen) == len(VERDICTS)
