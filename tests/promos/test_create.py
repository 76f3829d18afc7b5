"""Making promos, one or a series, and taking them out of use."""

from datetime import timedelta

import pytest

from boxoffice.audit.models import AuditEntry
from boxoffice.errors import BadValue, Forbidden, NotFound, Refused
from boxoffice.office import BoxOffice
from boxoffice.promos.create import PREFIX_MAX, SERIES_MAX, create, create_series
from boxoffice.promos.models import Promo, PromoKind, PromoState
from boxoffice.promos.queries import promo_views
from boxoffice.promos.revoke import revoke
from boxoffice.promos.rules import Terms, WhyNot
from tests.making import AUDITOR, LOTE, NOON, SLUG, Clock, a_tier, an_event, counts, rows
from tests.promos.codes import CODE, a_courtesy, a_promo, revoked, the_promo

TEN = Terms(PromoKind.PERCENT, 1_000)


def a_series(office: BoxOffice, prefix: str, count: int, terms: Terms = TEN) -> list[str]:
    with office.writing() as session:
        return create_series(
            session, office.actor, SLUG, terms, prefix=prefix, count=count, now=office.now()
        )


def test_a_promo_is_what_was_asked_for(office: BoxOffice) -> None:
    an_event(office, a_tier(), a_tier("Pista"))
    closes_at = NOON + timedelta(days=1)

    code = a_promo(
        office,
        "amigos",
        tiers=("Pista", LOTE, "Pista"),
        uses_max=5,
        per_person_max=2,
        closes_at=closes_at,
        note=" for  the choir ",
    )

    promo = the_promo(office)
    assert code == promo.code == CODE
    assert (promo.kind, promo.value, promo.tiers) == (PromoKind.PERCENT, 1_000, (LOTE, "Pista"))
    assert (promo.uses_max, promo.uses_left, promo.used_count) == (5, 5, 0)
    assert (promo.per_person_max, promo.closes_at) == (2, closes_at)
    assert (promo.state, promo.closed, promo.note) == (PromoState.CREATED, None, "for the choir")


def test_an_event_has_a_code_once_and_another_event_may_have_it_too(office: BoxOffice) -> None:
    an_event(office)
    an_event(office, slug="outra")
    a_promo(office)
    before = counts(office)

    with pytest.raises(Refused) as caught:
        a_promo(office, CODE.lower(), value=2_000)

    assert caught.value.case == "promo.exists"
    assert counts(office) == before
    assert the_promo(office).value == 1_000
    a_promo(office, event="outra")


def test_a_promo_of_a_tier_that_is_not_there_is_not_made(office: BoxOffice) -> None:
    an_event(office)
    before = counts(office)

    with pytest.raises(NotFound) as caught:
        a_promo(office, tiers=(LOTE, "Camarote"))

    assert caught.value.case == "tier.not_found"
    assert counts(office) == before


def test_who_may_not_change_events_makes_and_revokes_no_promo(office: BoxOffice) -> None:
    an_event(office)
    a_promo(office)
    before = counts(office)

    with pytest.raises(Forbidden), office.writing() as session:
        create(session, AUDITOR, SLUG, "NEW", TEN, now=office.now())
    with pytest.raises(Forbidden), office.writing() as session:
        create_series(session, AUDITOR, SLUG, TEN, prefix="P", count=1, now=office.now())
    with pytest.raises(Forbidden), office.writing() as session:
        revoke(session, AUDITOR, SLUG, CODE, now=office.now())

    assert counts(office) == before
    assert the_promo(office).closed is None


def test_a_series_has_as_many_codes_of_the_same_terms(office: BoxOffice) -> None:
    an_event(office, a_tier(), a_tier("Pista"))
    terms = Terms(PromoKind.COURTESY, uses_max=1, tiers=("Pista",))

    codes = a_series(office, "lab", 40, terms) + a_series(office, "lab", 1, terms)

    assert len(set(codes)) == 41
    assert all(code.startswith("LAB-") and len(code) == 12 for code in codes)
    with office.reading() as session:
        promos = promo_views(session, SLUG, now=office.now(), limit=100)
    assert [promo.code for promo in promos] == sorted(codes)
    assert {(promo.uses_left, promo.tiers) for promo in promos} == {(1, ("Pista",))}


@pytest.mark.parametrize(
    ("prefix", "count"),
    [("P", 0), ("P", -1), ("P", SERIES_MAX + 1), ("", 1), ("P!", 1), ("P" * (PREFIX_MAX + 1), 1)],
)
def test_a_series_beyond_its_limits_is_not_made(office: BoxOffice, prefix: str, count: int) -> None:
    an_event(office)
    before = counts(office)

    with pytest.raises(BadValue):
        a_series(office, prefix, count)

    assert counts(office) == before


def test_the_longest_prefix_still_makes_codes(office: BoxOffice) -> None:
    an_event(office)

    (code,) = a_series(office, "P" * PREFIX_MAX, 1)

    assert the_promo(office, code).code == code
    assert len(code) == 40


def test_what_was_made_is_in_the_audit_without_its_code(office: BoxOffice) -> None:
    an_event(office)
    a_courtesy(office, uses_max=3)
    a_series(office, "LAB", 2)
    revoked(office)

    entries = [entry for entry in rows(office, AuditEntry) if entry.verb.startswith("promo.")]

    (promo,) = [promo for promo in rows(office, Promo) if promo.code == CODE]
    assert sorted(entry.verb for entry in entries) == [
        "promo.create",
        "promo.create_series",
        "promo.revoke",
    ]
    assert {entry.subject for entry in entries if entry.verb != "promo.create_series"} == {
        f"promo:{promo.id}"
    }
    assert not any(code in str(e.facts) for e in entries for code in (CODE, "LAB"))


def test_revoking_twice_is_revoking_once(office: BoxOffice) -> None:
    an_event(office)
    a_promo(office)

    assert revoked(office)
    before = counts(office)

    assert not revoked(office)
    assert counts(office) == before
    assert (the_promo(office).state, the_promo(office).closed) == (
        PromoState.REVOKED,
        WhyNot.REVOKED,
    )


@pytest.mark.parametrize("code", ["NADA", "", "A B", "\x00", "\ud800"], ids=ascii)
def test_a_promo_that_is_not_there_is_not_found(office: BoxOffice, code: str) -> None:
    an_event(office)

    with pytest.raises(NotFound) as caught:
        the_promo(office, code)

    assert caught.value.case == "promo.not_found"


def test_whether_a_promo_is_open_is_derived(office: BoxOffice, clock: Clock) -> None:
    an_event(office)
    a_promo(office, opens_at=NOON + timedelta(hours=1), closes_at=NOON + timedelta(hours=2))

    said = []
    for _ in range(3):
        said.append(the_promo(office).closed)
        clock.forward(hours=1)

    assert said == [WhyNot.NOT_YET, None, WhyNot.OVER]
