"""`boxoffice ticket`: show, print, re-issue and block tickets."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from boxoffice.cli.options import AsJson, Fields, Whole, example, noun

if TYPE_CHECKING:
    from uuid import UUID

    from boxoffice.office import BoxOffice
    from boxoffice.orders.change import Changed
    from boxoffice.orders.tickets import TicketDetails

app = noun("Show, print, re-issue and block tickets.")

TicketName = Annotated[str, typer.Argument(help="The ticket, by its name (K7QX2M-1) or its code.")]
Reason = Annotated[
    str, typer.Option("--reason", help="Why. It is kept until its people are erased.")
]


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


@app.command("show", epilog=example("boxoffice ticket show K7QX2M-1 --json"))
def show_command(
    ctx: typer.Context,
    ticket: TicketName,
    with_documents: Whole = False,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Show one ticket: whom it lets in, where, and whether it is good."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.order_answer import shows_whole
    from boxoffice.orders.tickets import ticket_details

    with office_of(ctx) as office:
        with office.reading() as session:
            found = ticket_details(session, ticket, office.ticket_key)
        if with_documents:
            shows_whole(office, "ticket", found.id)
    if as_json:
        show.as_json_line(_json(found, whole=with_documents), fields)
    else:
        _show(found, whole=with_documents)


@app.command("reissue", epilog=example("boxoffice ticket reissue K7QX2M-1 --reason 'lost'"))
def reissue_command(
    ctx: typer.Context, ticket: TicketName, reason: Reason, as_json: AsJson = False
) -> None:
    """Give a ticket a new code, and mail it; the old one is refused at the door."""
    from boxoffice.cli.opening import office_of
    from boxoffice.orders.change import reissue_ticket
    from boxoffice.orders.tickets import ticket_named
    from boxoffice.text import clean_in

    why = clean_in(reason, name="--reason", empty=True)
    with office_of(ctx) as office:
        with office.writing() as session:
            _, row = ticket_named(session, ticket)
            key, now = office.ticket_key, office.now()
            done = reissue_ticket(session, office.actor, row.id, key, reason=why, now=now)
        show_changed(office, row.id, done, as_json=as_json)


@app.command("block", epilog=example("boxoffice ticket block K7QX2M-1 --reason 'stolen'"))
def block_command(
    ctx: typer.Context, ticket: TicketName, reason: Reason, as_json: AsJson = False
) -> None:
    """Block a ticket: the door stops whoever shows it. Its place stays taken."""
    _turn(ctx, ticket, reason, blocks=True, as_json=as_json)


@app.command("unblock", epilog=example("boxoffice ticket unblock K7QX2M-1 --reason 'found'"))
def unblock_command(
    ctx: typer.Context, ticket: TicketName, reason: Reason, as_json: AsJson = False
) -> None:
    """Make a blocked ticket valid again, with the code it had."""
    _turn(ctx, ticket, reason, blocks=False, as_json=as_json)


def show_changed(office: "BoxOffice", ticket_id: "UUID", done: "Changed", *, as_json: bool) -> None:
    """Show a ticket that has a new holder or a new code, and see that its mail goes out."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import afterwards

    found = _details(office, ticket_id)
    if as_json:
        show.as_json_line(_json(found) | {"mailed": done.mail is not None})
    else:
        _show(found)
    if done.mail is not None:
        afterwards(office, done.mail)
    elif found.code is not None and not as_json:
        show.talk(f"no mail goes out; print it: boxoffice ticket pdf {found.short_code} --out FILE")


def _turn(ctx: typer.Context, ticket: str, reason: str, *, blocks: bool, as_json: bool) -> None:
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.orders.tickets import ticket_named
    from boxoffice.text import clean_in
    from boxoffice.tickets.block import block, unblock

    why = clean_in(reason, name="--reason", empty=True)
    with office_of(ctx) as office:
        with office.writing() as session:
            _, row = ticket_named(session, ticket)
            act = block if blocks else unblock
            is_new = act(session, office.actor, row.id, reason=why, now=office.now())
        found = _details(office, row.id)
    if as_json:
        show.as_json_line(_json(found))
    else:
        show.line(f"{found.short_code} {'is' if is_new else 'was'} {found.state}.")


def _details(office: "BoxOffice", ticket_id: "UUID") -> "TicketDetails":
    from boxoffice.orders.tickets import details_of

    with office.reading() as session:
        return details_of(session, ticket_id, office.ticket_key)


def _show(found: "TicketDetails", *, whole: bool = False) -> None:
    from boxoffice.cli import show

    show.pairs(
        [
            (found.short_code, f"{found.state}  {found.tier}  {found.price}"),
            ("holder", found.holder.name),
            ("e-mail", found.holder.email),
            ("document", _document(found, whole=whole)),
            ("company", found.holder.company),
            ("event", found.event_slug),
            ("seat", found.seat),
            ("attention", found.attention),
            ("code", found.code or ""),
            ("re-issued", str(found.generation or "")),
        ]
    )


def _document(found: "TicketDetails", *, whole: bool) -> str:
    from boxoffice.people import masked_document

    return found.holder.document if whole else masked_document(found.holder.document)


def _json(found: "TicketDetails", *, whole: bool = False) -> dict[str, Any]:
    return {
        "short_code": found.short_code,
        "code": found.code,
        "order": found.order_code,
        "order_state": found.order_state,
        "event": found.event_slug,
        "tier": found.tier,
        "holder_name": found.holder.name,
        "holder_email": found.holder.email,
        "holder_document": _document(found, whole=whole),
        "holder_company": found.holder.company,
        "holder_title": found.holder.title,
        "seat": found.seat,
        "attention": found.attention,
        "state": found.state,
        "generation": found.generation,
        "price_minor": found.price.minor,
        "discount_minor": found.discount.minor,
        "fee_minor": found.fee.minor,
        "currency": found.price.currency,
    }
