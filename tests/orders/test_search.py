"""Orders are found by any word that somebody remembers, whatever its accents."""

import pytest

from boxoffice.errors import NotFound
from boxoffice.office import BoxOffice
from boxoffice.orders.place import Wanted
from boxoffice.orders.queries import find_orders, list_orders, order_view, tickets_named
from boxoffice.people import Person
from tests.making import LOTE, RITA, SLUG, Clock, a_request, a_sale, a_tier, an_event, placed

JOAO = Person("João D'Ávila", "j.davila@example.com", "11144477735", company="Farmácia São José")
ANA = Person("Ana Lúcia Müller", company="Laboratório Aurora")


def found(office: BoxOffice, text: str, *, limit: int = 20) -> list[str]:
    with office.reading() as session:
        return [line.code for line in find_orders(session, text, limit=limit)]


@pytest.mark.parametrize(
    "text",
    [
        "joão",
        "JOAO",
        "avila joao",
        "d'avila",
        "João D’Ávila",
        "jo",
        "j.davila@example.com",
        "j.davila",
        "11144477735",
        "111444",
        "farmacia jose",
        "ana",
        "Lucia Muller",
        "mÜLLER",
        "aurora",
        "joao aurora",
        "  joão   ",
    ],
)
def test_an_order_is_found_by_what_people_remember(office: BoxOffice, text: str) -> None:
    an_event(office)
    wanted = placed(office, a_request(buyer=JOAO, lines=(Wanted(LOTE, 2, holders=(ANA,)),)))
    placed(office, a_request(buyer=RITA))

    assert found(office, text) == [wanted.code]


def test_an_order_is_found_by_its_code_and_its_tickets_name(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, (LOTE, 2))
    a_sale(office)

    assert found(office, sale.code) == found(office, sale.code.lower()) == [sale.code]
    assert found(office, f"{sale.code}-2") == found(office, sale.code[:4]) == [sale.code]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "--",
        "nobody",
        "joao nobody",
        "oao",
        "%",
        "_",
        "'; --",
        "\x00",
        "\ud800",
        "🎭",
    ],
    ids=ascii,
)
def test_what_nobody_wrote_finds_nothing(office: BoxOffice, text: str) -> None:
    an_event(office)
    placed(office, a_request(buyer=JOAO))

    assert found(office, text) == []


def test_the_newest_order_is_found_first_and_no_more_than_asked(
    office: BoxOffice, clock: Clock
) -> None:
    an_event(office)
    codes: list[str] = []
    for _ in range(4):
        codes.insert(0, a_sale(office).code)
        clock.forward(minutes=1)

    assert found(office, "rita") == codes
    assert found(office, "rita", limit=2) == codes[:2]
    with office.reading() as session:
        assert [line.code for line in list_orders(session, SLUG, limit=3)] == codes[:3]
        assert [line.code for line in list_orders(session, None, limit=9)] == codes
        assert list_orders(session, "nowhere", limit=9) == []


def test_a_line_of_the_list_says_what_it_is(office: BoxOffice) -> None:
    an_event(office, a_tier(price="10"))
    sale = a_sale(office, (LOTE, 3))

    with office.reading() as session:
        (line,) = find_orders(session, sale.code, limit=5)

    assert (line.quantity, line.total.minor, line.buyer_name) == (3, 3_000, RITA.name)
    assert (line.event_slug, line.state) == (SLUG, "paid")


@pytest.mark.parametrize(
    "name",
    ["K7QX2M", "", "\x00", "K7\ud800", "K7QX2M-1", "x" * 10_000],
    ids=lambda name: ascii(name[:9]),
)
def test_an_order_that_is_not_there_is_not_found(office: BoxOffice, name: str) -> None:
    with office.reading() as session:
        with pytest.raises(NotFound):
            order_view(session, name, office.ticket_key)
        with pytest.raises(NotFound):
            tickets_named(session, name, office.ticket_key)


def test_tickets_are_named_by_their_order_or_one_by_one(office: BoxOffice) -> None:
    an_event(office)
    sale = a_sale(office, (LOTE, 3))

    with office.reading() as session:
        _, every = tickets_named(session, sale.code.lower(), office.ticket_key)
        _, second = tickets_named(session, f" {sale.code.lower()}-2 ", office.ticket_key)
        with pytest.raises(NotFound):
            tickets_named(session, f"{sale.code}-4", office.ticket_key)

    assert tuple(every) == sale.tickets
    assert second == [sale.tickets[1]]
