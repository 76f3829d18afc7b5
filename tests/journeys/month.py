"""A month of sales through the sandbox, by the office's own clock, with or without its faults.

By hand, with another number of orders: `python -m tests.journeys.month 2000`.
"""

import sys
import tempfile
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from boxoffice.adapters.asaas import Asaas
from boxoffice.errors import Unavailable
from boxoffice.listener.app import create_app as create_listener
from boxoffice.migrations.run import upgrade
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Channel
from boxoffice.payments.models import OPEN, Payment
from boxoffice.payments.provider import Method
from boxoffice.reports.money import money_report
from boxoffice.sandbox.asaas import create_app
from boxoffice.sandbox.faults import Faults
from boxoffice.sandbox.ledger import API_KEY, Sandbox
from tasks.relay import run_until_empty
from tests.commands import TOKEN
from tests.making import (
    LOTE,
    Clock,
    a_request,
    a_tier,
    an_event,
    an_office,
    placed,
    places_left,
    rows,
    started,
    state_of,
)
from tests.services.switch import switch

BATCH = 20  # orders placed, charged and paid together
PATIENCE_SECONDS = 0.5
# Every fault but those that are other people's deeds and move other money: a charge edited, paid
# twice, disputed or given back in the panel; those have journeys of their own.
STORM = Faults(
    too_many=2, error_500=2, html_error=2, timeout_after_create=1, error_500_after_create=2,
    letters_lost=3, letters_duplicated=2, letters_reordered=True, letters_unknown=True,
    letters_repeated=2, letters_late_ms=5, fields_unknown=True, late_boleto=1, latency_ms=1,
    queue_paused=1, filters_ignored=True,
)  # fmt: skip
_METHODS = (Method.PIX, Method.PIX, Method.CARD, Method.BOLETO, Method.PIX)


@dataclass(frozen=True)
class Books:
    """How a month ended: each order with its money, the places, and what the gateway has."""

    orders: tuple[tuple[str, int], ...]
    places_left: int
    received_minor: int
    charged_twice: int
    agree: bool


def month(database_url: str, home: Path, orders: int, faults: Faults) -> Books:
    """Sell so many orders; every fifth is never paid, and each buyer pays what they were shown."""
    clock = Clock()
    with switch() as gateway, switch() as listener:
        more = {"asaas_url": f"{gateway.url}/v3", "asaas_api_key": API_KEY}
        with (
            closing(
                an_office(database_url, home, clock, asaas_webhook_token=TOKEN, **more)
            ) as office,
            closing(
                Sandbox(
                    webhook_url=f"{listener.url}/webhooks/asaas",
                    webhook_token=TOKEN,
                    retry_scale=0.001,
                    clock=clock,
                )
            ) as sandbox,
        ):
            office.provider = Asaas(more["asaas_url"], API_KEY, timeout_seconds=PATIENCE_SECONDS)
            gateway.app = create_app(sandbox)
            listener.app = create_listener(office, after_keeping=lambda: None)
            starts = "2027-06-01T20:00"
            an_event(office, a_tier(quota=orders, price="100"), starts_at=starts)
            sold = []
            for first in range(0, orders, BATCH):
                count = min(BATCH, orders - first)
                sold += _batch(office, sandbox, clock, first=first, count=count, faults=faults)
            sandbox.board.set(Faults())
            for _ in range(6):  # the clocks of what was not paid run out, and what waits is done
                clock.forward(days=4)
                run_until_empty(office)
            answers = Counter(each.status_code for each in sandbox.letters.deliveries)
            assert set(answers) == {200}, f"each letter is taken when it comes first: {answers}"
            return _books(office, sandbox, sold)


def _batch(
    office: BoxOffice, sandbox: Sandbox, clock: Clock, *, first: int, count: int, faults: Faults
) -> list[tuple[str, object]]:
    """Place a batch, have it charged however often that takes, and let its buyers pay."""
    sandbox.board.set(faults)
    sold = []
    for number in range(first, first + count):
        method = _METHODS[number % len(_METHODS)]
        request = a_request((LOTE, 1), channel=Channel.ONLINE, method=method)
        order = placed(office, request)
        sold.append((f"{number:05}", order.id, started(office, order.id, method)))
    for _ in range(6):
        run_until_empty(office)
        clock.forward(seconds=100)
    payments = {row.id: row for row in rows(office, Payment)}
    for name, _, payment_id in sold:
        if int(name) % 5:
            charge_id = payments[payment_id].provider_id
            assert charge_id is not None, "six attempts are more than the faults"
            sandbox.pay(charge_id)
    _go_on(office, sandbox)
    sandbox.flush(120)  # a busy machine is no fault of ours
    run_until_empty(office)
    return [(name, order_id) for name, order_id, _ in sold]


def _go_on(office: BoxOffice, sandbox: Sandbox) -> None:
    """Do what `webhook reactivate` does, as often as other faults make a person try."""
    while sandbox.letters.is_interrupted:
        with suppress(Unavailable):
            for hook in office.provider.hooks():
                office.provider.resume_hook(hook.id)


def _books(office: BoxOffice, sandbox: Sandbox, sold: list[tuple[str, object]]) -> Books:
    """Read how it ended."""
    payments = rows(office, Payment)
    assert not [row for row in payments if row.state in OPEN], "nobody can pay any more"
    paid = Counter[object]()
    for row in payments:
        paid[row.order_id] += row.paid_minor
    charges: list[dict[str, object]] = []
    while True:
        page = sandbox.charges({"limit": "100", "offset": str(len(charges))})
        charges += page["data"]
        if not page["hasMore"]:
            break
    bought = Counter(
        row["externalReference"] for row in charges if row["status"] in {"CONFIRMED", "RECEIVED"}
    )
    with office.reading() as session:
        agree = money_report(session).books.agree
    return Books(
        orders=tuple(
            (str(state_of(office, order_id)), paid[order_id])  # type: ignore[arg-type]  # an id
            for _, order_id in sold
        ),
        places_left=places_left(office)[LOTE],
        received_minor=sum(paid.values()),
        charged_twice=sum(times > 1 for times in bought.values()),
        agree=agree,
    )


def main(orders: int) -> None:
    """Live the month twice on SQLite, and say how long it took and whether the books are equal."""
    ended = []
    for faults in (Faults(), STORM):
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/month.sqlite"
            upgrade(url)
            began = time.monotonic()
            ended.append(month(url, Path(folder) / "home", orders, faults))
            took = time.monotonic() - began
        books = ended[-1]
        states = dict(Counter(state for state, _ in books.orders))
        told = f"{orders} orders in {took:.1f} s: {states}, {books.received_minor} minor"
        print(f"{told}, charged twice: {books.charged_twice}, agree: {books.agree}")  # noqa: T201  (it is run by hand)
    print("equal" if ended[0] == ended[1] else "NOT EQUAL")  # noqa: T201  (the same)


if __name__ == "__main__":
    main(int(sys.argv[1]))
