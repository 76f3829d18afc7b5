"""How the parts of a refund are shown, and what each of them still waits for."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from boxoffice.payments.queries import RefundView


def part_json(part: "RefundView") -> "dict[str, object]":
    """Show one refund as an object."""
    return {
        "id": str(part.id),
        "method": part.method,
        "amount_minor": part.amount.minor,
        "state": part.state,
        "proof": part.proof,
        "waits_for": part.waits_for,
        "page_url": part.page_url,
        "refusal": part.refusal,
    }


def tell_what_waits(parts: "Sequence[RefundView]") -> None:
    """Say, of each refund that is not done, whom it waits for."""
    from boxoffice.cli import show
    from boxoffice.payments.models import RefundState

    for part in parts:
        if part.state is RefundState.REQUESTED:
            show.talk(f"{part.amount} ({part.method}) is asked for here, and not sent yet.")
            show.talk("hint: boxoffice job run")
        elif part.state is RefundState.FAILED:
            show.talk(f"the gateway refused to give {part.amount} back: {part.refusal}")
            show.talk("hint: give it back another way, with --proof, or ask again")
        elif part.page_url:
            show.talk(f"{part.amount} waits for its payer, on this page: {part.page_url}")
        elif part.waits_for:
            show.talk(f"{part.amount} waits at the gateway for: {part.waits_for}")
