"""`boxoffice order`, on what stands: transfer, resend, note, cancel-ticket, refund, history."""

from typing import Annotated

import typer

from boxoffice.cli.options import AsJson, Fields, PinStdin, Supervisor, Yes, example, noun

app = noun("Change orders: their holders, their notes, their money.")

Code = Annotated[str, typer.Argument(help="The order, by its code.")]
TicketName = Annotated[str, typer.Argument(help="The ticket, by its name (K7QX2M-1) or its code.")]
Reason = Annotated[
    str, typer.Option("--reason", help="Why. It is kept until its people are erased.")
]


@app.command("transfer", epilog=example("boxoffice order transfer K7QX2M-1 --to-name 'Bia Reis'"))
def transfer_command(
    ctx: typer.Context,
    ticket: TicketName,
    to_name: Annotated[str, typer.Option(help="Who comes instead.")],
    to_email: Annotated[str, typer.Option(help="Their e-mail.")] = "",
    to_document: Annotated[str, typer.Option(help="Their CPF or CNPJ.")] = "",
    as_json: AsJson = False,
) -> None:
    """Let somebody else in with a ticket: it gets a new code, and the old one is refused."""
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.ticket import show_changed
    from boxoffice.orders.change import transfer
    from boxoffice.orders.tickets import ticket_named
    from boxoffice.people import Person, parse_document, parse_email, parse_name

    holder = Person(
        name=parse_name(to_name, name="--to-name"),
        email=parse_email(to_email, name="--to-email") if to_email else "",
        document=parse_document(to_document, name="--to-document") if to_document else "",
    )
    with office_of(ctx) as office:
        with office.writing() as session:
            _, row = ticket_named(session, ticket)
            key, now = office.ticket_key, office.now()
            done = transfer(session, office.actor, row.id, holder, key, now=now)
        show_changed(office, row.id, done, as_json=as_json)


@app.command("resend", epilog=example("boxoffice order resend K7QX2M --to ana@exemplo.com.br"))
def resend_command(
    ctx: typer.Context,
    code: Code,
    to: Annotated[
        str | None, typer.Option(help="The right address; it replaces the buyer's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Mail the tickets of an order once more; of an unpaid one, how to pay it."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import afterwards, office_of
    from boxoffice.orders.change import Resent, resend
    from boxoffice.orders.models import OrderState
    from boxoffice.orders.queries import order_by_code
    from boxoffice.payments.remind import Reminded, remind
    from boxoffice.people import parse_email

    address = None if to is None else parse_email(to, name="--to")
    with office_of(ctx) as office:
        with office.writing() as session:
            order = order_by_code(session, code)
            is_unpaid = order.state is OrderState.PLACED
            again = remind if is_unpaid else resend
            sent: Reminded | Resent = again(
                session, office.actor, order.id, to=address, now=office.now()
            )
        if as_json:
            show.as_json_line({"order": order.code, "to": sent.to})
        else:
            what = "how to pay it goes" if is_unpaid else "its tickets go"
            show.line(f"{order.code}: {what} to {sent.to}.")
        afterwards(office, sent.mail)


@app.command("note", epilog=example("boxoffice order note K7QX2M 'wheelchair: use gate B' --door"))
def note_command(
    ctx: typer.Context,
    code: Code,
    text: Annotated[str, typer.Argument(help="The note; '' takes it away.")],
    door: Annotated[
        bool, typer.Option("--door", help="For the door: it must confirm before it admits.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write a note on an order; the last one stands."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.orders.change import note
    from boxoffice.orders.queries import order_by_code
    from boxoffice.text import clean_in

    tidy = clean_in(text, name="the note", empty=True)
    with office_of(ctx) as office, office.writing() as session:
        order = order_by_code(session, code)
        count = note(session, office.actor, order.id, tidy, at_door=door, now=office.now())
    if as_json:
        told = {"order": order.code, "note": tidy, "door": door, "tickets": count}
        show.as_json_line(told)
    else:
        where = f" on {count} tickets, for the door" if door else ""
        show.line(f"{order.code}: {tidy}{where}" if tidy else f"{order.code}: no note{where}.")


@app.command(
    "cancel-ticket",
    epilog=example("boxoffice order cancel-ticket K7QX2M-2 --reason 'is ill' --yes"),
)
def cancel_ticket_command(
    ctx: typer.Context,
    ticket: TicketName,
    reason: Reason,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Cancel one ticket: it dies, its place goes back. The last one cancels its order."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.order_answer import read, show_order
    from boxoffice.orders.tickets import ticket_named
    from boxoffice.payments.collect import Till
    from boxoffice.payments.extend import drop_ticket
    from boxoffice.text import clean_in

    why = clean_in(reason, name="--reason", empty=True)
    with office_of(ctx) as office:
        with office.reading() as session:
            order, row = ticket_named(session, ticket)
        name = f"{order.code}-{row.number}"
        if not show.confirmed(f"Cancel ticket {name}? No money moves.", yes=yes):
            show.talk("nothing was changed.")
            raise typer.Exit(5)
        with office.writing() as session:
            how, now = Till(office.ticket_key), office.now()
            ended = drop_ticket(session, office.actor, row.id, how, reason=why, now=now)
        view, payment = read(office, order.code)
        if as_json:
            show_order(view, payment, as_json=True, fields=None)
        else:
            show.line(f"{name} is cancelled." if ended else f"{name} was cancelled before.")
            show.line(f"{view.code} is {view.state}.")


@app.command(
    "refund", epilog=example("boxoffice order refund K7QX2M --proof 'cash, receipt 17' --yes")
)
def refund_command(
    ctx: typer.Context,
    code: Code,
    ticket: Annotated[
        list[str] | None, typer.Option(help="Only this ticket; may be repeated. It dies.")
    ] = None,
    amount: Annotated[
        str | None,
        typer.Option(help="So much: 50 or 50,00. Alone, it ends no ticket until it is all."),
    ] = None,
    keep_fee: Annotated[bool, typer.Option("--keep-fee", help="Do not give the fee back.")] = False,
    reason: Annotated[str, typer.Option(help="Why. It is kept until its people are erased.")] = "",
    proof: Annotated[
        str, typer.Option(help="How cash was given back; needed for what a till took.")
    ] = "",
    key: Annotated[
        str | None,
        typer.Option("--idempotency-key", help="Make a repeat refund nothing.", metavar="KEY"),
    ] = None,
    supervisor: Supervisor = None,
    pin_stdin: PinStdin = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Give money back: of tickets, an amount, or all. Who has all of it back has no ticket."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import afterwards, office_of
    from boxoffice.cli.order_answer import read
    from boxoffice.cli.order_refund import approved, asked
    from boxoffice.cli.refund_answer import part_json, tell_what_waits
    from boxoffice.cli.shapes import order_json
    from boxoffice.orders.queries import order_by_code
    from boxoffice.outbox.jobs import SendRefund
    from boxoffice.payments.queries import refunds_of_order
    from boxoffice.payments.refund import refund

    with office_of(ctx) as office:
        with office.reading() as session:
            order = order_by_code(session, code)
            request = asked(session, order, ticket or [], amount, keep_fee=keep_fee,
                             reason=reason, proof=proof)  # fmt: skip
        if not show.confirmed(f"Give money of {order.code} back?", yes=yes):
            show.talk("nothing was changed.")
            raise typer.Exit(5)
        approved_by = approved(office, supervisor, pin_stdin=pin_stdin) if supervisor else None
        with office.writing() as session:
            done = refund(session, office.actor, order.id, request, now=office.now(), key=key,
                          approved_by=approved_by)  # fmt: skip
        view, payment = read(office, order.code)
        if not as_json:
            show.line(f"{view.code} is {view.state}: {done.amount} goes back.")
        # The refund stands, whatever the gateway says now: its job tries again.
        afterwards(office, *(SendRefund(refund_id) for refund_id in done.refund_ids))
        with office.reading() as session:
            parts = [r for r in refunds_of_order(session, order.id) if r.id in done.refund_ids]
    if as_json:
        told = {
            "amount_minor": done.amount.minor,
            "currency": done.amount.currency,
            "parts": [part_json(part) for part in parts],
        }
        show.as_json_line(order_json(view, payment) | {"refund": told})
    tell_what_waits(parts)


@app.command("history", epilog=example("boxoffice order history K7QX2M"))
def history_command(
    ctx: typer.Context, code: Code, as_json: AsJson = False, fields: Fields = None
) -> None:
    """Tell what happened to an order, the oldest first."""
    from zoneinfo import ZoneInfo

    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.order_story import told_in_words
    from boxoffice.events.models import Event
    from boxoffice.orders.queries import order_by_code
    from boxoffice.payments.queries import history
    from boxoffice.times import iso, local_text

    with office_of(ctx) as office, office.reading() as session:
        order = order_by_code(session, code)
        zone = ZoneInfo(session.get_one(Event, order.event_id).timezone)
        story = history(session, order.id)
    if as_json:
        for told in story:
            line = {"at": iso(told.at), "actor": told.actor, "verb": told.verb}
            show.as_json_line(line | {"facts": told.facts}, fields)
        return
    show.table(
        ["at", "by", "what", "in words"],
        [
            [
                local_text(told.at, zone),
                told.actor,
                told.verb,
                told_in_words(told.verb, told.facts, order.currency),
            ]
            for told in story
        ],
    )
