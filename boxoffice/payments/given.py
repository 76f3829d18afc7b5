"""What the gateway lists as given back, read in our refunds: one of ours may be several there."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from boxoffice.money import Money
from boxoffice.payments.provider import Charge, ChargeState, GivenBack, GivenBackState

_LABEL = "boxoffice refund "
_LIVE = frozenset({GivenBackState.PENDING, GivenBackState.OTHER, GivenBackState.DONE})


def label_of(refund_id: UUID) -> str:
    """Return how a refund of ours is described at the gateway, so that we know it again there."""
    return f"{_LABEL}{refund_id}"


def entry_of(charge: Charge, refund_id: UUID) -> GivenBack | None:
    """Return a refund of ours as the gateway lists it, or `None` when it has not heard of it."""
    wanted = str(refund_id)
    return next((back for back in gathered(charge.refunds) if wanted in back.description), None)


def gathered(entries: Iterable[GivenBack]) -> list[GivenBack]:
    """Return the entries with those of one refund of ours as one: a plan gives back part by part.

    It is done when all of them are, and what was cancelled beside others counts for nothing.
    """
    found: list[GivenBack] = []
    places: dict[str, int] = {}
    for entry in entries:
        place = places.get(entry.description) if _LABEL in entry.description else None
        if place is None:
            places[entry.description] = len(found)
            found.append(entry)
        else:
            found[place] = _both(found[place], entry)
    return found


def shares_of(parts: Sequence[Charge], refund_id: UUID, amount: Money) -> list[tuple[str, Money]]:
    """Return what is still to be asked of each part of a plan, so that `amount` goes back in all.

    A part that has been asked for this refund before is not asked again.
    """
    wanted = str(refund_id)
    left, shares = amount.minor, list[tuple[str, Money]]()
    for part in parts:
        left -= sum(_live([back for back in part.refunds if wanted in back.description]))
    for part in parts:
        was_asked = any(wanted in back.description for back in part.refunds)
        share = min(left, part.paid.minor - sum(_live(part.refunds)))
        if share > 0 and not was_asked:
            shares.append((part.provider_id, Money(share, amount.currency)))
            left -= share
    return shares


def lost_parts(parts: Sequence[Charge]) -> tuple[GivenBack, ...]:
    """Return what a lost dispute took of some parts of a plan, as money that went back.

    The gateway lists it nowhere: such a part only says that it is refunded.
    """
    lost = [part for part in parts if part.was_disputed and part.state is ChargeState.REFUNDED]
    if len(lost) == len(parts):
        return ()
    taken = [(part, part.paid.minor - sum(_live(part.refunds))) for part in lost]
    return tuple(
        GivenBack(
            Money(minor, part.paid.currency),
            GivenBackState.DONE,
            "",
            "",
            f"lost {part.provider_id}",
        )
        for part, minor in taken
        if minor > 0
    )


def _live(entries: Iterable[GivenBack]) -> list[int]:
    return [back.amount.minor for back in entries if back.state in _LIVE]


def _both(one: GivenBack, other: GivenBack) -> GivenBack:
    dead = [each for each in (one, other) if each.state is GivenBackState.CANCELLED]
    if dead:
        return one if other.state is GivenBackState.CANCELLED else other
    is_done = one.state is other.state is GivenBackState.DONE
    return replace(
        one,
        amount=one.amount + other.amount,
        state=GivenBackState.DONE if is_done else GivenBackState.PENDING,
        waits_for=one.waits_for or other.waits_for,
    )
