"""Half price (*meia-entrada*): how many places the law assures to it."""

LEGAL_PERCENT = 40
LEGAL_SOURCE = "Lei 12.933/2013, art. 1º, § 10; Decreto 8.537/2015, art. 9º"


def half_limit(total_places: int, cap_percent: int = LEGAL_PERCENT) -> int:
    """Return how many of `total_places` half price may take, rounded down to whole places.

    Source: Lei 12.933/2013, art. 1º, § 10, and Decreto 8.537/2015, art. 9º: half price is assured
    for 40 % of the tickets of an event that are on sale to the general public. Beyond that an
    organizer may go on selling it, and need not. Neither text says how to round.
    """
    assert total_places >= 0, "an event has no fewer than no places"
    assert 0 <= cap_percent <= 100, "a percentage of the places"  # noqa: PLR2004  (a whole)
    return total_places * cap_percent // 100
