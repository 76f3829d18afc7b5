"""`boxoffice ticket`: print tickets."""

from pathlib import Path
from typing import Annotated

import typer

from boxoffice.cli.options import example, noun

app = noun("Print tickets.")


@app.callback()
def ticket() -> None:
    """Keep `pdf` a verb, however few there are."""


@app.command("pdf", epilog=example("boxoffice ticket pdf K7QX2M --out tickets.pdf"))
def pdf_command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="An order (K7QX2M) or a ticket of it (K7QX2M-1).")],
    out: Annotated[Path, typer.Option(help="The file, or - for stdout.")],
    paper: Annotated[str, typer.Option(help="a4, or receipt for an 80 mm roll.")] = "a4",
) -> None:
    """Print the valid tickets of an order, or one of them, as a PDF with their QR codes."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import BadValue
    from boxoffice.files import publish
    from boxoffice.orders.paper import order_pdf
    from boxoffice.orders.queries import tickets_named
    from boxoffice.tickets.paper import Paper

    if paper not in set(Paper):
        raise BadValue("--paper", f"{paper[:40]!r} is not one of: {', '.join(Paper)}.")
    with office_of(ctx) as office, office.reading() as session:
        key = office.ticket_key
        order, wanted = tickets_named(session, name, key)
        only = {one.id for one in wanted}
        printed = order_pdf(session, order.id, key, Paper(paper), only=only)
    publish(out, [printed.content])
    if str(out) != "-":
        show.talk(f"{out}: {printed.count} tickets of order {order.code}.")
