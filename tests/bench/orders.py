"""An order of two places on a tier that everybody wants."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from boxoffice.office import BoxOffice
from boxoffice.orders.models import Channel
from boxoffice.payments.provider import Method
from tests.bench.crowd import crowd
from tests.bench.databases import DAY, KINDS, POSTGRES, SQLITE, TIER, new_office
from tests.bench.harness import Bench, Row, at_least, at_most, duel, steps
from tests.bench.raw import connect
from tests.bench.raw_orders import Hot, raw_orders
from tests.making import a_request, counts, placed, the_event

_HANDS = {POSTGRES: (1, 8, 32), SQLITE: (1, 4)}  # processes, each with a connection


def orders(bench: Bench) -> Iterator[Row]:
    """Compare `place` with the same rows by hand, one by one and many at once."""
    seconds = bench.pick(3, 15) / 10
    for kind in KINDS:
        url, office = bench.databases.selling(kind)
        hot = hot_of(office)
        _check_that_both_write_the_same(office, url, hot)
        office.database.close()  # the hands are forked: nothing is open across that
        for hands in _HANDS[kind]:
            met = duel(
                partial(crowd, partial(_by_hand, url, hot), hands=hands, seconds=seconds),
                partial(crowd, partial(_ours, url, bench.folder), hands=hands, seconds=seconds),
                rounds=bench.pick(3, 5),
            )
            name = f"order of 2, {kind}, " + (f"{hands} at once" if hands > 1 else "one by one")
            yield met.rates(name, at_least(0.4))
            yield met.waits(f"{name}: p99", 99, at_most(2.5) if kind == POSTGRES else None)


def search_terms(bench: Bench) -> Iterator[Row]:
    """Compare an order by hand with and without its search terms, where there are many already."""
    size = bench.pick(100_000, 1_000_000)
    for kind in KINDS:
        filled = bench.databases.filled(kind, size, night_count=bench.pick(50_000, 300_000))
        raw, hot = connect(filled.url), hot_of(filled.office)
        count = bench.pick(200, 500)
        met = duel(
            partial(steps, count, raw_orders(raw, hot, with_terms=False)),
            partial(steps, count, raw_orders(raw, hot)),
            rounds=bench.pick(5, 9),
        )
        raw.close()
        name = f"search terms of an order, {kind}, {size:,} tickets"
        yield met.times(name, at_most(1.5), note="an order by hand, with and without them")


def hot_of(office: BoxOffice) -> Hot:
    """Return the event and the tier that everybody buys."""
    event = the_event(office, DAY)
    return Hot(event.id, event.tiers[0].id)


def _ours(url: str, folder: Path) -> Callable[[], object]:
    return partial(_place, new_office(url, folder))


def _place(office: BoxOffice) -> None:
    request = a_request((TIER, 2), event=DAY, channel=Channel.ONLINE, method=Method.PIX)
    placed(office, request)


def _by_hand(url: str, hot: Hot) -> Callable[[], object]:
    return raw_orders(connect(url), hot)


def _check_that_both_write_the_same(office: BoxOffice, url: str, hot: Hot) -> None:
    """Stop when the floor no longer writes as many rows, table by table, as we do."""
    raw = connect(url)
    stands = [counts(office)]
    for step in (partial(_place, office), raw_orders(raw, hot)):
        step()
        stands.append(counts(office))
    raw.close()
    start, ours, both = stands
    added = {table: ours[table] - start[table] for table in start}
    by_hand = {table: both[table] - ours[table] for table in start}
    assert added == by_hand, f"the floor writes {by_hand}, and we {added}"
