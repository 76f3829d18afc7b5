"""A house on a database of its own, and a desk on a line to it that may be cut."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from boxoffice.adapters.desk_line import DeskLine
from boxoffice.adapters.desk_sync import pull
from boxoffice.door.desks import invite
from boxoffice.door.folder import DeskFolder
from boxoffice.door.models import Source
from boxoffice.door.queries import gate_at
from boxoffice.door.rules import Asked, Verdict
from boxoffice.door.scan import new_nonce
from boxoffice.listener.app import create_app
from boxoffice.office import BoxOffice
from boxoffice.settings import Settings
from tests.commands import Commands
from tests.making import SLUG, Clock
from tests.services.cable import Cable, cable
from tests.services.switch import Switch, switch
from tui.house import Answer, House
from tui.remote import RemoteDesk
from tui.words import Language


@dataclass
class Venue:
    """A box office with its listener, and a folder for each desk."""

    office: BoxOffice
    cable: Cable
    home: Path
    clock: Clock
    lines: list[DeskLine] = field(default_factory=list)  # closed when the test ends

    def enrolled(self, name: str = "A") -> DeskFolder:
        """Enrol a desk, with a snapshot, over the line."""
        office = self.office
        with office.writing() as session:
            until = office.now() + timedelta(days=1)
            gate = gate_at(session, SLUG, None)
            code = invite(session, office.actor, gate, name, expires_at=until, now=office.now())
        folder = DeskFolder(self.home / name)
        line = DeskLine(self.cable.url)
        folder.enrol(line.enrol(code))
        line.close()
        line = self.line(folder)
        pull(folder, line, self.clock)
        line.close()
        return folder

    def line(self, folder: DeskFolder) -> DeskLine:
        """Open the line of a desk."""
        papers = folder.papers()
        self.lines.append(DeskLine(papers.url, papers.token, seconds=5))
        return self.lines[-1]

    def desk(self, folder: DeskFolder, *, rest_seconds: float = 0.0) -> RemoteDesk:
        """Start a desk. Its budget is long: a busy machine must not look like a broken line."""
        return RemoteDesk(
            folder, self.line(folder), gate="", now=self.clock, budget_seconds=3.0,
            rest_seconds=rest_seconds,
        )  # fmt: skip


def scanned(desk: RemoteDesk, text: str, nonce: str | None = None) -> Verdict:
    """Show a code at a desk."""
    nonce = nonce or new_nonce()
    return desk.scan(text, nonce=nonce, asked=Asked(), source=Source.SCANNER).verdict


@pytest.fixture(scope="module")
def server() -> Iterator[Switch]:
    with switch() as made:
        yield made


@pytest.fixture
def venue(office: BoxOffice, clock: Clock, server: Switch, tmp_path: Path) -> Iterator[Venue]:
    """A venue, once on SQLite and once on PostgreSQL."""
    server.app = create_app(office, after_keeping=lambda: None)
    with cable(server.url) as made:
        venue = Venue(office, made, tmp_path / "desks", clock)
        yield venue
        for line in venue.lines:
            line.close()


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

    def run(words: Sequence[str], typed: str = "", /) -> Answer:
        ran = program("", *words, stdin=typed.encode())
        return Answer(ran.code, ran.out, ran.err)

    yield House(office, run, Language.EN)
    office.close()
