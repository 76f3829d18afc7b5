"""A whole night at the box office, for real: every step goes the way a user's would."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from uuid import UUID

from boxoffice.demo.books import Books, check_books
from boxoffice.demo.guests import read_guests
from boxoffice.demo.stage import Stage, stage
from boxoffice.door.lists import apply_lists
from boxoffice.door.queries import gate_at
from boxoffice.door.rules import Verdict
from boxoffice.door.scan import Shown, new_nonce, scan
from boxoffice.errors import SoldOut
from boxoffice.events.apply import apply_event
from boxoffice.events.file import read_event_file
from boxoffice.events.publish import publish
from boxoffice.exports.catalogue import definition_named
from boxoffice.exports.request import ExportRequest
from boxoffice.exports.run import run_export
from boxoffice.files import publish as publish_file
from boxoffice.orders.models import Channel
from boxoffice.orders.paper import order_pdf
from boxoffice.orders.place import Placed, Request, Wanted, place
from boxoffice.orders.queries import order_view
from boxoffice.outbox.jobs import OpenCharge
from boxoffice.payments.call_off import call_off
from boxoffice.payments.provider import Method
from boxoffice.payments.queries import payment_of_order
from boxoffice.payments.start import start, take
from boxoffice.people import Person
from boxoffice.tickets.code import TicketKey
from boxoffice.tickets.paper import Paper
from tasks.relay import run_promised, run_until_empty

EVENT = "noite-das-farmacias"
_SEED = 1122
_GATES = ("A", "B")
_PAPERS = 10  # receipts that the counter prints for the folder
_LEFT_UNPAID = 3

Say = Callable[[str], None]


def play(folder: Path, say: Say) -> Books:
    """Play the night in `folder`, telling each step, and return its books.

    Takes about ten seconds. Nothing listens beyond loopback, and nothing is left running.
    """
    chance = random.Random(_SEED)  # noqa: S311  (the same night every time)
    with stage(folder) as on:
        _set_up(on, say)
        with _step(say, "guest list") as told:
            guests = read_guests()
            told(f"{guests.count} guests read ({guests.encoding}), {len(guests.problems)} bad rows")
        for problem in guests.problems:
            say(f"      {problem}")
        sold = [
            *_sell_lote(on, say, "Lote 1", guests.by_tier["Lote 1"], chance),
            *_charge_lote(on, say, "Lote 2", guests.by_tier["Lote 2"], chance, left_unpaid=0),
            *_charge_lote(
                on, say, "Lote 3", guests.by_tier["Lote 3"], chance, left_unpaid=_LEFT_UNPAID
            ),
            *_give_away(on, say, guests.by_tier["Cortesia"]),
        ]
        _deliver(on, say)
        _print_receipts(on, say, sold)
        dead = _cancel_one(on, say, sold)
        verdicts = _open_doors(on, say, sold, dead, chance)
        _export(on, say)
        with _step(say, "books") as told:
            books = check_books(on, EVENT, verdicts)
            told("they agree" if books.agree else "THEY DISAGREE")
        return books


@contextmanager
def _step(say: Say, name: str) -> Iterator[Say]:
    """Tell one step when it is over, with how long it took."""
    began = time.monotonic()
    told: list[str] = []
    yield told.append
    say(f"{time.monotonic() - began:5.1f} s  {name:<12} {' '.join(told)}")


def _set_up(on: Stage, say: Say) -> None:
    office = on.office
    with _step(say, "event") as told, as_file(files("boxoffice.demo") / "event.toml") as path:
        plan = read_event_file(path, now=office.now())
        with office.writing() as session:
            event, changes = apply_event(session, office.actor, plan, now=office.now())
            changes += apply_lists(session, office.actor, event, plan, now=office.now())
            publish(session, office.actor, plan.slug, now=office.now())
        told(f"{plan.title}: {len(plan.tiers)} tiers, {len(changes)} changes, on sale")


def _sell_lote(
    on: Stage, say: Say, tier: str, guests: list[Person], chance: random.Random
) -> list[Placed]:
    """Sell a lote at the counter for cash, to the last place, and one place more."""
    with _step(say, "counter") as told:
        sold = [
            _sell(on, tier, party, Channel.COUNTER, Method.CASH)
            for party in _parties(guests, chance)
        ]
        try:
            _sell(on, tier, guests[:1], Channel.COUNTER, Method.CASH)
        except SoldOut as refusal:
            told(f"{len(sold)} cash orders; then: {refusal.message}")
    return sold


def _charge_lote(
    on: Stage,
    say: Say,
    tier: str,
    guests: list[Person],
    chance: random.Random,
    *,
    left_unpaid: int,
) -> list[Placed]:
    """Sell a lote by PIX: charges over HTTP, paid at the gateway, told by letters."""
    office = on.office
    with _step(say, "pix") as told:
        placed = [_charge(on, tier, party) for party in _parties(guests, chance)]
        paying = placed[: len(placed) - left_unpaid]
        for order in paying:
            with office.reading() as session:
                payment = payment_of_order(session, order.id)
            assert payment is not None, "it was started with its order"
            assert payment.provider_id is not None, "its charge was opened"
            on.gateway.pay(payment.provider_id)
        on.gateway.flush(timeout_seconds=30)
        run_until_empty(office)
        told(f"{len(placed)} PIX orders of {tier}, {len(paying)} paid; every letter came twice")
    return placed


def _give_away(on: Stage, say: Say, guests: list[Person]) -> list[Placed]:
    with _step(say, "courtesies") as told:
        given = [
            _sell(on, "Cortesia", [guest], Channel.COURTESY, Method.COURTESY) for guest in guests
        ]
        told(f"{len(given)} given away")
    return given


def _deliver(on: Stage, say: Say) -> None:
    with _step(say, "mail") as told:
        run_until_empty(on.office)
        told(f"{len(list((on.folder / 'mail' / 'new').glob('*.eml')))} mails with PDFs")


def _print_receipts(on: Stage, say: Say, sold: list[Placed]) -> None:
    office = on.office
    folder = on.folder / "tickets"
    folder.mkdir()
    with _step(say, "paper") as told, office.reading() as session:
        for order in sold[:_PAPERS]:
            for paper in Paper:
                printed = order_pdf(session, order.id, office.ticket_key, paper)
                publish_file(folder / f"{order.code}-{paper}.pdf", [printed.content])
        told(f"{2 * _PAPERS} PDFs, A4 and 80 mm, in {folder.name}/")


def _cancel_one(on: Stage, say: Say, sold: list[Placed]) -> list[str]:
    """Cancel a paid order, and return its codes: they must not open the door."""
    office, order = on.office, sold[0]
    with _step(say, "cancel") as told:
        with office.reading() as session:
            before = order_view(session, order.code, office.ticket_key)
        with office.writing() as session:
            call_off(session, office.actor, order.id, reason="the demo wants one", now=office.now())
        told(f"order {order.code}: {len(before.tickets)} tickets die, their places are free again")
    return [ticket.code for ticket in before.tickets if ticket.code]


def _open_doors(
    on: Stage, say: Say, sold: list[Placed], dead: list[str], chance: random.Random
) -> Counter[Verdict]:
    """Show every code at two gates at once, some twice, with forged and cancelled ones between."""
    office = on.office
    with _step(say, "door") as told:
        with office.reading() as session:
            views = [order_view(session, order.code, office.ticket_key) for order in sold]
        codes = [ticket.code for view in views for ticket in view.tickets if ticket.code]
        stranger = TicketKey(chance.randbytes(32))
        forged = [stranger.short(UUID(int=1), 0), stranger.signed(UUID(int=2), 0)]
        line = [*codes, *chance.sample(codes, 15), *forged, *dead, "https://exemplo.test/?\x1b[2J"]
        chance.shuffle(line)

        def work(turn: int) -> Counter[Verdict]:
            return Counter(_scan(on, text, _GATES[turn]) for text in line[turn :: len(_GATES)])

        with ThreadPoolExecutor(len(_GATES)) as gates:
            verdicts = sum(gates.map(work, range(len(_GATES))), Counter[Verdict]())
        told(f"{len(line)} scans: " + ", ".join(f"{n} {v}" for v, n in verdicts.most_common()))
    return verdicts


def _export(on: Stage, say: Say) -> None:
    office, out = on.office, on.folder / "attendees.csv"
    with _step(say, "export") as told:
        request = ExportRequest(definition_named("attendees"), out, event=EVENT)
        done = run_export(office.database, office.actor, request, clock=office.now)
        told(f"{done.rows} rows, with a manifest")


def _parties(guests: list[Person], chance: random.Random) -> Iterator[list[Person]]:
    """Yield the guests in parties of one to three, as they come to a counter."""
    at = 0
    while at < len(guests):
        size = chance.choice((1, 1, 2, 3))
        yield guests[at : at + size]
        at += size


def _request(tier: str, party: list[Person], channel: Channel, method: Method) -> Request:
    wanted = Wanted(tier, len(party), holders=tuple(party))
    return Request(EVENT, (wanted,), channel, method, buyer=party[0])


def _sell(on: Stage, tier: str, party: list[Person], channel: Channel, method: Method) -> Placed:
    office = on.office
    with office.writing() as session:
        now = office.now()
        request = _request(tier, party, channel, method)
        placed = place(session, office.actor, request, now=now, holds=False)
        take(session, office.actor, placed.id, method, office.ticket_key, now=now)
    return placed


def _charge(on: Stage, tier: str, party: list[Person]) -> Placed:
    office = on.office
    with office.writing() as session:
        now = office.now()
        request = _request(tier, party, Channel.ONLINE, Method.PIX)
        placed = place(session, office.actor, request, now=now, holds=True)
        payment_id = start(
            session, office.actor, placed.id, Method.PIX, office.provider.name, now=now
        )
    run_promised(office, OpenCharge(payment_id))
    return placed


def _scan(on: Stage, text: str, gate: str) -> Verdict:
    office = on.office
    with office.writing() as session:
        at = gate_at(session, EVENT, None, gate=gate)
        what = Shown(text, new_nonce())
        return scan(session, office.actor, at, what, now=office.now()).verdict
