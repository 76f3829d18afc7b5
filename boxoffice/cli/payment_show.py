"""`boxoffice payment show` and `watch`: what a buyer needs to pay with, and whether they paid."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from boxoffice.cli.options import AsJson, Fields, example, noun

if TYPE_CHECKING:
    from boxoffice.payments.queries import PaymentView

app = noun("Show payments and their PIX codes, wait for them.")

_LOOK_SECONDS = 0.5
_PNG_PIXELS = 8  # to a module: it reads from across a counter


@app.command("show", epilog=example("boxoffice payment show K7QX2M --png pix.png"))
def show_command(
    ctx: typer.Context,
    order: Annotated[str, typer.Argument(help="The order, by its code.")],
    png: Annotated[
        Path | None, typer.Option("--png", help="Write the PIX QR code to this file; - is stdout.")
    ] = None,
    copy: Annotated[
        bool, typer.Option("--copy", help="Put the PIX text or boleto line on the clipboard.")
    ] = False,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Show the latest payment of an order; a PIX to be paid as QR code and as text to copy."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.shapes import payment_json
    from boxoffice.errors import NotFound
    from boxoffice.orders.queries import order_by_code
    from boxoffice.payments.queries import payment_of_order

    with office_of(ctx) as office, office.reading() as session:
        row = order_by_code(session, order)
        found = payment_of_order(session, row.id)
    if found is None:
        raise NotFound("payment", f"of order {row.code}")
    if copy:
        _check_copy(found, row.code)
    if png is not None:
        _write_png(found, row.code, png)
        if str(png) == "-":
            return
    if as_json:
        show.as_json_line(payment_json(found), fields)
    else:
        _show(found, row.code)
    if copy:
        _copy(found)


@app.command("watch", epilog=example("boxoffice payment watch K7QX2M --timeout 300"))
def watch_command(
    ctx: typer.Context,
    order: Annotated[str, typer.Argument(help="The order, by its code.")],
    timeout: Annotated[int, typer.Option(min=1, max=86_400, help="Seconds to wait.")] = 300,
    as_json: AsJson = False,
) -> None:
    """Wait until an order is paid. Exit code 5 when it ends unpaid, 75 when time is up.

    With --json each change is a line, as it comes; the last one is the end.
    """
    import time

    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import Unavailable, WrongState
    from boxoffice.orders.models import OrderState
    from boxoffice.orders.queries import order_by_code
    from boxoffice.payments.queries import payment_of_order

    until = time.monotonic() + timeout
    before = None
    with office_of(ctx) as office:
        while True:
            with office.reading() as session:
                row = order_by_code(session, order)
                payment = payment_of_order(session, row.id)
            now = row.state, None if payment is None else payment.state
            if now != before:
                if as_json:
                    told = {"code": row.code, "state": now[0], "payment_state": now[1]}
                    show.as_json_line(told)
                elif row.state is not OrderState.PAID:
                    show.talk(f"{row.code} is {now[0]}, its payment {now[1] or 'not started'} …")
                before = now
            if row.state is OrderState.PAID:
                break
            if row.state not in {OrderState.PLACED, OrderState.EXPIRING}:
                raise WrongState(
                    f"order {row.code} is {row.state}.",
                    hint=f"see why: boxoffice order history {row.code}",
                )
            if time.monotonic() >= until:
                raise Unavailable(
                    f"order {row.code} is not paid yet.",
                    hint=f"go on waiting: boxoffice payment watch {row.code}",
                    code="payment.waiting",
                )
            time.sleep(_LOOK_SECONDS)
    if not as_json:
        show.line(f"{row.code} is paid.")


def _show(found: "PaymentView", code: str) -> None:
    from boxoffice.cli import show
    from boxoffice.payments.models import PaymentState

    refunded = f", {found.refunded} of it goes back" if found.refunded.minor else ""
    cash = " (outside of the gateway)" if found.is_in_cash else ""
    show.pairs(
        [
            (code, f"{found.method} {found.state}  {found.amount}{cash}"),
            ("paid", f"{found.paid}{refunded}" if found.paid.minor else ""),
            ("net", "" if found.net is None else f"{found.net} after the gateway's fee"),
            ("credited", "" if found.credited_on is None else found.credited_on.isoformat()),
            ("gateway", found.provider_id or ""),
            ("plan", found.plan or ""),
            ("refused", found.refusal or ""),
            ("boleto", found.boleto_line or ""),
            ("bar code", found.boleto_bar_code or ""),
            ("PDF", found.boleto_url or ""),
            ("invoice", found.invoice_url or ""),
        ]
    )
    if found.pix_payload and found.state is PaymentState.WAITING:
        _show_pix(found.pix_payload)


def _to_copy(found: "PaymentView") -> str | None:
    return found.pix_payload or found.boleto_line or found.invoice_url


def _check_copy(found: "PaymentView", code: str) -> None:
    """Check that there is something to copy, and a terminal that could.

    Raises:
        BadValue: stdout is no terminal.
        Refused: nothing of this payment can be copied.
    """
    from boxoffice.errors import BadValue, Refused

    if not sys.stdout.isatty():
        raise BadValue(
            "--copy", "needs a terminal.", hint="pipe it: --json --fields pix_payload | …"
        )
    if _to_copy(found) is None:
        raise Refused(
            f"the payment of {code} has nothing to copy.",
            hint=f"see it: boxoffice payment show {code}",
            code="payment.nothing_to_copy",
        )


def _copy(found: "PaymentView") -> None:
    """Put the text on the clipboard of the terminal, over SSH too. Source: xterm's OSC 52."""
    import base64

    from boxoffice.cli import show

    text = base64.b64encode((_to_copy(found) or "").encode()).decode()
    sys.stdout.write(f"\x1b]52;c;{text}\x07")
    sys.stdout.flush()
    show.talk("copied; a terminal that does not know how has ignored it.")


def _write_png(found: "PaymentView", code: str, path: Path) -> None:
    """Write the QR code of a PIX as a picture.

    Raises:
        Refused: the payment has no PIX code.
        BadFile: the file cannot be written.
    """
    from boxoffice.cli.png import png
    from boxoffice.errors import Refused
    from boxoffice.files import publish
    from boxoffice.tickets.qr import Level, matrix

    if not found.pix_payload:
        raise Refused(
            f"the payment of {code} has no PIX code.",
            hint=f"see it: boxoffice payment show {code}",
            code="payment.no_pix",
        )
    publish(path, [png(matrix(found.pix_payload, level=Level.M), pixels=_PNG_PIXELS)])


def _show_pix(payload: str) -> None:
    """Draw the QR code where it fits on a terminal; the text to copy always follows."""
    import shutil

    from boxoffice.cli import show

    if show.is_coloured() and os.environ.get("TERM") != "dumb":
        from rich.console import Console
        from rich.text import Text

        from boxoffice.tickets.half_blocks import QR_STYLE, terminal_qr

        size = shutil.get_terminal_size()
        lines = terminal_qr(payload, columns=size.columns, rows=size.lines - 2)
        if lines is None:
            show.talk("the QR code needs a larger terminal; copy the text instead.")
        else:
            console = Console(highlight=False)
            for drawn in lines:
                console.print(Text(drawn, style=QR_STYLE))
    show.line(payload)
