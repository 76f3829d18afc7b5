"""One request is one order, however often it is sent; and two orders never share a code."""

from itertools import chain, repeat
from typing import Any

import pytest

from boxoffice.errors import (
    BadValue,
    KeyReused,
)
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Channel, Order
from boxoffice.orders.place import KEY_MAX, Wanted
from boxoffice.people import Person
from tests.making import (
    LOTE,
    Clock,
    a_request,
    a_tier,
    an_event,
    counts,
    placed,
    places_left,
    rows,
)


@pytest.mark.parametrize("key", ["", "k\x00", "k\n", "\ud800", "k" * (KEY_MAX + 1)], ids=ascii)
def test_a_key_that_cannot_be_kept_is_refused(office: BoxOffice, key: str) -> None:
    an_event(office)

    with pytest.raises(BadValue):
        placed(office, a_request(), key=key)


def test_the_same_key_and_request_answer_with_the_first_order(
    office: BoxOffice, clock: Clock
) -> None:
    an_event(office, a_tier(quota=2))
    first = placed(office, a_request((LOTE, 2)), key="k-1")
    before = counts(office), places_left(office)
    clock.forward(hours=5)

    again = placed(office, a_request((LOTE, 2)), key="k-1")

    assert (first.is_new, again.is_new) == (True, False)
    assert (again.id, again.code, again.total) == (first.id, first.code, first.total)
    assert (counts(office), places_left(office)) == before


@pytest.mark.parametrize(
    "other",
    [
        a_request((LOTE, 2)),
        a_request(("Pista", 1)),
        a_request(buyer=Person("Rita Nogueira")),
        a_request(method="card"),
        a_request(channel=Channel.ONLINE),
        a_request(lines=(Wanted(LOTE, 1, holders=(Person("Ana"),)),)),
    ],
)
def test_the_same_key_with_another_request_is_refused(office: BoxOffice, other: Any) -> None:
    an_event(office, a_tier(), a_tier("Pista"))
    first = placed(office, a_request(), key="k-1")
    before = counts(office)

    with pytest.raises(KeyReused) as caught:
        placed(office, other, key="k-1")

    assert caught.value.details == {"order": first.code}
    assert counts(office) == before


def test_without_a_key_the_same_request_is_another_order(office: BoxOffice) -> None:
    an_event(office)

    assert placed(office, a_request()).code != placed(office, a_request()).code


def test_when_a_code_is_taken_another_is_drawn(
    office: BoxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_event(office)
    drawn = chain(repeat("K7QX2M", 4), ["R4TW9Z"])
    for module in ("lines", "place"):
        monkeypatch.setattr(f"boxoffice.orders.{module}.new_code", lambda: next(drawn))

    codes = [placed(office, a_request(), key=key).code for key in ("k-1", "k-2")]

    assert codes == ["K7QX2M", "R4TW9Z"]
    assert {order.idempotency_key for order in rows(office, Order)} == {"k-1", "k-2"}
