"""`boxoffice payment list`: payments a line, the newest first."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from boxoffice.cli.options import AsJson, Fields, Limit, example, noun

if TYPE_CHECKING:
    from boxoffice.payments.listing import PaymentLine

app = noun("List payments.")


@app.command("list", epilog=example("boxoffice payment list --method pix --state waiting"))
def list_command(
    ctx: typer.Context,
    event: Annotated[str | None, typer.Option("--event", "-e", help="Of this event alone.")] = None,
    method: Annotated[
        str | None, typer.Option(help="pix, boleto, card, cash, courtesy or external.")
    ] = None,
    state: Annotated[
        str | None, typer.Option(help="Only in this state: waiting, paid, settled, refunded, …")
    ] = None,
    limit: Limit = 100,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """List payments, the newest first."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.order_request import method_of
    from boxoffice.errors import BadValue
    from boxoffice.events.queries import event_by_slug
    from boxoffice.payments.listing import list_payments
    from boxoffice.payments.models import PaymentState
    from boxoffice.payments.provider import Method
    from boxoffice.times import iso

    if state is not None and state not in set(PaymentState):
        raise BadValue("--state", f"{state[:40]!r} is not one of: {', '.join(PaymentState)}.")
    paid_by = None if method is None else method_of(method, *Method)
    with office_of(ctx) as office, office.reading() as session:
        if event is not None:
            event_by_slug(session, event)
        found = list_payments(
            session,
            limit=limit,
            event=event,
            method=paid_by,
            state=None if state is None else PaymentState(state),
        )
    if as_json:
        for line in found:
            show.as_json_line(_line_json(line), fields)
        return
    show.table(
        ["order", "event", "method", "state", "amount", "paid", "back", "since"],
        [
            [
                x.order, x.event_slug, x.method, x.state, str(x.amount), str(x.paid),
                str(x.refunded) if x.refunded.minor else "", iso(x.created_at) or "",
            ]
            for x in found
        ],
    )  # fmt: skip
    if not found:
        show.talk("no such payments.")


def _line_json(line: "PaymentLine") -> dict[str, Any]:
    """Show a payment as one line."""
    from boxoffice.times import iso

    return {
        "id": str(line.id),
        "order": line.order,
        "event": line.event_slug,
        "method": line.method,
        "state": line.state,
        "amount_minor": line.amount.minor,
        "paid_minor": line.paid.minor,
        "refunded_minor": line.refunded.minor,
        "currency": line.amount.currency,
        "provider": line.provider,
        "provider_id": line.provider_id,
        "created_at": iso(line.created_at),
        "paid_at": iso(line.paid_at),
    }
