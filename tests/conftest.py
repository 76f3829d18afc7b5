"""What every test may ask for. A database arrives migrated, empty and the test's own."""

import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.services.postgres import Postgres, postgres, run_folder

if TYPE_CHECKING:
    from boxoffice.office import BoxOffice
    from tests.making import Clock

RUN_FOLDER = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Claim the folder of this test run; a worker of xdist gets to know the run's."""
    # Who starts us in the background has what we start be deaf to these: it would never end.
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(
                number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
            )
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker is not None:
        config.stash[RUN_FOLDER] = Path(worker["run_folder"])
        return
    run = ExitStack()
    config.stash[RUN_FOLDER] = run.enter_context(run_folder())
    config.add_cleanup(run.close)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of xdist which folder is the run's."""
    node.workerinput["run_folder"] = str(node.config.stash[RUN_FOLDER])


def migrate(url: str) -> None:
    """Bring the empty database at `url` to the newest schema."""
    from boxoffice.migrations.run import upgrade  # noqa: PLC0415  (0.5 s, only with a database)

    upgrade(url)


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config) -> Iterator[Postgres]:
    """The PostgreSQL of this run."""
    with postgres(pytestconfig.stash[RUN_FOLDER], migrate) as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """A PostgreSQL database of this test's own."""
    url = postgres_server.create()
    yield url
    postgres_server.drop(url)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SQLite file that all others are copies of."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.sqlite"
    migrate(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # a copy takes this one file
    return path


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """A SQLite database of this test's own."""
    return f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'boxoffice.sqlite')}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database of this test's own; the test runs once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def clock() -> "Clock":
    """The clock of the office: it stands at noon until the test moves it."""
    from tests.making import Clock  # noqa: PLC0415  (1 s, only with an office)

    return Clock()


@pytest.fixture
def asaas_url() -> str:
    """Where the office looks for its gateway: nobody listens there, unless a folder says so."""
    return "http://127.0.0.1:9/v3"


@pytest.fixture
def office(
    database_url: str, tmp_path: Path, clock: "Clock", asaas_url: str
) -> Iterator["BoxOffice"]:
    """An office on a database of this test's own, once on SQLite and once on PostgreSQL."""
    from boxoffice.sandbox.ledger import API_KEY  # noqa: PLC0415  (only with an office)
    from tests.making import an_office  # noqa: PLC0415  (the same)

    made = an_office(
        database_url, tmp_path / "home", clock, asaas_url=asaas_url, asaas_api_key=API_KEY
    )
    yield made
    made.close()
