"""Letters that come while others are being kept: they share the next commit."""

import asyncio
from dataclasses import dataclass, field

from anyio.to_thread import run_sync
from sqlalchemy.exc import DBAPIError

from boxoffice.errors import DatabaseBusy
from boxoffice.office import BoxOffice
from boxoffice.payments.letters import Arrived, keep_letters
from boxoffice.staff.rules import SYSTEM

TOGETHER_MAX = 100  # letters in one commit
WAITING_MAX = 1_000  # letters; whoever sends more while the database is stuck comes again


@dataclass(eq=False)
class _Batch:
    """Letters of one commit, and what becomes of them."""

    letters: list[Arrived] = field(default_factory=list)
    kept: "asyncio.Task[list[bool]] | None" = None


class Letterbox:
    """Keeps letters, one commit at a time. It belongs to one event loop.

    A commit costs the same for one letter as for twenty. So the first letter is kept at once, and
    those that come meanwhile are kept together. Whoever waits is told after the commit of its own.
    """

    def __init__(self, office: BoxOffice) -> None:
        self._office = office
        self._commit = asyncio.Lock()
        self._gathering: _Batch | None = None
        self._waiting_count = 0

    async def keep(self, letter: Arrived) -> bool:
        """Keep a letter, and return whether it came for the first time.

        Raises:
            DatabaseBusy: too many letters wait, or another writer held on for too long.
            DatabaseSilent: the database cannot be reached.
        """
        if self._waiting_count >= WAITING_MAX:
            raise DatabaseBusy(f"{WAITING_MAX} letters wait to be kept.", hint="send it again")
        self._waiting_count += 1
        try:
            return await self._kept(letter)
        finally:
            self._waiting_count -= 1

    async def _kept(self, letter: Arrived) -> bool:
        batch = self._gathering
        if batch is None or len(batch.letters) >= TOGETHER_MAX:
            batch = self._gathering = _Batch()
            batch.kept = asyncio.create_task(self._keep(batch))
        assert batch.kept is not None, "made with the batch"
        place = len(batch.letters)
        batch.letters.append(letter)
        try:
            # A sender that goes away must not take the others' commit along.
            return (await asyncio.shield(batch.kept))[place]
        except DBAPIError:
            if len(batch.letters) == 1:
                raise
        # One of them is a letter that the database will not have. The others must not pay for it.
        return (await run_sync(self._keep_now, [letter]))[0]

    async def _keep(self, batch: _Batch) -> list[bool]:
        async with self._commit:
            if self._gathering is batch:
                self._gathering = None  # it is closed: who comes from here on waits for the next
            return await run_sync(self._keep_now, batch.letters)

    def _keep_now(self, letters: list[Arrived]) -> list[bool]:
        with self._office.writing() as session:
            return keep_letters(session, SYSTEM, letters, now=self._office.now())
