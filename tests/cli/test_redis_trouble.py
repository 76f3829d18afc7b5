"""A Redis that is there and says no: sales go on, jobs are done here, the doctor says why."""

from contextlib import closing

import pytest

from boxoffice.office import BoxOffice
from boxoffice.settings import Settings
from tasks.bell import CeleryBell
from tasks.dispatch import Dispatcher
from tasks.relay import Ran
from tests.commands import Commands
from tests.services.redis import redis
from tests.tasks.ringing import has_worker

TROUBLE = [
    pytest.param(
        {"requirepass": "another"},
        "Redis refuses our password.",
        "correct the password",
        id="wrong",
    ),
    pytest.param(
        {"maxmemory": "1", "maxmemory_policy": "noeviction", "requirepass": "sesame"},
        "Redis is full.",
        "raise its maxmemory",
        id="full",
    ),
    pytest.param(
        {"replicaof": "127.0.0.1 9", "requirepass": "sesame"},
        "Redis is a replica that only reads.",
        "name the primary",
        id="replica",
    ),
]


@pytest.fixture
def selling(boxoffice: Commands) -> Commands:
    boxoffice.has_event()
    return boxoffice


@pytest.mark.parametrize(("settings", "says", "mend"), TROUBLE)
def test_the_doctor_says_why_redis_takes_no_rings_and_a_sale_does_not_care(
    selling: Commands, settings: dict[str, str], says: str, mend: str
) -> None:
    with redis(**settings) as port:
        office = selling.setting(redis_url=f"redis://:sesame@127.0.0.1:{port}/0")
        sold = office.sells("--buyer-email ana@example.com")
        told = office("doctor --json")
        ran, note = dispatched(office)

    assert sold["order"]["state"] == "paid"
    (found,) = [row for row in told.rows if row["check"] == "redis"]
    assert (told.code, found["ok"]) == (8, False)
    assert found["says"].startswith(says)
    assert found["mend"].startswith(mend)
    assert (ran, note) == (Ran(done_count=1), "redis is silent: jobs run here")
    assert len(list((office.home / "mail" / "new").iterdir())) == 1
    assert "sesame" not in told.out + told.err


def dispatched(office: Commands) -> tuple[Ran, str]:
    """Tick as the beat does, with a worker that lives; return what was done here, and the note."""
    with (
        closing(BoxOffice(Settings.read(office.settings))) as opened,
        closing(CeleryBell(opened.settings)) as bell,
    ):
        has_worker(opened)
        dispatcher = Dispatcher(opened, bell, schedules=())
        return dispatcher.tick(), dispatcher.note


def test_a_redis_that_takes_rings_is_well(selling: Commands) -> None:
    with redis() as port:
        told = selling.setting(redis_url=f"redis://127.0.0.1:{port}/0")("doctor --json")

    (found,) = [row for row in told.rows if row["check"] == "redis"]
    assert (found["ok"], found["says"]) == (True, "answers; rings unheard: none")
