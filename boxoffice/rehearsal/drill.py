"""What a rehearsal does, decided before it begins: the same seed decides the same."""

import hashlib
import random
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from boxoffice.errors import BadValue
from boxoffice.events.file import EventPlan
from boxoffice.events.models import Category

BUYERS_MAX = 100_000  # of one rehearsal
_QUANTITIES = (1, 1, 2, 2, 2, 3, 4)  # places of an order, as they come to a Brazilian box office
_PAYING = 0.9  # of the buyers; the others let their hold run out
_WITH_PROMO = 0.1  # of the buyers, where the event has promos
_SHOWN_TWICE = 0.05  # of the tickets, as screenshots that were passed on
_FORGED = 0.02
_PUBLIC = (Category.FULL, Category.HALF)
_BUYERS = re.compile(r"(?P<count>[0-9]{1,6}(?:\.[0-9]{1,3})?)(?P<each>/s)?")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Drill:
    """What is rehearsed: `rate` buyers a second for so many seconds, then the doors."""

    rate: float
    seconds: float
    hands: int = 4  # processes that sell
    desks: int = 2
    offline: int = 0  # of the desks, on snapshots, with no line until the rush is over
    faults: tuple[str, ...] = ()  # of the sandbox, as `boxoffice sandbox fault` takes them
    seed: int = 0

    @property
    def buyers(self) -> int:
        """How many come."""
        return max(1, round(self.rate * self.seconds))


@dataclass(frozen=True, slots=True)
class Chain:
    """Tiers that follow one another, by name: whoever comes buys the one that is on sale."""

    tiers: tuple[str, ...]
    quota: int


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who comes when, and what for. `number` counts from 1."""

    number: int
    at_seconds: float
    chain: int
    quantity: int
    promo: str
    pays: bool


def drill_of(
    buyers: str,
    minutes: float,
    *,
    hands: int,
    desks: int,
    offline: int,
    faults: Sequence[str],
    seed: int,
) -> Drill:
    """Read what is to be rehearsed. `buyers` is `20/s`, or how many in all.

    Raises:
        BadValue: the buyers are neither, or too many; more desks are offline than there are.
    """
    seconds = 60 * minutes
    found = _BUYERS.fullmatch(buyers.strip())
    rate = float(found["count"]) / (1 if found["each"] else seconds) if found else 0.0
    if not 1 <= round(rate * seconds) <= BUYERS_MAX:
        raise BadValue(
            "--buyers",
            f"{buyers[:20]!r} is neither a rate nor a number from 1 to {BUYERS_MAX}.",
            hint="write 20/s, or 600 for all of them together",
        )
    if offline > desks:
        raise BadValue("--offline", f"is {offline}, of {desks} desks.", hint="add --desks")
    return Drill(rate, seconds, hands, desks, offline, tuple(faults), seed)


def chains_of(plan: EventPlan) -> list[Chain]:
    """Return the chains of tiers that the public buys; courtesies and staff are left out."""
    public = [tier for tier in plan.tiers if tier.category in _PUBLIC]
    names = {tier.name for tier in public}
    chains = []
    for head in (tier for tier in public if tier.after not in names):
        members = [head]
        for member in members:  # it grows while it is read
            members += [tier for tier in public if tier.after == member.name]
        chains.append(Chain(tuple(t.name for t in members), sum(t.quota for t in members)))
    return chains


def crowd(drill: Drill, chains: Sequence[Chain], promos: Sequence[str]) -> list[Buyer]:
    """Return everybody who comes, in order. Nothing but the arguments decides it."""
    chance = _chance(drill, "crowd")
    buyers, at = [], 0.0
    weights = [chain.quota for chain in chains]
    for number in range(1, drill.buyers + 1):
        at += chance.expovariate(drill.rate)
        chain = chance.choices(range(len(chains)), weights)[0]
        quantity = chance.choice(_QUANTITIES)
        wants_promo = chance.random() < _WITH_PROMO
        promo = chance.choice(promos) if promos and wants_promo else ""
        pays = chance.random() < _PAYING
        buyers.append(Buyer(number, round(at, 4), chain, quantity, promo, pays))
    # However luck spread them: the last one comes within the time.
    scale = min(1.0, drill.seconds / buyers[-1].at_seconds)
    return [_moved(buyer, scale) for buyer in buyers]


def line_at_the_door(drill: Drill, codes: Sequence[str], forged: Sequence[str]) -> list[str]:
    """Return the codes in the order in which they are shown: some come twice, some are forged."""
    chance = _chance(drill, "door")
    again = chance.sample(codes, round(len(codes) * _SHOWN_TWICE))
    line = [*codes, *again, *forged]
    chance.shuffle(line)
    return line


def forged_count(tickets: int) -> int:
    """Return how many forged codes come among so many tickets."""
    return max(1, round(tickets * _FORGED))


def dealt(things: Sequence[T], hands: int) -> list[list[T]]:
    """Deal things out like cards."""
    return [list(things[turn::hands]) for turn in range(hands)]


def decisions(drill: Drill, chains: Sequence[Chain], buyers: Sequence[Buyer]) -> dict[str, Any]:
    """Return what was decided beforehand, with a digest: two rehearsals that share it had one plan.

    Everything else in a report is time, or follows from who came first.
    """
    told = repr((drill, list(chains), list(buyers)))
    return {
        "digest": hashlib.sha256(told.encode()).hexdigest()[:16],
        "buyers": len(buyers),
        "places_asked": sum(buyer.quantity for buyer in buyers),
        "places_asked_of": {
            " → ".join(chain.tiers): sum(b.quantity for b in buyers if b.chain == number)
            for number, chain in enumerate(chains)
        },
        "paying": sum(buyer.pays for buyer in buyers),
        "with_promo": sum(bool(buyer.promo) for buyer in buyers),
        **{name: value for name, value in asdict(drill).items() if name != "seed"},
    }


def _moved(buyer: Buyer, scale: float) -> Buyer:
    at = round(buyer.at_seconds * scale, 4)
    return Buyer(buyer.number, at, buyer.chain, buyer.quantity, buyer.promo, buyer.pays)


def _chance(drill: Drill, what: str) -> random.Random:
    return random.Random(f"{drill.seed} {what}")  # noqa: S311  (a crowd, no secret)
