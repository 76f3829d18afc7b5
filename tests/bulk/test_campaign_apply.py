"""A campaign is applied once, however often: every guest invited, and nobody twice."""

import fcntl
from datetime import timedelta
from pathlib import Path

import pytest

from boxoffice.bulk.plan_files import result_beside
from boxoffice.errors import Busy, EventNotOnSale, Forbidden, Refused
from boxoffice.events.models import EventState
from boxoffice.events.publish import move
from boxoffice.mail import Attachment
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Channel, Order, OrderState
from boxoffice.outbox.models import Job, Queue
from boxoffice.payments.models import Payment
from boxoffice.promos.models import (
    Campaign,
    CampaignFile,
    CampaignRow,
    Promo,
    PromoKind,
    PromoState,
    PromoTier,
)
from boxoffice.staff.rules import Actor, Role
from boxoffice.tickets.models import Ticket, TicketState
from tests.bulk.campaigns import (
    ANA,
    BIA,
    GIFT,
    NAME,
    TICKETS,
    a_file,
    a_night,
    applied,
    guests,
    held,
    invited,
    kept,
    many,
    reclaimed,
    states,
)
from tests.bulk.files import mode, results
from tests.making import (
    LOTE,
    SLUG,
    Clock,
    a_plan,
    a_sale,
    a_tier,
    codes_of,
    counts,
    places_left,
    rows,
    shown_at,
    the_order,
)
from tests.making import applied as event_applied
from tests.races.books import disagreements
from tests.races.clerks import Seat, race


@pytest.fixture
def giving(office: BoxOffice) -> BoxOffice:
    a_night(office, fee_percent=10)
    return office


def test_each_guest_gets_a_code_with_a_quota_of_its_own(giving: BoxOffice, tmp_path: Path) -> None:
    invited(giving, tmp_path)

    promos = {promo.recipient_name: promo for promo in rows(giving, Promo)}
    assert {(p.kind, p.state, p.is_reserved) for p in promos.values()} == {
        (PromoKind.COURTESY, PromoState.CREATED, True)
    }
    assert (promos["Ana Lima"].uses_max, promos["Bia Sá"].uses_max) == (2, 1)
    assert promos["Ana Lima"].recipient_email == "ana@example.com"
    assert len({promo.code for promo in promos.values()}) == len(rows(giving, PromoTier)) == 2


def test_codes_hold_their_places_from_the_moment_they_are_made(
    giving: BoxOffice, tmp_path: Path
) -> None:
    invited(giving, tmp_path)

    assert places_left(giving) == {LOTE: 10, GIFT: 7, "*": 17}
    assert held(giving) == [2, 1]
    assert disagreements(giving) == []


def test_a_mail_is_promised_to_each_and_none_is_sent(giving: BoxOffice, tmp_path: Path) -> None:
    invited(giving, tmp_path)

    assert [(job.kind, job.queue) for job in rows(giving, Job)] == [
        ("courtesy.send", Queue.BULK)
    ] * 2
    assert states(giving) == ["planned", "planned"]
    assert not (giving.settings.home / "mail").exists()


def test_tickets_are_valid_at_once_and_cost_nothing(giving: BoxOffice, tmp_path: Path) -> None:
    invited(giving, tmp_path, mode=TICKETS)

    orders = {order.buyer_name: order for order in rows(giving, Order)}
    assert {(o.channel, o.state, o.total_minor, o.fee_minor) for o in orders.values()} == {
        (Channel.COURTESY, OrderState.PAID, 0, 0)
    }
    assert orders["Ana Lima"].discount_minor == 100_00
    assert [ticket.state for ticket in rows(giving, Ticket)] == [TicketState.VALID] * 3
    assert {payment.amount_minor for payment in rows(giving, Payment)} == {0}
    assert places_left(giving)[GIFT] == 7
    assert {job.kind for job in rows(giving, Job)} == {"courtesy.send"}
    assert disagreements(giving) == []


def test_a_guest_with_tickets_is_let_in(giving: BoxOffice, clock: Clock, tmp_path: Path) -> None:
    ana, _ = invited(giving, tmp_path, mode=TICKETS)
    order = the_order(giving, ana.order or "")
    clock.forward(days=1)

    assert shown_at(giving, codes_of(order)[0]).verdict == "ok"
    assert [(t.holder_name, t.holder_company) for t in order.tickets] == [
        ("Ana Lima", "Aurora"), ("", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("how", ["codes", "tickets"])
def test_a_second_apply_adds_nothing(giving: BoxOffice, tmp_path: Path, how: str) -> None:
    path = kept(giving, tmp_path, a_file(), type(TICKETS)(how))
    first = results(applied(giving, path))
    before = counts(giving)

    done = applied(giving, path)

    assert counts(giving) == before
    assert (done.made, done.already, done.refused) == (0, 2, 0)
    gift = "promo" if how == "codes" else "order"
    assert [line[gift] for line in results(done)] == [line[gift] for line in first]


def test_a_corrected_list_invites_only_who_is_missing(giving: BoxOffice, tmp_path: Path) -> None:
    invited(giving, tmp_path, a_file(ANA, "Bia Sá;bia@;;;;1"))

    done = applied(giving, kept(giving, tmp_path, a_file(ANA, BIA)))

    assert (done.made, done.already) == (1, 0)
    assert [guest.name for guest in guests(giving)] == ["Ana Lima", "Bia Sá"]
    assert len(rows(giving, Campaign)) == 1


def test_two_plans_of_one_guest_invite_once(giving: BoxOffice, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    first, second = kept(giving, tmp_path, a_file(ANA)), kept(giving, tmp_path / "b", a_file(ANA))
    applied(giving, first)

    done = applied(giving, second)

    assert (done.made, done.already) == (0, 1)
    assert len(rows(giving, CampaignRow)) == 1


def test_the_files_and_the_words_are_kept_where_any_worker_finds_them(
    giving: BoxOffice, tmp_path: Path
) -> None:
    file = Attachment("mapa.pdf", "application/pdf", b"%PDF")

    invited(giving, tmp_path, message="Venha!", files=(file,))

    (found,) = rows(giving, CampaignFile)
    assert (found.name, found.media_type, found.content) == (
        file.name, file.media_type, file.content,
    )  # fmt: skip
    assert rows(giving, Campaign)[0].settings == {"message": "Venha!"}


def test_a_price_that_moved_makes_the_plan_stale(giving: BoxOffice, tmp_path: Path) -> None:
    path = kept(giving, tmp_path, a_file())
    event_applied(giving, a_plan(a_tier(), a_tier(GIFT, price="60,00"), fee_percent=10))
    before = counts(giving)

    with pytest.raises(Refused) as caught:
        applied(giving, path)

    assert (caught.value.case, caught.value.details["moved"]) == ("plan.stale", [GIFT])
    assert counts(giving) == before


def test_places_that_are_gone_make_the_plan_stale(giving: BoxOffice, tmp_path: Path) -> None:
    path = kept(giving, tmp_path, a_file("Ana;ana@example.com;;;;10"))
    (tmp_path / "b").mkdir()
    invited(giving, tmp_path / "b", a_file(BIA), name="other")

    with pytest.raises(Refused, match="Cortesia has 9 places left; the plan still needs 10") as no:
        applied(giving, path)

    assert no.value.case == "plan.stale"


def test_an_expiry_that_has_come_makes_the_plan_stale(
    giving: BoxOffice, clock: Clock, tmp_path: Path
) -> None:
    path = kept(giving, tmp_path, a_file(), expires_at=giving.now() + timedelta(hours=1))
    clock.forward(hours=1)

    with pytest.raises(Refused) as caught:
        applied(giving, path)

    assert caught.value.case == "plan.stale"
    assert rows(giving, Campaign) == []


def test_a_cancelled_event_gives_nothing_away(giving: BoxOffice, tmp_path: Path) -> None:
    path = kept(giving, tmp_path, a_file())
    with giving.writing() as session:
        move(session, giving.actor, SLUG, EventState.CANCELLED, now=giving.now())

    with pytest.raises(EventNotOnSale):
        applied(giving, path)


def test_a_guest_whose_places_went_meanwhile_is_refused_alone(
    giving: BoxOffice, tmp_path: Path
) -> None:
    path = kept(giving, tmp_path, a_file("Ana;ana@example.com;;;;8", BIA, "Cid;c@x.test;;;;1"))

    def sell_three(count: int, _total: int) -> None:
        if count == 1:
            event_applied(
                giving, a_plan(a_tier(), a_tier(GIFT, price="50,00", quota=9), fee_percent=10)
            )

    done = applied(giving, path, progress=sell_three)

    assert (done.made, done.refused, done.places) == (2, 1, 9)
    assert [line["outcome"] for line in results(done)] == ["made", "made", "refused"]
    assert results(done)[2]["code"] == "tier.sold_out"
    assert disagreements(giving) == []


def test_nobody_is_added_to_a_campaign_that_was_reclaimed(
    giving: BoxOffice, tmp_path: Path
) -> None:
    path = kept(giving, tmp_path, a_file())

    def reclaim(count: int, _total: int) -> None:
        if count == 1:
            reclaimed(giving)

    with pytest.raises(Refused) as caught:
        applied(giving, path, progress=reclaim)

    assert caught.value.case == "campaign.ended"
    assert states(giving) == ["revoked"]
    assert places_left(giving)[GIFT] == 10


def test_only_who_edits_events_applies(giving: BoxOffice, tmp_path: Path) -> None:
    path = kept(giving, tmp_path, a_file())
    giving.actor = Actor("bia", Role.BOX_OFFICE)

    with pytest.raises(Forbidden):
        applied(giving, path)


def test_a_plan_that_is_being_applied_is_locked(giving: BoxOffice, tmp_path: Path) -> None:
    path = kept(giving, tmp_path, a_file())
    with result_beside(path).open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)

        with pytest.raises(Busy) as caught:
            applied(giving, path)

    assert caught.value.case == "plan.locked"


def test_the_results_are_the_owners_alone(giving: BoxOffice, tmp_path: Path) -> None:
    applied(giving, kept(giving, tmp_path, a_file()))

    assert mode(tmp_path / "plan.json.result.jsonl") == 0o600


def apply_at_once(seat: Seat, path: Path) -> int:
    """Apply a plan of this process's own while others do the same; return how many it made."""
    office = seat.open()
    return applied(office, path.with_name(f"{seat.number}") / "plan.json").made


@pytest.mark.parametrize("how", ["codes", "tickets"])
def test_three_runs_of_one_list_at_once_invite_each_guest_once(
    giving: BoxOffice, tmp_path: Path, how: str
) -> None:
    for number in range(3):
        (tmp_path / f"{number}").mkdir()
        kept(giving, tmp_path / f"{number}", many(6), type(TICKETS)(how))

    made = race(giving, 3, apply_at_once, tmp_path / "plan.json")

    assert sum(made) == len(rows(giving, CampaignRow)) == 6
    assert len(rows(giving, Campaign)) == 1
    assert places_left(giving)[GIFT] == 4
    assert len(rows(giving, Job)) == 6
    assert disagreements(giving) == []


def test_a_sale_beside_a_campaign_never_takes_what_a_code_holds(
    giving: BoxOffice, tmp_path: Path
) -> None:
    invited(giving, tmp_path, a_file("Ana;ana@example.com;;;;10"))
    a_sale(giving, (LOTE, 10))

    with pytest.raises(Refused) as caught:
        a_sale(giving, (GIFT, 1))

    assert (caught.value.case, NAME) == ("tier.sold_out", guests(giving)[0].campaign)
