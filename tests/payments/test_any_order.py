"""Letters in any order, doubled and lost, and one reconcile: the same end as with none of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from boxoffice.events.models import Event
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.payments.models import RefundState
from boxoffice.payments.provider import Charge, ChargeState, GivenBack, GivenBackState
from tasks.payments import settled
from tasks.reconciling import reconcile
from tests.making import LOTE, Clock, a_tier, an_event, places_left, rows, the_payment
from tests.payments.charged import Charged, payment_ids
from tests.payments.truth import Truth

S = ChargeState
_LIST_SINCE = date(2026, 12, 1)  # the books of other examples are not looked at again
_PAID = {S.PAID, S.SETTLED}


@dataclass
class History:
    """What happens to one charge at the gateway, one valid step after the other."""

    charged: Charged
    has_copy: bool = False
    was_touched: bool = False  # by a refund or a dispute

    @property
    def truth(self) -> Truth:
        """The gateway."""
        return self.charged.truth

    @property
    def now(self) -> Charge:
        """The charge as it is."""
        return self.truth.charges[self.charged.charge_id]

    def steps(self) -> dict[str, Callable[[], object]]:
        """Return what may happen next, by name."""
        found: dict[str, Callable[[], object]] = {}
        now, pays = self.now, self.truth.pays
        if now.state in {S.WAITING, S.REVIEWING}:
            found["confirm"] = lambda: self._pays(S.PAID)
            found["receive"] = lambda: self._pays(S.SETTLED)
            found["review"] = lambda: self._is(S.REVIEWING)
            found["delete"] = lambda: self._is(S.CLOSED)
        if now.state is S.CLOSED:
            found["restore"] = lambda: self._is(S.WAITING)
            found["pay anyway"] = lambda: pays(now.provider_id, S.SETTLED)
        if now.state is S.PAID:
            found["settle"] = lambda: self._is(S.SETTLED)
        if now.state in _PAID and not self.has_copy:
            found["refund a part"] = lambda: self._goes_back(5_000)
            found["refund it all"] = lambda: self._goes_back(20_000)
            found["begin a refund"] = lambda: self._touched(S.REFUNDING)
            found["dispute"] = lambda: self._touched(S.DISPUTED, was_disputed=True)
            if not self.was_touched:
                found["pay a copy"] = self._copy
        if now.state is S.REFUNDING:
            found["deny"] = lambda: self._is(S.SETTLED)
            found["carry out"] = lambda: self._is(S.REFUNDED, refunds=())
        if now.state is S.DISPUTED:
            found["win"] = lambda: self._is(S.DISPUTE_WON)
            found["lose"] = lambda: self._is(S.REFUNDED)
        if now.state is S.DISPUTE_WON:
            found["have it again"] = lambda: self._is(S.PAID)
        return found

    def _pays(self, state: ChargeState) -> None:
        self.truth.pays(self.charged.charge_id, state)

    def _is(self, state: ChargeState, **more: object) -> None:
        self.truth.change(self.charged.charge_id, state=state, **more)

    def _touched(self, state: ChargeState, **more: object) -> None:
        self.was_touched = True
        self._is(state, **more)

    def _goes_back(self, minor: int) -> None:
        self.was_touched = True
        gone = sum(back.amount.minor for back in self.now.refunds)
        back = min(minor, 20_000 - gone)
        made_at = f"2026-11-23 10:00:{len(self.now.refunds):02}"
        entry = GivenBack(Money(back), GivenBackState.DONE, "panel", "", made_at)
        state = S.REFUNDED if gone + back == 20_000 else self.now.state
        self._is(state, refunds=(*self.now.refunds, entry))

    def _copy(self) -> None:
        self.has_copy = True
        name = f"{self.charged.charge_id}_copy"
        self.truth.add(name, str(self.charged.payment_id), Money(20_000))
        self.truth.pays(name)


@dataclass
class Post:
    """Letters on their way: looks at the truth that are written down later, or never."""

    office: BoxOffice
    clock: Clock
    looks: list[tuple[Charge, datetime]] = field(default_factory=list)

    def look(self, truth: Truth) -> None:
        """Have a worker look at every charge, and be slow to write."""
        self.clock.forward(milliseconds=1)
        self.looks += [(charge, self.clock()) for charge in truth.charges.values()]

    def write(self, number: int) -> None:
        """Have one of the slow workers write what it saw."""
        if self.looks:
            charge, looked_at = self.looks[number % len(self.looks)]
            with self.office.writing() as session:
                settled(self.office, session, charge, looked_at=looked_at)


def picture(office: BoxOffice, charged: Charged, places: int) -> object:
    """Return what must be the same, however the news came.

    Of two payments of one order, the one whose news came last goes back: which one is the same to
    its buyer, and to us.
    """
    paid = [the_payment(office, one) for one in payment_ids(office, charged.order.id)]
    shown = (
        sorted(str(p.state) for p in paid),
        sorted((p.paid_minor, p.refunded_minor) for p in paid),
    )
    refunds = [(minor, state) for minor, state in charged.refunds if state != RefundState.FAILED]
    totals = sum(minor for minor, _ in refunds), {state for _, state in refunds}
    return charged.state, charged.tickets, shown, totals, places - places_left(office)[LOTE]


def lived(
    office: BoxOffice, clock: Clock, choices: list[int], post: list[tuple[bool, int | None]] | None
) -> object:
    """Live one history; every step is told at once, or as the post has it; then reconcile."""
    truth = Truth()
    office.provider = truth
    places = places_left(office)[LOTE]
    charged = Charged(office, truth)
    history, slow = History(charged), Post(office, clock)
    for number, choice in enumerate(choices):
        steps = history.steps()
        if not steps:
            break
        steps[list(steps)[choice % len(steps)]]()
        clock.forward(milliseconds=1)
        is_looked_at, late = (True, -1) if post is None else post[number % len(post)]
        if is_looked_at:
            slow.look(truth)
        if late is not None and slow.looks:
            slow.write(late)
            if post is not None and late % 3 == 0:
                slow.write(late)  # once more
    for _ in range(len(slow.looks) if post else 0):
        slow.write(-_)
    clock.forward(milliseconds=1)
    reconcile(office, office.actor, since=_LIST_SINCE, requests_max=10_000)
    return picture(office, charged, places)


@settings(
    max_examples=20,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(choices=[3, 0, 0, 5], post=[(True, None)])  # a copy is heard of before its original
@given(
    choices=st.lists(st.integers(0, 11), min_size=1, max_size=8),
    post=st.lists(st.tuples(st.booleans(), st.none() | st.integers(0, 20)), min_size=1, max_size=8),
)
def test_however_the_news_came_the_end_is_the_same(
    office: BoxOffice, clock: Clock, choices: list[int], post: list[tuple[bool, int | None]]
) -> None:
    if not rows(office, Event):
        an_event(office, a_tier(quota=5_000, price="100"))
    told_at_once = lived(office, clock, choices, None)

    assert lived(office, clock, choices, post) == told_at_once
