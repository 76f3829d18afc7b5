"""What the processes of a race for promos do."""

from contextlib import closing

from boxoffice.errors import BoxOfficeError
from boxoffice.people import Person
from tests.making import LOTE, a_request, placed
from tests.promos.codes import cancelled
from tests.races.clerks import Seat, ready


def redeem_until_refused(seat: Seat, code: str, buyer: Person, quantity: int) -> tuple[int, str]:
    """Buy with a promo again and again; return how often it went well, and the last refusal."""
    count = 0
    with closing(seat.open()) as office:
        ready()
        while True:
            try:
                placed(office, a_request((LOTE, quantity), promo=code, buyer=buyer))
            except BoxOfficeError as refusal:
                return count, refusal.case
            count += 1


def redeem_each(seat: Seat, codes: list[str], buyer: Person) -> list[str]:
    """Use each promo once, at the same moment as the others; return what each order said."""
    said = []
    with closing(seat.open()) as office:
        for code in codes:
            ready()
            try:
                placed(office, a_request((LOTE, 1), promo=code, buyer=buyer))
                said.append("placed")
            except BoxOfficeError as refusal:
                said.append(refusal.case)
    return said


def redeem_and_cancel(seat: Seat, code: str, buyer: Person, rounds: int) -> list[str]:
    """Buy with a promo and cancel, again and again; return the refusals met."""
    said = []
    with closing(seat.open()) as office:
        ready()
        for _ in range(rounds):
            try:
                cancelled(office, placed(office, a_request((LOTE, 1), promo=code, buyer=buyer)).id)
            except BoxOfficeError as refusal:
                said.append(refusal.case)
    return said
