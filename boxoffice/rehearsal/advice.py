"""What the numbers of a rehearsal mean for the big day: pure decisions."""

from collections.abc import Iterator

from boxoffice.rehearsal.indexes import Missing
from boxoffice.rehearsal.report import Busy, Report

_MUCH = 50  # percent: what takes half of the time is what to mend first
_SOME = 20
_FULL = 85  # percent of the processors
_LATE_SECONDS = 2.0  # a buyer who waits longer taps again
_DOMINANT = 40  # percent of the database's time in one statement


def advise(report: Report) -> Iterator[str]:
    """Yield what to know and to do, the most urgent first."""
    yield from _wrong(report)
    yield from _indexes(report)
    yield from _capacity(report)
    for act, busy in report.busy.items():
        yield from _saturated(act, busy, is_sqlite=report.database == "SQLite")
    yield from _statements(report)
    yield from _door(report)


def _wrong(report: Report) -> Iterator[str]:
    wrong = [check for check in report.checks if not check.is_right]
    if wrong:
        yield (
            f"do not open this sale: {len(wrong)} of {len(report.checks)} checks are wrong, the "
            f"first is `{wrong[0].what}`: {wrong[0].found}, where {wrong[0].expected} is right"
        )
    for trouble in report.troubles:
        yield f"a job ended badly: {trouble}"


def _indexes(report: Report) -> Iterator[str]:
    for one in report.missing:
        cost = ""
        if report.look_up is not None:
            look = report.look_up
            cost = (
                f"; here a look-up among {look.rows:,} rows takes {_millis(look.without_millis)} "
                f"without an index and {_millis(look.with_millis)} with one"
            )
        yield f"{_named(one)} is missing{cost}. Make it again: {_made(one)}"


def _named(one: Missing) -> str:
    return f"the index {one.name} on {one.table} ({', '.join(one.columns)})"


def _made(one: Missing) -> str:
    unique = "UNIQUE " if one.is_unique else ""
    return f"CREATE {unique}INDEX {one.name} ON {one.table} ({', '.join(one.columns)})"


def _capacity(report: Report) -> Iterator[str]:
    most = report.timing("orders, all at once").rate
    sale = report.timing("order")
    rate, buyers = report.drill.rate, report.drill.buyers
    minutes = report.drill.seconds / 60
    yield (
        f"about {most:,.0f} orders/s go into this database from {report.drill.hands} processes; "
        f"your {buyers:,} buyers in {minutes:.3g} minutes need {rate:.3g}/s"
    )
    late = sale.wait(95)
    if late is None:
        yield "nobody got a place: look at what the buyers heard"
    elif late > _LATE_SECONDS or rate > most:
        yield (
            f"too many at once: one buyer in twenty waited {late:.1f} s or more. Spread the sale, "
            "let buyers queue in front of it, or sell from a bigger machine"
        )
    elif most < 2 * rate:
        yield (
            f"that is less than twice what you need: expect waits when everybody comes at once "
            f"(p95 was {1e3 * late:,.0f} ms)"
        )
    else:
        yield f"that is {most / rate:,.1f} times what you need; p95 was {1e3 * late:,.0f} ms"


def _saturated(act: str, busy: Busy, *, is_sqlite: bool) -> Iterator[str]:
    if is_sqlite and busy.begin_percent is not None and busy.begin_percent >= _MUCH:
        yield (
            f"{act}: {busy.begin_percent} % of the database's time its writers stood in line: "
            "SQLite has one writer. PostgreSQL has many: boxoffice up"
        )
    if busy.lock_percent is not None and busy.lock_percent >= _SOME:
        yield (
            f"{act}: {busy.lock_percent} % of the database's time its lines waited for one "
            "another's rows: all want one tier. More tiers on sale at once would spread them"
        )
    if busy.disk_percent is not None and busy.disk_percent >= _MUCH:
        yield f"{act}: {busy.disk_percent} % of the database's time it waited for its disk"
    if busy.cpu_percent is not None and busy.cpu_percent >= _FULL:
        yield (
            f"{act}: the processors were {busy.cpu_percent} % busy, this rehearsal's own crowd "
            "and gateway included: more cores, or the database on a machine of its own"
        )


def _statements(report: Report) -> Iterator[str]:
    for slow in report.slow:
        if slow.percent >= _DOMINANT:
            yield (
                f"{slow.percent} % of the database's time went into one statement, "
                f"{_millis(slow.millis_each)} each: {slow.statement}"
            )


def _door(report: Report) -> Iterator[str]:
    scan = report.timing("scan")
    if scan.waits:
        yield (
            f"the door: {report.drill.desks} desks judged {scan.rate:,.0f} codes/s; a guest takes "
            "about 3 s to pass, so each desk needs one in 3 s"
        )


def _millis(value: float) -> str:
    return f"{value:,.0f} ms" if value >= 10 else f"{value:.2g} ms"  # noqa: PLR2004  (two digits)
