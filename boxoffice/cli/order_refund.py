"""What `boxoffice order refund` asks for: the request its flags make, and who approves it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from boxoffice.db import ReadSession
    from boxoffice.office import BoxOffice
    from boxoffice.orders.models import Order
    from boxoffice.payments.refund import RefundRequest
    from boxoffice.staff.rules import Actor


def approved(office: "BoxOffice", supervisor: str, *, pin_stdin: bool) -> "Actor":
    """Ask a second person for their PIN.

    Raises:
        Forbidden: the name or the PIN is wrong, or that person may not approve refunds.
        TooManyTries: there were too many wrong tries.
    """
    from boxoffice.cli.asking import secret
    from boxoffice.staff.approve import approve
    from boxoffice.staff.rules import Permission

    pin = secret(f"the PIN of {supervisor[:32]}", stdin=pin_stdin)
    return approve(
        office.database,
        office.actor,
        supervisor=supervisor,
        pin=pin,
        permission=Permission.APPROVE_REFUND,
        now=office.now(),
    )


def asked(
    session: "ReadSession",
    order: "Order",
    names: "Sequence[str]",
    amount: str | None,
    *,
    keep_fee: bool,
    reason: str,
    proof: str,
) -> "RefundRequest":
    """Read what the flags ask to give back.

    Raises:
        BadValue: an amount or a text cannot be read, or a ticket is one of another order.
        NotFound: there is no such ticket.
    """
    from boxoffice.errors import BadValue
    from boxoffice.money import parse_money
    from boxoffice.orders.tickets import ticket_named
    from boxoffice.payments.refund import RefundRequest
    from boxoffice.text import clean_in

    ticket_ids = []
    for name in names:
        owner, row = ticket_named(session, name)
        if owner.id != order.id:
            raise BadValue("--ticket", f"{name[:20]} is not one of order {order.code}.")
        ticket_ids.append(row.id)
    return RefundRequest(
        ticket_ids=tuple(dict.fromkeys(ticket_ids)),
        amount=parse_money(amount, name="--amount", currency=order.currency) if amount else None,
        keeps_fee=keep_fee,
        reason=clean_in(reason, name="--reason", empty=True),
        proof=clean_in(proof, name="--proof", empty=True),
    )
