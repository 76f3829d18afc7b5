"""The codes of guests when their whole event ends: places go back once, and guests are told."""

from pathlib import Path

import pytest

from boxoffice.bulk.cancel_apply import Canceller, apply_cancel
from boxoffice.bulk.cancel_plan import told_of
from boxoffice.errors import Refused
from boxoffice.events.models import Event, EventState
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order
from boxoffice.outbox.jobs import TellUninvited
from boxoffice.outbox.models import Job
from boxoffice.promos.models import CampaignRow, Promo, PromoState
from tasks.relay import run_until_empty
from tests.bulk.campaigns import GIFT, NAME, a_night, code_of, held, invited, redeemed
from tests.bulk.cancelling import (
    applied,
    ended,
    kept,
    planned,
    results,
)
from tests.making import (
    LOTE,
    a_sale,
    counts,
    places_left,
    rows,
)
from tests.races.books import disagreements


def test_codes_that_nobody_redeemed_give_their_places_back_and_their_guests_are_told(
    office: BoxOffice, tmp_path: Path
) -> None:
    a_night(office)
    invited(office, tmp_path)
    redeemed(office, code_of(office), quantity=1)
    plan = told_of(planned(office))["counts"]

    done = ended(office, tmp_path)

    told = [job.args for job in rows(office, Job) if job.kind == TellUninvited.kind]
    (bia,) = [row.id for row in rows(office, CampaignRow) if row.name == "Bia Sá"]
    assert (plan["codes"], plan["code_places"]) == (done.codes, done.places) == (2, 2)
    assert results(done)[-1] == {
        "campaign": NAME, "outcome": "called_off", "codes": 2, "places": 2,
    }  # fmt: skip
    assert held(office) == [0, 0]
    assert places_left(office) == {LOTE: 10, GIFT: 10, "*": 20}
    assert told == [{"campaign_row_id": str(bia)}]
    assert {promo.state for promo in rows(office, Promo)} == {PromoState.REVOKED}
    assert disagreements(office) == []


def test_a_plan_counts_the_guests_who_were_sent_a_code(office: BoxOffice, tmp_path: Path) -> None:
    a_night(office)
    invited(office, tmp_path)
    before = told_of(planned(office))["counts"]["mails"]
    run_until_empty(office)

    after = told_of(planned(office))["counts"]["mails"]

    assert (before, after) == (0, 2)


def test_a_plan_is_stale_after_more_guests_were_invited(office: BoxOffice, tmp_path: Path) -> None:
    a_night(office)
    path = kept(office, tmp_path)
    invited(office, tmp_path)

    with pytest.raises(Refused, match="changed since the plan"):
        applied(office, path)

    (event,) = rows(office, Event)
    assert event.state is EventState.ON_SALE
    assert held(office) == [2, 1]


def test_a_second_run_takes_no_code_back_twice(office: BoxOffice, tmp_path: Path) -> None:
    a_night(office)
    invited(office, tmp_path)
    path = kept(office, tmp_path)
    applied(office, path)
    before = counts(office)

    again = applied(office, path)

    assert (again.codes, again.places) == (0, 0)
    assert counts(office) == before
    assert places_left(office) == {LOTE: 10, GIFT: 10, "*": 20}


def test_a_code_of_a_cancelled_event_opens_nothing(office: BoxOffice, tmp_path: Path) -> None:
    a_night(office)
    invited(office, tmp_path)
    code = code_of(office)
    ended(office, tmp_path)

    with pytest.raises(Refused):
        redeemed(office, code)

    assert rows(office, Order) == []


def test_progress_is_told_order_by_order_and_code_by_code(
    office: BoxOffice, tmp_path: Path
) -> None:
    a_night(office)
    invited(office, tmp_path)
    for _ in range(2):
        a_sale(office)
    path, told = kept(office, tmp_path), list[tuple[int, int]]()

    def progress(count: int, total: int) -> None:
        told.append((count, total))

    apply_cancel(Canceller(office.database, office.actor, office.now, progress), path)

    assert told == [(1, 4), (2, 4), (4, 4)]
