"""A hand of a rehearsal, a process of its own: it sells, or stands at a door, with the real verbs.

It is told what to do on stdin, a JSON object a line, and answers each step on stdout in the same
way. Its settings come from the environment. It ends when nobody tells it any more.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from boxoffice.adapters.desk_line import DeskLine
from boxoffice.adapters.desk_sync import pull, send_journal
from boxoffice.door.folder import DeskFolder
from boxoffice.door.queries import gate_at
from boxoffice.door.rules import Asked, Proof, Verdict
from boxoffice.door.scan import Shown, new_nonce, scan
from boxoffice.door.words import Admission
from boxoffice.errors import BoxOfficeError
from boxoffice.events.queries import event_view
from boxoffice.log import log_to
from boxoffice.office import BoxOffice, opened
from boxoffice.orders.models import Channel
from boxoffice.orders.place import Placed, Request, Wanted, place
from boxoffice.outbox.jobs import OpenCharge
from boxoffice.payments.provider import Method
from boxoffice.payments.queries import PaymentView, payment_of_order
from boxoffice.payments.start import CHARGE_MIN_MINOR, start, take
from boxoffice.people import Person
from boxoffice.rehearsal.clock import Ahead
from boxoffice.rehearsal.meter import Meter
from boxoffice.sandbox.panel import pay
from boxoffice.settings import Settings
from tasks.relay import run_promised

Task = dict[str, Any]
Step = dict[str, Any]

_TRIES = 2  # of a buyer: who was too late for one tier looks once more
_TOO_LATE = {"tier.sold_out", "tier.not_on_sale"}
_TURNS = (10, 11)  # the weights of a CPF's check digits begin so (Receita Federal)


class Hand:
    """One pair of hands, and the office it works in."""

    def __init__(self, office: BoxOffice) -> None:
        """Keep the office; its clock follows the rehearsal's."""
        self.office = office
        self.clock = Ahead()
        office.now = self.clock
        self.meter = Meter(office.database.writer, office.database.reader)
        self.desk: tuple[DeskFolder, DeskLine] | None = None

    def do(self, task: Task) -> Iterator[Step]:
        """Do one task, and yield what came of each step."""
        self.clock.seconds = task["ahead"]
        todo: dict[str, Callable[[Task], Iterator[Step]]] = {
            "sell": self.sell,
            "enrol": self.enrol,
            "scan": self.scan,
            "sync": self.sync,
            "sprint": self.sprint,
        }
        return todo[task["do"]](task)

    def sell(self, task: Task) -> Iterator[Step]:
        """Sell to each buyer at the moment they come, or as soon after it as hands are free."""
        for number, at, chain, quantity, promo, pays in task["buyers"]:
            due = task["begins"] + at
            time.sleep(max(0.0, due - time.time()))
            step: Step = {"buyer": number}
            if time.time() > task["ends"]:
                yield step | {"said": "gave_up"}
                continue
            began = time.perf_counter()
            try:
                placed, is_free = self._bought(task, chain, quantity, promo, number)
            except BoxOfficeError as refusal:
                yield step | {"said": refusal.case, "took": time.perf_counter() - began}
                continue
            took = time.perf_counter() - began
            step |= {"said": "sold", "took": took, "waited": time.time() - due}
            began = time.perf_counter()
            if not is_free:
                charge = self._charge(placed)
                step |= {"charge": time.perf_counter() - began, "charged": charge is not None}
                if charge is not None and pays:
                    pay(task["gateway"], charge)
            yield step

    def enrol(self, task: Task) -> Iterator[Step]:
        """Become a desk that will judge alone, with a fresh snapshot."""
        line = DeskLine(task["listener"])
        papers = line.enrol(task["code"])
        line.close()
        folder = DeskFolder(Path(task["folder"]))
        folder.enrol(papers)
        self.desk = folder, DeskLine(task["listener"], papers.token)
        pull(*self.desk, self.clock)
        yield {"said": "enrolled"}

    def scan(self, task: Task) -> Iterator[Step]:
        """Show each code, as fast as the answers come."""
        alone = None if self.desk is None else self.desk[0].alone()
        for text in task["codes"]:
            if time.time() > task["ends"]:
                yield {"code": text, "said": "not_shown"}
                continue
            began = time.perf_counter()
            answer = None
            for asked in (Asked(), Asked(saw_document=True, confirms=True, proof=Proof.STUDENT)):
                what = Shown(text, new_nonce(), asked=asked)
                try:
                    answer = (
                        self._at_the_gate(task, what)
                        if alone is None
                        else alone.scan(what, gate=task["gate"], now=self.clock())
                    )
                except BoxOfficeError as refusal:
                    yield {"code": text, "said": refusal.case}
                    break
                if answer.verdict not in {Verdict.NEEDS_DOCUMENT, Verdict.NEEDS_CONFIRMATION}:
                    break
            if answer is not None:
                took = time.perf_counter() - began
                yield {"code": text, "said": str(answer.verdict), "took": took}

    def sync(self, task: Task) -> Iterator[Step]:
        """Send the journal of a desk that judged alone."""
        del task
        assert self.desk is not None, "only an enrolled desk has a journal"
        folder, line = self.desk
        began = time.perf_counter()
        sent = send_journal(folder, line, folder.journal, self.clock)
        line.close()
        took = time.perf_counter() - began
        yield {"said": "synced", "accepted": sent.accepted, "took": took}

    def sprint(self, task: Task) -> Iterator[Step]:
        """Place orders of two, one after the other, until the time is over."""
        number = 0
        while time.time() < task["ends"]:
            number += 1
            began = time.perf_counter()
            try:
                self._place(task["event"], task["tier"], 2, "", number, is_charged=False)
            except BoxOfficeError as refusal:
                yield {"said": refusal.case}
                continue
            yield {"said": "sold", "took": time.perf_counter() - began}

    def _bought(
        self, task: Task, chain: int, quantity: int, promo: str, number: int
    ) -> tuple[Placed, bool]:
        """Look at what is on sale, and buy it; a buyer who was too late looks once more."""
        tiers = task["chains"][chain]
        turn = 0
        while True:
            turn += 1
            with self.office.reading() as session:
                event = event_view(session, task["event"], now=self.clock())
            on_sale = [tier.name for tier in event.tiers if tier.on_sale and tier.name in tiers]
            # Where nothing is on sale any more, the verb says so in its own words.
            tier = on_sale[0] if on_sale else tiers[-1]
            try:
                return self._place(task["event"], tier, quantity, promo, number, is_charged=True)
            except BoxOfficeError as refusal:
                if promo and refusal.case.startswith("promo."):
                    promo = ""  # the code is not good here: most people buy without
                elif turn >= _TRIES or refusal.case not in _TOO_LATE:
                    raise

    def _place(
        self, event: str, tier: str, quantity: int, promo: str, number: int, *, is_charged: bool
    ) -> tuple[Placed, bool]:
        """Place an order and start its payment in one transaction; say whether that was all."""
        office, now = self.office, self.clock()
        request = Request(
            event,
            (Wanted(tier, quantity),),
            Channel.ONLINE,
            Method.PIX,
            buyer=_person(number),
            promo=promo,
        )
        with office.writing() as session:
            placed = place(session, office.actor, request, now=now, holds=True)
            is_small = placed.total.minor < CHARGE_MIN_MINOR
            if is_charged and is_small:
                take(session, office.actor, placed.id, Method.CASH, office.ticket_key, now=now)
            elif is_charged:
                name = office.provider.name
                start(session, office.actor, placed.id, Method.PIX, name, now=now)
        return placed, is_small

    def _charge(self, placed: Placed) -> str | None:
        """Open the charge as `order place` does, and return its id unless the gateway failed."""
        run_promised(self.office, OpenCharge(self._payment(placed).id))
        return self._payment(placed).provider_id

    def _payment(self, placed: Placed) -> PaymentView:
        with self.office.reading() as session:
            payment = payment_of_order(session, placed.id)
        assert payment is not None, "it was started with its order"
        return payment

    def _at_the_gate(self, task: Task, what: Shown) -> Admission:
        with self.office.writing() as session:
            gate = gate_at(session, task["event"], task["list"], gate=task["gate"])
            return scan(session, self.office.actor, gate, what, now=self.clock())


def _person(number: int) -> Person:
    """Return a buyer who does not exist, with a document whose check digits are right."""
    digits = [int(digit) for digit in f"{number % 10**9:09}"]
    for first in _TURNS:
        rest = sum(digit * (first - at) for at, digit in enumerate(digits)) * 10 % 11
        digits.append(rest % 10)
    document = "".join(map(str, digits))
    return Person(f"Pessoa {number} Ensaio", f"pessoa{number}@ensaio.invalid", document)


def main() -> None:
    """Do what comes in, until it ends."""
    settings = Settings.read(config=Path(os.devnull))
    log_to(settings.log_path)
    with opened(settings) as office:
        hand = Hand(office)
        _tell({"done": True})  # ready
        for line in sys.stdin:
            worked = time.process_time()
            for step in hand.do(json.loads(line)):
                _tell(step)
            cpu = time.process_time() - worked
            _tell({"done": True, "cpu": cpu, "statements": hand.meter.told()})


def _tell(step: Step) -> None:
    sys.stdout.write(json.dumps(step) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
