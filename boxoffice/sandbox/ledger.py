"""The stand-in for an Asaas account, whole: customers, charges, and what happened to them."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from boxoffice.sandbox.hooks import Hooks
from boxoffice.sandbox.refusal import Refusal
from boxoffice.sandbox.store import Store
from boxoffice.sandbox.turns import Turns

__all__ = ["API_KEY", "DAILY_MAX", "Refusal", "Sandbox"]

API_KEY = "$aact_hmlg_sandbox"
DAILY_MAX = 10_000


class Sandbox(Turns):
    """An Asaas account, in memory or in the file `state`. Safe to use from several threads.

    Letters go to `webhook_url` with `webhook_token`, and to the webhooks made by the API; waits
    between attempts are multiplied by `retry_scale`. `clock` tells the moment, by default the
    real one. Faults at a rate are drawn from `seed`. `daily_max` charges are made in a day.

    Raises:
        Misconfigured: the file cannot hold the state of a sandbox.
    """

    def __init__(
        self,
        *,
        webhook_url: str | None = None,
        webhook_token: str | None = None,
        api_key: str = API_KEY,
        retry_scale: float = 1.0,
        clock: Callable[[], datetime] | None = None,
        state: Path | None = None,
        seed: int = 0,
        daily_max: int = DAILY_MAX,
    ) -> None:
        super().__init__(
            store=Store(state),
            clock=clock or (lambda: datetime.now(UTC)),
            seed=seed,
            webhook_url=webhook_url,
            webhook_token=webhook_token,
            retry_scale=retry_scale,
        )
        self.api_key = api_key
        self.daily_max = daily_max
        self.calls: Counter[str] = Counter()
        self.hooks = Hooks(self.letters)

    def close(self) -> None:
        """Stop sending letters, and close the file."""
        self.letters.close()
        self._store.close()

    def flush(self, timeout_seconds: float = 10.0) -> None:
        """Wait until every letter is delivered.

        Raises:
            TimeoutError: some are still waiting.
        """
        self.letters.flush(timeout_seconds)

    def counts(self) -> dict[str, Any]:
        """Return what there is and what was asked, for the control panel."""
        codes = Counter(str(delivery.status_code) for delivery in self.letters.deliveries)
        with self._lock:
            return {
                "customers": len(self._customers),
                "charges": len(self._charges),
                "calls": dict(self.calls),
                "letters": {
                    "waiting": self.letters.waiting_count,
                    "answers": dict(codes),
                    "lost": self.letters.lost_count,
                    "interrupted": self.letters.is_interrupted,
                },
            }
