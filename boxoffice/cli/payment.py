"""`boxoffice payment`: show payments and their PIX codes."""

import os
from typing import Annotated

import typer

from boxoffice.cli.options import AsJson, Fields, example, noun

app = noun("Show payments and their PIX codes, wait for them.")

_LOOK_SECONDS = 0.5


@app.command("show", epilog=example("boxoffice payment show K7QX2M"))
def show_command(
    ctx: typer.Context,
    order: Annotated[str, typer.Argument(help="The order, by its code.")],
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Show the latest payment of an order; a PIX to be paid as QR code and as text to copy."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.shapes import payment_json
    from boxoffice.errors import NotFound
    from boxoffice.orders.queries import order_by_code
    from boxoffice.payments.models import PaymentState
    from boxoffice.payments.queries import payment_of_order

    with office_of(ctx) as office, office.reading() as session:
        row = order_by_code(session, order)
        found = payment_of_order(session, row.id)
    if found is None:
        raise NotFound("payment", f"of order {row.code}")
    if as_json:
        show.as_json_line(payment_json(found), fields)
        return
    show.pairs(
        [
            (row.code, f"{found.method} {found.state}  {found.amount}"),
            ("gateway", found.provider_id or ""),
            ("refused", found.refusal or ""),
            ("boleto", found.boleto_line or ""),
            ("invoice", found.invoice_url or ""),
        ]
    )
    if found.pix_payload and found.state is PaymentState.WAITING:
        _show_pix(found.pix_payload)


@app.command("watch", epilog=example("boxoffice payment watch K7QX2M --timeout 300"))
def watch_command(
    ctx: typer.Context,
    order: Annotated[str, typer.Argument(help="The order, by its code.")],
    timeout: Annotated[int, typer.Option(min=1, max=86_400, help="Seconds to wait.")] = 300,
    as_json: AsJson = False,
) -> None:
    """Wait until an order is paid. Exit code 5 when it ends unpaid, 75 when time is up."""
    import time

    from boxoffice.cli import show
    from boxoffice.cli.opening import afterwards, office_of
    from boxoffice.errors import Unavailable, WrongState
    from boxoffice.orders.models import OrderState
    from boxoffice.orders.queries import order_by_code

    until = time.monotonic() + timeout
    with office_of(ctx) as office:
        while True:
            with office.reading() as session:
                row = order_by_code(session, order)
            if row.state is OrderState.PAID:
                break
            if row.state not in {OrderState.PLACED, OrderState.EXPIRING}:
                raise WrongState(f"order {row.code} is {row.state}.")
            if time.monotonic() >= until:
                raise Unavailable(f"order {row.code} is not paid yet.", code="payment.waiting")
            afterwards(office)
            time.sleep(_LOOK_SECONDS)
    if as_json:
        show.as_json_line({"code": row.code, "state": row.state})
    else:
        show.line(f"{row.code} is paid.")


def _show_pix(payload: str) -> None:
    """Draw the QR code where it fits on a terminal; the text to copy always follows."""
    import shutil

    from boxoffice.cli import show

    if show.is_coloured() and os.environ.get("TERM") != "dumb":
        from rich.console import Console
        from rich.text import Text

        from boxoffice.cli.qr import QR_STYLE, terminal_qr

        size = shutil.get_terminal_size()
        lines = terminal_qr(payload, columns=size.columns, rows=size.lines - 2)
        if lines is None:
            show.talk("the QR code needs a larger terminal; copy the text instead.")
        else:
            console = Console(highlight=False)
            for drawn in lines:
                console.print(Text(drawn, style=QR_STYLE))
    show.line(payload)
