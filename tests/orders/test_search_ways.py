"""A search takes one of several ways, by how many orders match; all of them lead to one answer."""

from itertools import cycle, islice

import pytest

from boxoffice.office import BoxOffice
from boxoffice.orders.search import matching_orders
from boxoffice.people import Person
from tests.making import LOTE, Clock, a_tier, an_event, an_order

# No code has an I, L, O or U: what is searched for here is never one by chance.
NAMES = ("Otto Silva", "Maria Silva", "Rui Luz", "Maria Luz", "Otto Maria", "Zilda Prado")


def found(office: BoxOffice, orders: list[str], text: str, limit: int) -> list[int]:
    """Return which of `orders`, by their turn, a search finds."""
    with office.reading() as session:
        return [
            orders.index(str(order_id)) for order_id in matching_orders(session, text, limit=limit)
        ]


def wanted(text: str, limit: int) -> list[int]:
    words = text.split()
    turns = [
        turn
        for turn, name in enumerate(islice(cycle(NAMES), 18))
        if all(any(part.startswith(word) for part in name.lower().split()) for word in words)
    ]
    return turns[::-1][:limit]


@pytest.mark.parametrize(("few", "many"), [(4_000, 20_000), (0, 20_000), (2, 3), (5, 4), (8, 7)])
def test_every_way_finds_the_same_orders_the_newest_first(
    office: BoxOffice, clock: Clock, monkeypatch: pytest.MonkeyPatch, few: int, many: int
) -> None:
    an_event(office, a_tier(quota=100))
    orders = []
    for name in islice(cycle(NAMES), 18):
        orders.append(str(an_order(office, (LOTE, 1), buyer=Person(name)).id))
        clock.forward(minutes=1)
    monkeypatch.setattr("boxoffice.orders.search._FEW", few)
    monkeypatch.setattr("boxoffice.orders.search._MANY", many)

    texts = (
        "o",
        "otto",
        "l",
        "si",
        "maria silva",
        "si mari",
        "ot si",
        "zil",
        "zil l",
        "otto maria",
    )
    answers = {
        (text, limit): found(office, orders, text, limit) for text in texts for limit in (1, 3, 50)
    }

    assert answers == {(text, limit): wanted(text, limit) for text, limit in answers}
