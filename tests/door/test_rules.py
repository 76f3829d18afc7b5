"""The one decision at the door, from a table: what is tested first, and what a policy lets in."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from boxoffice.door.judge import first_of, judge, slot_of
from boxoffice.door.rules import (
    Asked,
    Direction,
    Door,
    Entered,
    ExitOf,
    Guest,
    Policy,
    Proof,
    Reading,
    Verdict,
    VerdictClass,
)
from boxoffice.door.words import SYMBOLS, say
from boxoffice.ids import new_id
from boxoffice.orders.models import OrderState
from boxoffice.tickets.models import TicketState
from boxoffice.times import parse_zone
from tests.making import NOON

EVENT, TIER = new_id(), new_id()
TODAY = date(2026, 11, 22)
HOUR = timedelta(hours=1)
READ = Reading(is_readable=True)
DOOR = Door(EVENT, Policy.ONCE, True, frozenset(), None, None)  # noqa: FBT003  (as the table reads)
GUEST = Guest(EVENT, TIER, TicketState.VALID, OrderState.PAID, False, False, "", ())  # noqa: FBT003  (the same)
IN, OUT = Asked(), Asked(direction=Direction.OUT)
OVERRIDE = Asked(override="came with the band")
NEWER = Reading(is_readable=True, is_newer=True)
INSIDE = Entered("", NOON - HOUR, None, new_id())
NOT_JUDGED = {Verdict.UNAVAILABLE}  # a surface says it when nobody could be asked


def entered(slot: str = "", *, has_left: bool = False) -> Entered:
    return Entered(slot, NOON - HOUR, NOON if has_left else None, new_id())


def judged(
    *,
    reading: Reading = READ,
    guest: Guest | None = GUEST,
    door: dict[str, Any] | None = None,
    asked: Asked = IN,
    **changes: Any,
) -> Verdict:
    known = None if guest is None else replace(guest, **changes)
    at = replace(DOOR, **(door or {}))
    return judge(reading, known, at, asked, now=NOON, today=TODAY)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict.OK),
        ({"reading": Reading(is_readable=False), "guest": None}, Verdict.UNREADABLE),
        (
            {"reading": Reading(is_readable=True, is_genuine=False), "guest": None},
            Verdict.BAD_SIGNATURE,
        ),
        ({"event_id": new_id()}, Verdict.WRONG_EVENT),
        ({"door": {"is_open": False}}, Verdict.LIST_CLOSED),
        ({"door": {"is_open": False}, "guest": None}, Verdict.LIST_CLOSED),
        ({"guest": None}, Verdict.UNKNOWN),
        ({"is_revoked": True}, Verdict.REVOKED),
        ({"ticket_state": TicketState.BLOCKED}, Verdict.BLOCKED),
        (
            {"ticket_state": TicketState.VOID, "order_state": OrderState.EXPIRED},
            Verdict.EXPIRED_ORDER,
        ),
        (
            {"ticket_state": TicketState.VOID, "order_state": OrderState.CANCELLED},
            Verdict.CANCELLED,
        ),
        ({"order_state": OrderState.CANCELLED}, Verdict.CANCELLED),
        ({"ticket_state": TicketState.VOID}, Verdict.CANCELLED),
        ({"door": {"tier_ids": frozenset({new_id()})}}, Verdict.NOT_ON_LIST),
        ({"door": {"tier_ids": frozenset({new_id(), TIER})}}, Verdict.OK),
        ({"door": {"opens_at": NOON + HOUR}}, Verdict.TOO_EARLY),
        ({"door": {"opens_at": NOON}}, Verdict.OK),
        ({"door": {"closes_at": NOON}}, Verdict.TOO_LATE),
        ({"door": {"closes_at": NOON + HOUR}}, Verdict.OK),
        ({"ticket_state": TicketState.HELD, "order_state": OrderState.PLACED}, Verdict.UNPAID),
        ({"ticket_state": TicketState.HELD, "order_state": OrderState.EXPIRING}, Verdict.UNPAID),
        (
            {"ticket_state": TicketState.HELD, "order_state": OrderState.NEEDS_REVIEW},
            Verdict.UNPAID,
        ),
        ({"entries": (entered(),)}, Verdict.ALREADY_IN),
        ({"needs_document": True}, Verdict.NEEDS_DOCUMENT),
        ({"needs_document": True, "asked": Asked(saw_document=True)}, Verdict.OK),
        ({"attention": "badge at desk 2"}, Verdict.NEEDS_CONFIRMATION),
        ({"attention": "badge at desk 2", "asked": Asked(confirms=True)}, Verdict.OK),
        (
            {"attention": "x", "needs_document": True, "asked": Asked(confirms=True)},
            Verdict.NEEDS_DOCUMENT,
        ),
        ({"needs_document": True, "asked": Asked(proof=Proof.STUDENT)}, Verdict.OK),
        (
            {"ticket_state": TicketState.HELD, "door": {"takes_payment": True}},
            Verdict.MUST_PAY,
        ),
        (
            {"guest": None, "reading": Reading(is_readable=True, has_choices=True)},
            Verdict.CHOOSE_TICKET,
        ),
        ({"door": {"room_left": 0}}, Verdict.AREA_FULL),
        ({"door": {"room_left": 1}}, Verdict.OK),
        ({"door": {"room_left": 0}, "entries": (INSIDE,)}, Verdict.ALREADY_IN),
        ({"door": {"room_left": 0}, "entries": (INSIDE,), "asked": OUT}, Verdict.OK_EXIT),
        ({"asked": OUT}, Verdict.NOT_INSIDE),
        (
            {"door": {"policy": Policy.DAILY}, "entries": (replace(INSIDE, slot="2026-11-22"),)},
            Verdict.ALREADY_TODAY,
        ),
        ({"door": {"policy": Policy.UNLIMITED}, "entries": (INSIDE,)}, Verdict.OK_REENTRY),
        ({"door": {"is_offline": True}}, Verdict.OK_UNSYNCED),
        ({"door": {"is_offline": True, "is_stale": True}}, Verdict.STALE_SNAPSHOT),
        ({"guest": None, "reading": NEWER}, Verdict.OK_SIGNATURE_ONLY),
        ({"guest": None, "reading": NEWER, "asked": OUT}, Verdict.UNKNOWN),
        (
            {"guest": None, "reading": NEWER, "door": {"tier_ids": frozenset({TIER})}},
            Verdict.UNKNOWN,
        ),
        (
            {"guest": None, "reading": NEWER, "door": {"closes_at": NOON}},
            Verdict.TOO_LATE,
        ),
        ({"entries": (INSIDE,), "asked": Asked(replays=INSIDE.scan_id)}, Verdict.OK_REPLAY),
        ({"ticket_state": TicketState.BLOCKED, "asked": OVERRIDE}, Verdict.OK_OVERRIDE),
        ({"entries": (INSIDE,), "asked": OVERRIDE}, Verdict.OK_OVERRIDE),
        ({"asked": OVERRIDE}, Verdict.OK),
        ({"guest": None, "asked": OVERRIDE}, Verdict.UNKNOWN),
        ({"event_id": new_id(), "asked": OVERRIDE}, Verdict.WRONG_EVENT),
        ({"order_state": OrderState.REFUNDED}, Verdict.REFUNDED),
        ({"order_state": OrderState.CHARGED_BACK}, Verdict.CHARGED_BACK),
    ],
)
def test_each_ground_has_its_verdict(changes: dict[str, Any], verdict: Verdict) -> None:
    assert judged(**changes) is verdict


def test_no_verdict_is_out_of_reach() -> None:
    (table,) = test_each_ground_has_its_verdict.pytestmark
    reached = {verdict for _, verdict in table.args[1]}

    assert set(Verdict) - reached == NOT_JUDGED


def test_grounds_are_tested_in_the_order_of_the_design() -> None:
    everything: dict[str, Any] = {
        "reading": Reading(is_readable=False, is_genuine=False),
        "event_id": new_id(),
        "door": {
            "is_open": False,
            "tier_ids": frozenset({new_id()}),
            "opens_at": NOON + HOUR,
            "closes_at": NOON - HOUR,
        },
        "is_revoked": True,
        "ticket_state": TicketState.BLOCKED,
        "order_state": OrderState.EXPIRED,
        "entries": (entered(),),
        "needs_document": True,
        "attention": "x",
    }
    door = everything["door"]
    mend: list[tuple[Verdict, dict[str, Any]]] = [
        (Verdict.UNREADABLE, {"reading": Reading(is_readable=True, is_genuine=False)}),
        (Verdict.BAD_SIGNATURE, {"reading": READ}),
        (Verdict.WRONG_EVENT, {"event_id": EVENT}),
        (Verdict.LIST_CLOSED, {"door": (door := {**door, "is_open": True})}),
        (Verdict.REVOKED, {"is_revoked": False}),
        (Verdict.BLOCKED, {"ticket_state": TicketState.VOID}),
        (Verdict.EXPIRED_ORDER, {"order_state": OrderState.CANCELLED}),
        (Verdict.CANCELLED, {"order_state": OrderState.PLACED, "ticket_state": TicketState.HELD}),
        (Verdict.NOT_ON_LIST, {"door": (door := {**door, "tier_ids": frozenset()})}),
        (Verdict.TOO_EARLY, {"door": (door := {**door, "opens_at": None})}),
        (Verdict.TOO_LATE, {"door": {**door, "closes_at": None}}),
        (Verdict.UNPAID, {"ticket_state": TicketState.VALID, "order_state": OrderState.PAID}),
        (Verdict.ALREADY_IN, {"entries": ()}),
        (Verdict.NEEDS_DOCUMENT, {"needs_document": False}),
        (Verdict.NEEDS_CONFIRMATION, {"attention": ""}),
    ]

    for verdict, change in mend:
        assert judged(**everything) is verdict
        everything |= change
    assert judged(**everything) is Verdict.OK


@pytest.mark.parametrize(
    ("policy", "entries", "going_in", "going_out"),
    [
        (Policy.ONCE, (), Verdict.OK, Verdict.NOT_INSIDE),
        (Policy.ONCE, (entered(),), Verdict.ALREADY_IN, Verdict.OK_EXIT),
        (Policy.ONCE, (entered(has_left=True),), Verdict.ALREADY_IN, Verdict.NOT_INSIDE),
        (Policy.DAILY, (), Verdict.OK, Verdict.NOT_INSIDE),
        (Policy.DAILY, (entered("2026-11-22"),), Verdict.ALREADY_TODAY, Verdict.OK_EXIT),
        (
            Policy.DAILY,
            (entered("2026-11-22", has_left=True),),
            Verdict.ALREADY_TODAY,
            Verdict.NOT_INSIDE,
        ),
        (Policy.DAILY, (entered("2026-11-21"),), Verdict.OK_REENTRY, Verdict.OK_EXIT),
        (Policy.AFTER_EXIT, (), Verdict.OK, Verdict.NOT_INSIDE),
        (Policy.AFTER_EXIT, (entered("1"),), Verdict.ALREADY_IN, Verdict.OK_EXIT),
        (
            Policy.AFTER_EXIT,
            (entered("1", has_left=True),),
            Verdict.OK_REENTRY,
            Verdict.NOT_INSIDE,
        ),
        (
            Policy.AFTER_EXIT,
            (entered("1", has_left=True), entered("2")),
            Verdict.ALREADY_IN,
            Verdict.OK_EXIT,
        ),
        (Policy.UNLIMITED, (), Verdict.OK, Verdict.NOT_INSIDE),
        (Policy.UNLIMITED, (entered("1"),), Verdict.OK_REENTRY, Verdict.OK_EXIT),
    ],
)
def test_a_policy_says_how_often_a_ticket_comes_in(
    policy: Policy, entries: tuple[Entered, ...], going_in: Verdict, going_out: Verdict
) -> None:
    door = {"policy": policy}

    assert judged(entries=entries, door=door) is going_in
    assert judged(entries=entries, door=door, asked=OUT) is going_out


@pytest.mark.parametrize("changes", [{"needs_document": True}, {"attention": "x"}])
def test_nobody_is_held_back_on_the_way_out(changes: dict[str, Any]) -> None:
    assert judged(entries=(entered(),), asked=OUT, **changes) is Verdict.OK_EXIT


@pytest.mark.parametrize(
    ("policy", "entries", "slot"),
    [
        (Policy.ONCE, (), ""),
        (Policy.ONCE, (entered("3"),), ""),
        (Policy.DAILY, (), "2026-11-22"),
        (Policy.DAILY, (entered("2026-11-21"),), "2026-11-22"),
        (Policy.AFTER_EXIT, (), "1"),
        (Policy.AFTER_EXIT, (entered("1"), entered("10")), "11"),
        (Policy.UNLIMITED, (entered("1"), entered("2")), "3"),
        # a lead let somebody in against the rules
        (Policy.AFTER_EXIT, (entered("1"), entered("+1")), "2"),
        # the policy was changed in the middle of the night
        (Policy.AFTER_EXIT, (entered(""), entered("2026-11-21")), "1"),
    ],
)
def test_a_policy_says_which_slot_an_entry_takes(
    policy: Policy, entries: tuple[Entered, ...], slot: str
) -> None:
    assert slot_of(policy, entries, TODAY) == slot


def test_who_comes_in_against_the_rules_takes_a_slot_of_another_kind() -> None:
    taken = (entered(""), entered("+1"))

    assert slot_of(Policy.ONCE, (), TODAY, is_override=True) == "+1"
    assert slot_of(Policy.ONCE, taken, TODAY, is_override=True) == "+2"


def test_a_repeated_scan_meets_the_entry_that_stands() -> None:
    gone, inside, today = entered("1", has_left=True), entered("2"), entered("2026-11-22")

    assert first_of(Verdict.ALREADY_IN, (gone, inside), TODAY) is inside
    assert first_of(Verdict.ALREADY_IN, (gone,), TODAY) is gone
    assert first_of(Verdict.ALREADY_TODAY, (gone, today), TODAY) is today
    assert first_of(Verdict.OK, (inside,), TODAY) is None


def test_every_verdict_has_a_class_a_symbol_an_exit_code_and_words() -> None:
    for verdict in Verdict:
        said = say(
            new_id(),
            verdict,
            ticket=None,
            first=None,
            scanned_at=NOON,
            zone=parse_zone("America/Sao_Paulo"),
        )

        assert said.message
        assert said.hint or verdict.admits, verdict
        assert SYMBOLS[verdict.family]
        assert ExitOf[verdict.family] in {0, 10, 20, 30, 40}
        assert verdict.admits is (verdict.family is VerdictClass.ADMIT)
