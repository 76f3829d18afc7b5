"""An Asaas account: its rows, its clock, and how it tells what happened to a charge."""

import copy
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from boxoffice.sandbox.faults import FaultBoard
from boxoffice.sandbox.letters import Letters
from boxoffice.sandbox.refusal import Refusal
from boxoffice.sandbox.store import Store
from boxoffice.sandbox.wire import Row

_BRAZIL = timezone(timedelta(hours=-3))


class Account:
    """What all parts of the sandbox share. Safe to use from several threads."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Callable[[], datetime],
        seed: int,
        webhook_url: str | None,
        webhook_token: str | None,
        retry_scale: float,
    ) -> None:
        self.board = FaultBoard(seed=seed)
        self._clock = clock
        self._store = store
        # Race: the server's thread and a test's own both change charges.
        self._lock = threading.RLock()
        self._customers = store.rows("customer")
        self._charges = store.rows("charge")
        self.letters = Letters(
            self.board,
            self._now,
            store,
            url=webhook_url,
            token=webhook_token,
            retry_scale=retry_scale,
        )

    def charge(self, charge_id: str) -> Row:
        """Read one charge, deleted or not."""
        with self._lock:
            return copy.deepcopy(self._find(charge_id))

    def _find(self, charge_id: str) -> Row:
        if charge_id not in self._charges:
            raise Refusal("not_found", "Cobrança não encontrada.", status=404)
        return self._charges[charge_id]

    def _parts(self, plan: str) -> list[Row]:
        """Return the charges of a plan of instalments, in order."""
        rows = [row for row in self._charges.values() if row["installment"] == plan]
        if not rows:
            raise Refusal("not_found", "Parcelamento não encontrado.", status=404)
        return sorted(rows, key=lambda row: int(row["installmentNumber"]))

    def _tell(self, event: str, row: Row) -> Row:
        """Keep a charge that changed, and write the letter about it."""
        self._store.put("charge", row["id"], row)
        self.letters.write(event, row)
        return copy.deepcopy(row)

    def _now(self) -> datetime:
        return self._clock().astimezone(_BRAZIL)

    def _today(self) -> str:
        return self._now().date().isoformat()

    def _stamp(self) -> str:
        return f"{self._now():%Y-%m-%d %H:%M:%S}"


def impossible(why: str) -> Refusal:
    """Return the vendor's generic no to what cannot be done in this state."""
    return Refusal("invalid_action", why)
