"""A gateway in memory that holds the truth of each moment: what the port may be told of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from boxoffice.errors import ChargeRefused, GatewaySilent
from boxoffice.money import Money
from boxoffice.payments.provider import (
    Charge,
    ChargeRequest,
    ChargeState,
    GivenBack,
    GivenBackState,
    Hook,
    Limits,
    Window,
)

_OPEN = frozenset({ChargeState.WAITING, ChargeState.REVIEWING})


@dataclass
class Truth:
    """Charges by their id. `dies_after` raises after a call was obeyed: its answer is lost."""

    name: str = "asaas"
    charges: dict[str, Charge] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    hook: Hook | None = None
    dies_after: set[str] = field(default_factory=set)
    refuses: set[str] = field(default_factory=set)
    meanwhile: Callable[[str], None] = lambda _call: None

    def change(self, provider_id: str, **what: object) -> Charge:
        """Change what is so of a charge."""
        self.charges[provider_id] = replace(self.charges[provider_id], **what)  # type: ignore[arg-type]  # a test's own words
        return self.charges[provider_id]

    def pays(self, provider_id: str, state: ChargeState = ChargeState.SETTLED) -> Charge:
        """Have a charge paid."""
        return self.change(provider_id, state=state, paid=self.charges[provider_id].amount)

    def open_charge(
        self, request: ChargeRequest, *, before_creating: Callable[[], None] = lambda: None
    ) -> Charge:
        """Make a charge."""
        before_creating()
        made = self.add(f"pay_{request.reference}", request.reference, request.amount)
        self._called("open")
        return made

    def add(self, provider_id: str, reference: str | None, amount: Money) -> Charge:
        """Make a charge as somebody does in the gateway's panel."""
        made = Charge(
            provider_id, reference, ChargeState.WAITING, amount, Money(0), "000201", None, None, {}
        )
        self.charges[provider_id] = replace(made, created_on=date(2026, 11, 22))
        return self.charges[provider_id]

    def find_charges(self, reference: str) -> list[Charge]:
        """Find charges by reference."""
        self._called("find")
        return [charge for charge in self.charges.values() if charge.reference == reference]

    def look_up(self, provider_id: str) -> Charge | None:
        """Read one charge."""
        self._called("look")
        return self.charges.get(provider_id)

    def close_charge(self, provider_id: str) -> bool:
        """Delete a charge."""
        if self.charges[provider_id].state not in _OPEN:
            return False
        self.change(provider_id, state=ChargeState.CLOSED, is_deleted=True)
        self._called("close")
        return True

    def close_plan(self, plan: str) -> bool:
        """Delete the parts of a plan."""
        for part in self.plan_charges(plan):
            self.close_charge(part.provider_id)
        return True

    def restore_charge(self, provider_id: str) -> Charge:
        """Bring a charge back."""
        return self.change(provider_id, state=ChargeState.WAITING, is_deleted=False)

    def plan_charges(self, plan: str) -> list[Charge]:
        """Read a plan."""
        return [charge for charge in self.charges.values() if charge.plan == plan]

    def list_charges(self, window: Window) -> Iterator[Charge]:
        """List charges; days do not matter here, and a gateway's word matches no charge twice."""
        self._called("list")
        yield from list(self.charges.values()) if window.state is None else []

    def refund(self, provider_id: str, amount: Money, *, description: str) -> Charge:
        """Give money back."""
        if "refund" in self.refuses:
            raise ChargeRefused("Asaas refused: no balance.", vendor_code="x", status=400)
        charge = self.charges[provider_id]
        back = GivenBack(amount, GivenBackState.DONE, description, "", f"at {len(charge.refunds)}")
        refunds = (*charge.refunds, back)
        is_all = sum(each.amount.minor for each in refunds) >= charge.paid.minor
        state = ChargeState.REFUNDED if is_all else charge.state
        self.change(provider_id, refunds=refunds, state=state)
        self._called("refund")
        return self.charges[provider_id]

    def boleto_refund_page(self, provider_id: str) -> str:
        """Ask to give a boleto back."""
        self._called("page")
        return f"https://asaas.sandbox.invalid/refund/{provider_id}"

    def receive_in_cash(self, provider_id: str, amount: Money, *, on: date) -> Charge:
        """Mark a charge as paid outside."""
        del on
        return self.change(provider_id, state=ChargeState.IN_CASH, paid=amount)

    def limits(self) -> Limits:
        """Set no limit."""
        return Limits(None, len(self.charges), is_reached=False)

    def hooks(self) -> list[Hook]:
        """List the hook."""
        self._called("hooks")
        return [] if self.hook is None else [self.hook]

    def register_hook(self, *, name: str, url: str, email: str, token: str) -> Hook:
        """Keep the hook."""
        del email
        self.hook = Hook("hook_1", name, url, True, False, 0, ("PAYMENT_RECEIVED",), bool(token))  # noqa: FBT003  (as the gateway lists them)
        return self.hook

    def resume_hook(self, hook_id: str) -> Hook:
        """Make the hook send again."""
        assert self.hook is not None
        assert self.hook.id == hook_id
        self.hook = replace(self.hook, is_interrupted=False)
        return self.hook

    def close(self) -> None:
        """Hang up."""

    def _called(self, call: str) -> None:
        self.calls.append(call)
        self.meanwhile(call)
        if call in self.dies_after:
            self.dies_after.discard(call)
            raise GatewaySilent("Asaas did not answer.")
