"""No sale slips past the count, whatever happens at one moment."""

from collections import Counter

from boxoffice.errors import BoxOfficeError
from boxoffice.office import BoxOffice
from boxoffice.till.models import Shift, TillEntry
from tests.making import a_tier, an_event, rows
from tests.races.clerks import Seat, race, ready
from tests.till.working import Clerk

SALES = 12


def open_at_once(seat: Seat) -> str:
    """Open the clerk's till."""
    office = seat.open()
    ready()
    try:
        Clerk(office).opens(seat.number)
    except BoxOfficeError as refusal:
        return refusal.case
    finally:
        office.close()
    return "opened"


def sell_or_close(seat: Seat, sales: int) -> list[str]:
    """Close the till, at the first seat, in the midst of what the others sell."""
    office = seat.open()
    clerk, said = Clerk(office), []
    ready()
    for number in range(sales):
        try:
            if seat.number > 0:
                clerk.sells()
                said.append("sold")
            elif number == sales // 4:
                clerk.closes(0)
                said.append("closed")
            else:
                said.append(str(len(clerk.shift.passed)))
        except BoxOfficeError as refusal:
            said.append(refusal.case)
    office.close()
    return said


def drop_at_once(seat: Seat, minor: int) -> str:
    """Take this much to the safe."""
    office = seat.open()
    ready()
    try:
        Clerk(office).drops(minor)
    except BoxOfficeError as refusal:
        return refusal.case
    finally:
        office.close()
    return "dropped"


def test_one_clerk_opens_once_however_many_times_at_once(office: BoxOffice) -> None:
    said = race(office, 4, open_at_once)

    assert Counter(said) == {"opened": 1, "till.open": 3}
    assert len(rows(office, Shift)) == 1


def test_every_sale_is_in_the_count_or_was_refused(office: BoxOffice) -> None:
    an_event(office, a_tier(price="100", quota=1000))
    clerk = Clerk(office)
    clerk.opens(0)

    said = race(office, 3, sell_or_close, SALES)

    sold = sum(answers.count("sold") for answers in said)
    (shift,) = rows(office, Shift)
    assert "closed" in said[0]
    assert {one for answers in said[1:] for one in answers} <= {"sold", "till.closed"}
    assert shift.expected_minor == sold * 10_000
    assert len(rows(office, TillEntry)) == sold


def test_the_same_cash_is_not_taken_to_the_safe_twice(office: BoxOffice) -> None:
    clerk = Clerk(office)
    clerk.opens(10_000)

    said = race(office, 4, drop_at_once, 6_000)

    assert Counter(said) == {"dropped": 1, "till.short": 3}
    assert clerk.shift.expected.minor == 4_000
