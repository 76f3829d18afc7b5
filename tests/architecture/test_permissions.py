"""Who may do what, verb by verb: a new verb without a permission does not pass here.

`verbs.txt` is the table. Change it by hand when a change of what a role may do is meant.
"""

from pathlib import Path

import pytest

from boxoffice.errors import Forbidden
from boxoffice.staff.rules import HUMAN_ROLES, PERMISSIONS, SYSTEM, Actor, Permission, Role
from tests.architecture.verbs import Trap, verbs, who_may

TABLE = Path(__file__).with_name("verbs.txt")

# These let anybody in, and here is why.
WITHIN = "within a transaction of a verb that has checked, or of a worker"
THEIR_OWN = "anybody, for what is their own; the rest is checked once it is known whose it is"
OPEN = {
    "orders.cancel.finish_expiry": WITHIN,
    "orders.confirm.confirm": WITHIN,
    "orders.confirm.hold_for_review": WITHIN,
    "orders.due.complete": WITHIN,
    "payments.collect.collect": WITHIN,
    "payments.collect.stop_asking": WITHIN,
    "payments.covered.money_came": WITHIN,
    "payments.covered.set_aside_part_paid": WITHIN,
    "payments.extend.let_go": WITHIN,
    "payments.settle.close_unanswered": WITHIN,
    "payments.settle.fail": WITHIN,
    "payments.settle.settle": WITHIN,
    "promos.reclaim.expire_some": WITHIN,
    "exports.prune.prune": WITHIN,
    "exports.remember.manifest_told": WITHIN,
    "exports.remember.remember": WITHIN,
    "orders.money_back.charge_back": WITHIN,
    "orders.money_back.dispute": WITHIN,
    "orders.money_back.money_stays": WITHIN,
    "orders.money_back.money_went": WITHIN,
    "orders.money_back.win": WITHIN,
    "payments.acting.act_on": WITHIN,
    "payments.booking.book_refunds": WITHIN,
    "payments.refund_limit.must_be_approved": WITHIN,
    "payments.refund_limit.refund_limit_of": WITHIN,
    "payments.booking.refuse": WITHIN,
    "payments.send.was_sent": WITHIN,
    "privacy.hand_out.note_handed_out": WITHIN,
    "till.record.record_refund": WITHIN,
    "till.record.record_sale": WITHIN,
    "door.search.search": "every role may see people",
    "reports.courtesies.courtesies": "every role may see people",
    "staff.approve.approve": "the supervisor's PIN and role decide, not who asks",
    "staff.change.change_email": THEIR_OWN,
    "staff.change.change_password": THEIR_OWN,
    "staff.change.change_pin": THEIR_OWN,
    "staff.sessions.revoke": THEIR_OWN,
    "staff.unlock.unlock": "anybody, by a secret of their own",
}


def table() -> dict[str, str]:
    """Return the golden table."""
    lines = TABLE.read_text("utf-8").splitlines()
    return {path: roles.strip() for path, _, roles in (line.partition(" ") for line in lines)}


def test_every_verb_lets_in_the_roles_of_the_table_and_no_other() -> None:
    found = {path: who_may(verb) for path, verb in verbs()}

    assert found == table()


def test_what_is_open_to_anybody_says_why() -> None:
    assert {path for path, roles in table().items() if roles == "anybody"} == set(OPEN)


def test_no_verb_is_closed_to_every_role() -> None:
    assert all(table().values())


def test_a_verb_that_checks_nothing_is_noticed() -> None:
    def careless(session: Trap, actor: Actor) -> None:
        session.begin(actor)

    def careful(session: Trap, actor: Actor) -> None:
        actor.must(Permission.STAFF)
        session.begin(actor)

    def late(session: Trap, actor: Actor) -> None:
        session.begin(actor)
        actor.must(Permission.STAFF)

    assert [who_may(verb) for verb in (careless, careful, late)] == ["anybody", "admin", "anybody"]


def test_an_admin_may_everything_and_the_door_may_not_touch_money() -> None:
    money = {Permission.SELL, Permission.REFUND, Permission.SETTLE_LATE, Permission.EXPORT}

    assert PERMISSIONS[Role.ADMIN] == set(Permission)
    assert PERMISSIONS[Role.DOOR] & money == set()
    assert PERMISSIONS[Role.DOOR_LEAD] & money == set()


def test_who_may_not_is_told_what_and_whom_to_ask() -> None:
    seller = Actor("clara", Role.BOX_OFFICE)

    with pytest.raises(Forbidden, match=r"clara \(box_office\) may not decide what") as caught:
        seller.must(Permission.SETTLE_LATE)

    assert caught.value.details == {"permission": "settle_late"}
    assert "boxoffice staff roles" in caught.value.hint


def test_the_workers_have_what_they_need_and_people_cannot_be_them() -> None:
    assert SYSTEM.may(Permission.CANCEL_ORDER)
    assert not SYSTEM.may(Permission.STAFF)
    assert Role.SYSTEM not in HUMAN_ROLES
