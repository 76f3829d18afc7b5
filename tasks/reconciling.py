"""Compare the gateway with our books, both ways, and mend what a decision can mend by itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from boxoffice.db import ReadSession
from boxoffice.errors import ChargeRefused
from boxoffice.log import log
from boxoffice.money import Money
from boxoffice.office import BoxOffice
from boxoffice.orders.models import Order
from boxoffice.outbox.jobs import CheckHooks, Reconcile
from boxoffice.payments.exceptions import Exceptional, Kind, exceptions
from boxoffice.payments.hooks import ours, problems_of
from boxoffice.payments.models import MONEY, OPEN, Payment, PaymentState, Refund, RefundState
from boxoffice.payments.provider import Charge, ChargeState, Window
from boxoffice.payments.rules import decide
from boxoffice.staff.rules import SYSTEM, Actor, Permission
from boxoffice.text import shown
from boxoffice.times import local_day
from tasks.payments import looked_up, settled
from tasks.registry import Claim, works

# The gateway lets us ask 25,000 times in 12 hours (reference/asaas.md §2): 347 in ten minutes.
# A run takes less than a third of that; sales and letters need the rest.
REQUESTS_MAX = 100
DAYS = 2  # of each run; a nightly one looks further back
_PAGE_ROWS = 100
_STATUS_DAYS = 120  # refunds and disputes of old charges are in no window of days but this one
_NEAR = timedelta(minutes=10)
_UNDER_WAY = (PaymentState.REFUNDING, PaymentState.DISPUTED)
_GATEWAY_ZONE = ZoneInfo("America/Sao_Paulo")
# The gateway's own words for what no window of days brings up again.
_STATUSES = (
    "REFUND_REQUESTED", "REFUND_IN_PROGRESS", "REFUNDED", "CHARGEBACK_REQUESTED",
    "CHARGEBACK_DISPUTE", "AWAITING_CHARGEBACK_REVERSAL",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a run looked at, what it mended, and what is left for people."""

    charge_count: int
    mended: tuple[str, ...]  # the gateway's ids of the charges whose news had been missed
    exceptions: tuple[Exceptional, ...]

    @property
    def agree(self) -> bool:
        """Whether the gateway and our books say the same."""
        return not self.exceptions


@dataclass(slots=True)
class _Run:
    """One run under way: what was seen, and how many requests it may still make."""

    left: int
    seen: set[str] = field(default_factory=set)
    mended: list[str] = field(default_factory=list)
    found: list[Exceptional] = field(default_factory=list)


@works(CheckHooks)
def check_hooks(office: BoxOffice, job: CheckHooks, claim: Claim) -> None:
    """See whether the gateway still sends us letters, and log what is wrong. It changes nothing."""
    del job
    problems = problems_of(ours(office.provider.hooks()))
    for one in problems:
        facts = {"hook": shown(one.hook), "problem": one.problem, "mend": one.mend}
        log.error("letters do not come", extra=facts)
    with claim.finishing():
        return


@works(Reconcile)
def reconcile_slot(office: BoxOffice, job: Reconcile, claim: Claim) -> None:
    """Reconcile the last days. A second run finds what was mended, and mends nothing more."""
    claim.renew()
    today = local_day(office.now(), _GATEWAY_ZONE)
    reconcile(office, SYSTEM, since=today - timedelta(days=job.days))
    with claim.finishing():
        return


def reconcile(
    office: BoxOffice, actor: Actor, *, since: date, requests_max: int = REQUESTS_MAX
) -> Reconciled:
    """Compare the charges made or paid since a day with our payments, and both with the orders.

    What the decision on money can mend is mended; the rest is returned, each with its command.

    Raises:
        Forbidden: the actor may not decide on orders.
        GatewaySilent: the gateway does not answer; what was mended so far stays.
    """
    actor.must(Permission.CANCEL_ORDER)
    run = _Run(requests_max)
    for window in _windows(since, local_day(office.now(), _GATEWAY_ZONE)):
        _compare_window(office, run, window)
    for payment in _unseen(office, run, since):
        if not _spend(run):
            break
        _compare_payment(office, run, payment)
    _compare_hooks(office, run)
    with office.reading() as session:
        left = exceptions(session, now=office.now())
    return Reconciled(len(run.seen), tuple(run.mended), (*run.found, *left))


def _windows(since: date, today: date) -> Iterator[Window]:
    """Yield the windows of a run, a day wider on each side: days are the gateway's own."""
    day = timedelta(days=1)
    yield Window(since - day, today + day, by="created")
    yield Window(since - day, today + day, by="paid")
    for status in _STATUSES:
        yield Window(today - timedelta(days=_STATUS_DAYS), today + day, state=status)


def _compare_window(office: BoxOffice, run: _Run, window: Window) -> None:
    if not _spend(run):
        return
    looked_at = office.now()
    for number, charge in enumerate(office.provider.list_charges(window), start=1):
        if number % _PAGE_ROWS == 0 and not _spend(run):
            return
        if charge.provider_id in run.seen:
            continue
        run.seen.add(charge.provider_id)
        whole = charge
        if charge.plan is not None:
            if not _spend(run, 2):
                return
            whole = looked_up(office, charge.provider_id) or charge
        _compare(office, run, whole, looked_at)


def _compare_payment(office: BoxOffice, run: _Run, payment: Payment) -> None:
    """Ask for one charge by its id, or by our reference when we never got its id."""
    looked_at = office.now()
    try:
        if payment.provider_id is not None:
            charge = looked_up(office, payment.provider_id)
            found = [] if charge is None else [charge]
        else:
            found = office.provider.find_charges(str(payment.id))
    except ChargeRefused:
        found = []
    for charge in found:
        run.seen.add(charge.provider_id)
        _compare(office, run, charge, looked_at)
    if not found and payment.provider_id is not None:
        what = "the gateway has no such charge"
        _tell(office, run, payment, Kind.LOST, what)


def _compare(office: BoxOffice, run: _Run, charge: Charge, looked_at: datetime) -> None:
    """Do what a charge means where that is news, and tell what is not to be mended."""
    with office.reading() as session:
        payment = _payment(session, charge)
        if payment is not None and not _is_news(payment, charge):
            return
        before = None if payment is None else _picture(session, payment.id)
    if payment is None and charge.paid.minor <= 0:
        return
    with office.writing() as session:
        settled(office, session, charge, looked_at=looked_at)
    with office.reading() as session:
        payment = _payment(session, charge)
        after = None if payment is None else _picture(session, payment.id)
    if after != before:
        run.mended.append(charge.provider_id)
    if payment is not None and payment.state not in OPEN and _contradicts(payment, charge):
        _tell(office, run, payment, Kind.STATE, f"the gateway says {charge.state}")


def _compare_hooks(office: BoxOffice, run: _Run) -> None:
    """Tell when letters do not come: until that is mended, only these runs bring news."""
    if not _spend(run):
        return
    try:
        hooks = ours(office.provider.hooks())
    except ChargeRefused:
        return  # our key may not see them; the charges it does
    for one in problems_of(hooks):
        run.found.append(Exceptional(Kind.HOOK, one.hook, Money(0), one.problem, one.mend))


def _payment(session: ReadSession, charge: Charge) -> Payment | None:
    known = col(Payment.provider_id) == charge.provider_id
    if charge.plan is not None:
        known |= col(Payment.plan) == charge.plan
    return session.exec(select(Payment).where(known).order_by(col(Payment.created_at))).first()


def _is_news(payment: Payment, charge: Charge) -> bool:
    told = decide(payment.state, payment.amount_minor, charge, is_in_cash=payment.is_in_cash)
    return bool(told.acts) or told.payment is not payment.state or _contradicts(payment, charge)


def _contradicts(payment: Payment, charge: Charge) -> bool:
    """Say whether we have money that the gateway does not, or took for lost what it has again."""
    has_money = charge.state in {ChargeState.PAID, ChargeState.SETTLED, ChargeState.IN_CASH}
    is_unpaid = charge.state in {ChargeState.WAITING, ChargeState.CLOSED}
    is_lost = payment.state in {PaymentState.REFUNDED, PaymentState.CHARGED_BACK}
    return (is_lost and has_money) or (payment.state in MONEY and is_unpaid)


def _picture(session: ReadSession, payment_id: UUID) -> tuple[object, ...]:
    """Return what a mending may change."""
    payment = session.get_one(Payment, payment_id)
    order = session.get_one(Order, payment.order_id)
    refunds = session.exec(select(Refund).where(Refund.payment_id == payment_id)).all()
    states = sorted((str(row.id), str(row.state)) for row in refunds)
    return payment.state, payment.paid_minor, payment.refunded_minor, order.state, states


def _unseen(office: BoxOffice, run: _Run, since: date) -> list[Payment]:
    """Return payments that no list shows, or that a list should have shown and did not.

    They are open ones near their end, paid ones, and those whose money is under way, however old:
    a dispute that is won and a part that has gone back are in no list of days or of statuses.
    """
    with office.reading() as session:
        now = office.now()
        from_day = datetime.combine(since, datetime.min.time(), tzinfo=_GATEWAY_ZONE)
        is_due = col(Payment.state).in_(OPEN) & (col(Order.expires_at) <= now + _NEAR)
        is_paid = col(Payment.state).in_(MONEY) & (col(Payment.paid_at) >= from_day)
        sent = select(Refund.payment_id).where(Refund.state == RefundState.SENT)
        is_under_way = col(Payment.state).in_(_UNDER_WAY) | col(Payment.id).in_(sent)
        rows = session.exec(
            select(Payment)
            .join(Order, col(Order.id) == Payment.order_id)
            .where(Payment.provider == office.provider.name, is_due | is_paid | is_under_way)
            .order_by(col(Payment.created_at), col(Payment.id))
        ).all()
    return [row for row in rows if row.provider_id not in run.seen]


def _spend(run: _Run, count: int = 1) -> bool:
    """Take requests from the run's budget; without enough, say that not all was seen."""
    if run.left >= count:
        run.left -= count
        return True
    if not any(one.kind is Kind.UNSEEN for one in run.found):
        what, mend = "the run asked as often as it may", "boxoffice payment reconcile"
        run.found.append(Exceptional(Kind.UNSEEN, "", Money(0), what, mend))
    return False


def _tell(office: BoxOffice, run: _Run, payment: Payment, kind: Kind, what: str) -> None:
    with office.reading() as session:
        code = session.get_one(Order, payment.order_id).code
    amount = Money(payment.paid_minor or payment.amount_minor, payment.currency)
    run.found.append(Exceptional(kind, code, amount, what, f"boxoffice order history {code}"))
