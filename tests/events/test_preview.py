"""What would be on sale at some moment: asked without selling anything."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from boxoffice.errors import BadValue, EventNotOnSale, NotFound
from boxoffice.events.models import EventState
from boxoffice.events.preview import Shelf, on_sale_at, preview, read_sold
from boxoffice.events.publish import move
from boxoffice.events.queries import EventView
from boxoffice.events.rules import Closed, TierFacts
from boxoffice.office import BoxOffice
from tests.making import LOTE, NOON, SLUG, a_plan, a_sale, a_tier, an_event, applied, counts

CHAIN = (a_tier(quota=5), a_tier("Lote 2", quota=5, after=LOTE), a_tier("Pista", quota=2))
FIRST, SECOND = UUID(int=1), UUID(int=2)


def asked(
    office: BoxOffice, sold: Mapping[str, int] | None = None, *, at: datetime = NOON
) -> EventView:
    with office.reading() as session:
        return preview(session, SLUG, at=at, sold=sold or {}, now=office.now())


def on_sale(view: EventView) -> list[str]:
    return [tier.name for tier in view.tiers if tier.on_sale]


def a_fact(
    tier: UUID, left: int, *, after: UUID | None = None, opens: int | None = None
) -> TierFacts:
    opens_at = None if opens is None else NOON + timedelta(hours=opens)
    return TierFacts(tier, after, left, opens_at, None)


@pytest.mark.parametrize(
    ("left", "room", "hours", "expected"),
    [
        (5, None, 0, [None, Closed.WAITS]),
        (0, None, 0, [Closed.SOLD_OUT, None]),
        (5, None, 1, [Closed.OVER, None]),  # the date of the second has come
        (5, 1, 0, [None, Closed.WAITS]),
        (5, 0, 0, [Closed.SOLD_OUT, Closed.WAITS]),  # the event is full
        (5, 0, 1, [Closed.OVER, Closed.SOLD_OUT]),
    ],
)
def test_a_shelf_says_why_each_tier_is_closed(
    left: int, room: int | None, hours: int, expected: list[Closed | None]
) -> None:
    tiers = (a_fact(FIRST, left), a_fact(SECOND, 5, after=FIRST, opens=1))

    assert on_sale_at(Shelf(tiers, room), NOON + timedelta(hours=hours)) == expected


def test_selling_out_the_first_would_open_the_second(office: BoxOffice) -> None:
    an_event(office, *CHAIN)

    assert on_sale(asked(office)) == [LOTE, "Pista"]
    assert on_sale(asked(office, {LOTE: 4})) == [LOTE, "Pista"]
    assert on_sale(asked(office, {LOTE: 5})) == ["Lote 2", "Pista"]
    assert on_sale(asked(office, {LOTE: 5, "Lote 2": 5, "Pista": 2})) == []


def test_a_date_opens_a_tier_and_closes_the_one_before(office: BoxOffice) -> None:
    later = a_tier("Lote 2", after=LOTE, opens_at="2026-11-22T18:00")
    an_event(office, a_tier(), later)
    six = datetime(2026, 11, 22, 21, tzinfo=UTC)

    assert on_sale(asked(office, at=six - timedelta(seconds=1))) == [LOTE]
    assert on_sale(asked(office, at=six)) == ["Lote 2"]


def test_what_was_sold_counts_unless_another_number_is_given(office: BoxOffice) -> None:
    an_event(office, *CHAIN, capacity=9)
    a_sale(office, (LOTE, 3), ("Pista", 1))

    as_it_is, emptied, more = (asked(office, sold) for sold in ({}, {LOTE: 0}, {"Pista": 2}))

    assert [
        (v.places_left, [t.places_left for t in v.tiers]) for v in (as_it_is, emptied, more)
    ] == [
        (5, [2, 5, 1]),
        (8, [5, 5, 1]),
        (4, [2, 5, 0]),
    ]


def test_a_full_event_would_sell_nothing(office: BoxOffice) -> None:
    an_event(office, *CHAIN, capacity=6)

    full = asked(office, {LOTE: 5, "Pista": 1})

    assert (full.places_left, on_sale(full)) == (0, [])


def test_a_preview_changes_nothing(office: BoxOffice) -> None:
    an_event(office, *CHAIN)
    before = counts(office)

    asked(office, {LOTE: 5})

    assert counts(office) == before
    assert on_sale(asked(office)) == [LOTE, "Pista"]


def test_a_draft_is_previewed_as_if_it_were_on_sale(office: BoxOffice) -> None:
    applied(office, a_plan(*CHAIN))

    assert on_sale(asked(office)) == [LOTE, "Pista"]


def test_an_event_that_is_over_has_no_preview(office: BoxOffice) -> None:
    an_event(office)
    with office.writing() as session:
        move(session, office.actor, SLUG, EventState.ENDED, now=office.now())

    with pytest.raises(EventNotOnSale):
        asked(office)


def test_more_than_there_is_cannot_be_sold(office: BoxOffice) -> None:
    an_event(office, *CHAIN, capacity=6)

    with pytest.raises(BadValue, match="of Lote 1 is 6; it has 5"):
        asked(office, {LOTE: 6})
    with pytest.raises(BadValue, match="of Lote 1 is -1"):
        asked(office, {LOTE: -1})
    with pytest.raises(BadValue, match="adds up to 7 places; noite has 6"):
        asked(office, {LOTE: 5, "Pista": 2})
    with pytest.raises(NotFound):
        asked(office, {"Camarote": 1})


def test_numbers_sold_are_read_by_tier() -> None:
    assert read_sold(["Lote 1=200", " A = B = 0 "]) == {"Lote 1": 200, "A = B": 0}


@pytest.mark.parametrize(
    "texts",
    [
        ["Lote 1"],
        ["=3"],
        ["Lote 1="],
        ["Lote 1=-1"],
        ["Lote 1=x"],
        ["Lote 1=²"],
        ["A=1", "A=1"],
        [""],
    ],
)
def test_what_is_not_a_tier_and_a_count_is_refused(texts: list[str]) -> None:
    with pytest.raises(BadValue):
        read_sold(texts)
