"""Letters that come together: one commit for many, and each sender is told of its own."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from boxoffice.errors import DatabaseBusy
from boxoffice.listener import letterbox
from boxoffice.listener.letterbox import TOGETHER_MAX, Letterbox
from boxoffice.office import BoxOffice
from boxoffice.outbox.models import Job
from boxoffice.payments.letters import Arrived
from boxoffice.payments.models import Letter
from tests.making import rows

POISON = "evt_poison"
_REFUSING = {  # whether it is SQLite
    True: (
        "CREATE TRIGGER refuse BEFORE INSERT ON letter WHEN NEW.event_key = 'evt_poison' "
        "BEGIN SELECT RAISE(ABORT, 'refused'); END"
    ),
    False: "ALTER TABLE letter ADD CHECK (event_key <> 'evt_poison')",
}


def a_letter(name: str) -> Arrived:
    content = {"id": name, "event": "PAYMENT_RECEIVED"}
    return Arrived("asaas", json.dumps(content).encode(), content)


def sent(office: BoxOffice, *names: str) -> list[bool | BaseException]:
    """Send letters at the same moment, and return what each sender is told."""

    async def send() -> list[bool | BaseException]:
        box = Letterbox(office)
        waits = [box.keep(a_letter(name)) for name in names]
        return await asyncio.gather(*waits, return_exceptions=True)

    return asyncio.run(send())


@contextmanager
def commits(office: BoxOffice) -> Iterator[list[object]]:
    """Count the transactions that are kept while the block runs."""
    seen: list[object] = []

    @event.listens_for(office.database.writer, "commit")
    def count(connection: object) -> None:
        seen.append(connection)

    yield seen  # the office is the test's own: its engine forgets with it


def test_letters_that_come_together_share_one_commit(office: BoxOffice) -> None:
    names = [f"evt_{number}" for number in range(20)]

    with commits(office) as seen:
        told = sent(office, *names)

    assert told == [True] * 20
    assert len(seen) == 1
    assert {letter.event_key for letter in rows(office, Letter)} == set(names)
    assert len(rows(office, Job)) == 20


def test_letters_that_come_while_one_is_kept_share_the_next_commit(office: BoxOffice) -> None:
    async def send() -> list[bool]:
        box = Letterbox(office)
        first = asyncio.create_task(box.keep(a_letter("evt_0")))
        for _ in range(3):  # it is in the box, its commit was begun, a thread has it
            await asyncio.sleep(0)
        others = [box.keep(a_letter(f"evt_{number}")) for number in range(1, 20)]
        return [await first, *await asyncio.gather(*others)]

    with commits(office) as seen:
        told = asyncio.run(send())

    assert told == [True] * 20
    assert len(seen) == 2


def test_one_letter_that_comes_twice_at_once_is_new_once(office: BoxOffice) -> None:
    assert sent(office, "evt_1", "evt_2", "evt_1") == [True, True, False]
    assert sent(office, "evt_2", "evt_3") == [False, True]
    assert len(rows(office, Letter)) == len(rows(office, Job)) == 3


def test_more_letters_than_a_commit_takes_are_all_kept(office: BoxOffice) -> None:
    with commits(office) as seen:
        told = sent(office, *[f"evt_{number}" for number in range(2 * TOGETHER_MAX + 1)])

    assert told == [True] * (2 * TOGETHER_MAX + 1)
    assert len(seen) == 3


def test_a_letter_that_the_database_refuses_takes_no_other_along(office: BoxOffice) -> None:
    with office.writing() as session:
        session.connection().execute(text(_REFUSING[session.is_sqlite]))

    told = sent(office, "evt_1", POISON, "evt_2")

    assert (told[0], told[2]) == (True, True)
    assert isinstance(told[1], IntegrityError)
    assert {letter.event_key for letter in rows(office, Letter)} == {"evt_1", "evt_2"}


def test_who_comes_when_too_many_wait_is_asked_to_come_again(
    office: BoxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letterbox, "WAITING_MAX", 2)

    told = sent(office, "evt_1", "evt_2", "evt_3")

    assert told[:2] == [True, True]
    assert isinstance(told[2], DatabaseBusy)
    assert sent(office, "evt_3") == [True]


def test_a_sender_that_goes_away_takes_no_other_along(office: BoxOffice) -> None:
    async def send() -> bool:
        box = Letterbox(office)
        gone = asyncio.create_task(box.keep(a_letter("evt_1")))
        stays = asyncio.create_task(box.keep(a_letter("evt_2")))
        await asyncio.sleep(0)  # both are in the box now
        gone.cancel()
        return await stays

    assert asyncio.run(send()) is True
    assert len(rows(office, Letter)) == 2
