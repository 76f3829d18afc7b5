"""The leak of kombu 5.7: a ring that could not be acknowledged counts as in hand for ever."""

from contextlib import closing

from tasks.bell import CeleryBell
from tasks.dispatch import STALLED, Dispatcher
from tests.faults.rig import Rig
from tests.services.redis_line import redis_line

HEARD_SECONDS = STALLED.total_seconds() - 20  # nobody else rings or works meanwhile


def test_a_worker_whose_acknowledgement_was_lost_with_redis_listens_again(broken: Rig) -> None:
    broken.end()
    broken.forget()
    with (
        redis_line((broken.office.settings.get("redis_url") or "").removeprefix("unix://")) as line,
        closing(CeleryBell(broken.office.settings)) as bell,
    ):
        worker = broken.alive(
            broken.start("worker", "--concurrency", "1", BOXOFFICE_REDIS_URL=line.url)
        )
        line.lose_one()
        broken.letters(20)
        Dispatcher(broken.office, bell).tick()
        assert line.has_lost.wait(HEARD_SECONDS)
        broken.wait_until_done(HEARD_SECONDS)
        broken.end(worker)

    assert set(broken.ended().values()) == {1}
    assert any("rings were lost with Redis" in told for told in broken.log_lines())
