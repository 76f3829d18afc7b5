"""No use is taken twice, by real processes that all want the last one."""

from boxoffice.office import BoxOffice
from boxoffice.people import Person
from boxoffice.promos.models import PromoUse
from tests.making import LOTE, RITA, a_tier, an_event, places_left, rows
from tests.promos.codes import CODE, a_promo, uses
from tests.promos.takers import redeem_and_cancel, redeem_each, redeem_until_refused
from tests.races.books import disagreements
from tests.races.clerks import race


def test_four_clerks_use_a_promo_up_exactly(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=100))
    a_promo(office, uses_max=21)

    said = race(office, 4, redeem_until_refused, CODE, RITA, 2)

    assert sum(count for count, _ in said) == 10
    assert {refusal for _, refusal in said} == {"promo.used_up"}
    assert uses(office) == (1, 20)
    assert places_left(office)[LOTE] == 80
    assert disagreements(office) == []


def test_one_person_at_four_desks_uses_a_limit_of_one_once(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=100))
    codes = [a_promo(office, f"P{number}", per_person_max=1) for number in range(8)]

    said = race(office, 4, redeem_each, codes, RITA)

    assert [sorted(each) for each in zip(*said, strict=True)] == [
        ["placed", *["promo.person_limit"] * 3]
    ] * 8
    assert len(rows(office, PromoUse)) == 8
    assert disagreements(office) == []


def test_one_person_at_four_desks_uses_a_larger_limit_in_full(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=100))
    a_promo(office, uses_max=50, per_person_max=7)

    said = race(office, 4, redeem_until_refused, CODE, RITA, 1)

    assert sum(count for count, _ in said) == 7
    assert {refusal for _, refusal in said} == {"promo.person_limit"}
    assert sorted(use.turn for use in rows(office, PromoUse)) == list(range(1, 8))
    assert uses(office) == (43, 7)


def test_uses_that_come_and_go_never_wait_in_a_ring_and_all_come_back(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=100))
    a_promo(office, uses_max=50, per_person_max=3)

    said = race(office, 4, redeem_and_cancel, CODE, Person("Ana", "ana@example.com"), 10)

    assert {refusal for each in said for refusal in each} <= {"promo.person_limit"}
    assert uses(office) == (50, 0)
    assert places_left(office)[LOTE] == 100
    assert disagreements(office) == []
