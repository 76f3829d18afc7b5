"""A house on a database of its own, as the dashboard's screens stand in it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from boxoffice.office import BoxOffice
from boxoffice.settings import Settings
from tests.commands import Commands
from tui.house import Answer, House
from tui.words import Language


@pytest.fixture
def program(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """The program, on a database of this test's own, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return Commands(
        sqlite_url, tmp_path / "home", asaas_url="http://127.0.0.1:9/v3", asaas_api_key="k"
    )


@pytest.fixture
def house(program: Commands) -> Iterator[House]:
    """A house whose acts are run by the real program, with the real clock."""
    office = BoxOffice(Settings.read(program.settings))

    def run(words: Sequence[str]) -> Answer:
        ran = program("", *words)
        return Answer(ran.code, ran.out, ran.err)

    yield House(office, run, Language.EN)
    office.close()
