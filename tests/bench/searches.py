"""Search as you type, among a million attendees: rare names, common ones, and two at once."""

import time
from collections.abc import Iterator, Sequence
from functools import partial

from boxoffice.office import BoxOffice
from boxoffice.orders.queries import find_orders
from tests.bench.databases import KINDS
from tests.bench.harness import Bench, Row, at_most, percentile, plain, steps

_LIMIT = 20  # what the command shows
_TYPED = {
    "2 letters": ("ma", "jo", "si", "an", "zw", "qu", "xy"),
    "4 letters": ("silv", "mari", "sant", "xavi", "well", "quin", "xyzw"),
    "8 letters": ("oliveira", "carvalho", "rodrigue", "fernande", "bartolom", "vasconce"),
    "a common name": ("silva", "maria", "santos", "jose"),
    "two names": ("maria silva", "jo sil", "ana santos", "well zwet", "bartolomeu quintanilha"),
}
_TAKES_MIN = 3  # of each text, however slow it is


def searches(bench: Bench) -> Iterator[Row]:
    """Measure how long a search keeps the one who types waiting; no floor, but a limit."""
    size = bench.pick(100_000, 1_000_000)
    for kind in KINDS:
        filled = bench.databases.filled(kind, size, night_count=bench.pick(50_000, 300_000))
        for length, texts in _TYPED.items():
            tails = {
                text: percentile(waits, 99)
                for text, waits in _waits(filled.office, texts, bench.pick(1, 4)).items()
            }
            slowest = max(tails, key=lambda text: tails[text])
            name = f"search, {kind}, {size:,} attendees, {length}: p99"
            note = f"of the slowest text, {slowest!r}"
            worst = tails[slowest]
            yield plain(name, "ms", worst, tails.values(), at_most(50, "ms"), note=note)


def _waits(office: BoxOffice, texts: Sequence[str], seconds: float) -> dict[str, list[float]]:
    """Search for each text in turn until the time is over; return the milliseconds it took."""
    waits: dict[str, list[float]] = {text: [] for text in texts}
    _find(office, texts[0])  # connects, and reads what everybody reads
    over = time.perf_counter() + seconds
    while time.perf_counter() < over or len(waits[texts[0]]) < _TAKES_MIN:
        for text in texts:
            waits[text].append(steps(1, partial(_find, office, text)).seconds * 1e3)
    return waits


def _find(office: BoxOffice, text: str) -> None:
    with office.reading() as session:
        find_orders(session, text, limit=_LIMIT)
