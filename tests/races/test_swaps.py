"""A swap and a sale want one place, and two swaps one ticket: the books stay right."""

from boxoffice.office import BoxOffice
from boxoffice.payments.models import Payment
from boxoffice.reports.money import money_report
from tests.making import LOTE, a_sale, a_tier, an_event, places_left, rows
from tests.races.books import disagreements, oversold
from tests.races.clerks import race, sell_or_swap, swap_to_and_fro

MOVES = 12


def test_a_swap_and_a_sale_of_the_last_place_give_it_to_one_of_them(office: BoxOffice) -> None:
    tiers = [f"Mesa {number}" for number in range(8)]
    an_event(office, a_tier(quota=20), *(a_tier(name, price="150", quota=1) for name in tiers))
    tickets = [a_sale(office).tickets[0].id for _ in tiers]

    said = race(office, 4, sell_or_swap, tiers, tickets)

    for each in zip(*said, strict=True):
        assert sorted(each).count("True") == 1
        assert set(each) <= {"True", "tier.sold_out", "state.refused"}
    assert oversold(office) == {}
    assert disagreements(office) == []


def test_swaps_in_both_directions_do_not_wait_for_each_other_for_ever(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=5), a_tier("VIP", price="150", quota=5))
    ticket = a_sale(office).tickets[0].id

    said = race(office, 4, swap_to_and_fro, ticket, (LOTE, "VIP"), MOVES)

    assert set().union(*said) <= {"True", "state.refused"}
    assert sum(each["True"] for each in said) >= 1
    assert disagreements(office) == []
    left = places_left(office)
    assert left[LOTE] + left["VIP"] == 9
    with office.reading() as session:
        assert money_report(session).books.agree
    assert sum(p.paid_minor - p.refunded_minor for p in rows(office, Payment)) in {10_000, 15_000}
