"""`boxoffice payment`: decide on money that came late, short, or from nowhere; give it back."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from boxoffice.cli.options import AsJson, Fields, Limit, Yes, example, noun
from boxoffice.cli.order_change import refund_command
from boxoffice.cli.payment_list import app as list_app
from boxoffice.cli.payment_reconcile import app as reconcile_app
from boxoffice.cli.payment_show import app as show_app

if TYPE_CHECKING:
    from boxoffice.office import BoxOffice
    from boxoffice.payments.late import LateMoney

app = noun("Show payments, wait for them, decide on them, compare them with the gateway.")
app.add_typer(list_app)
app.add_typer(show_app)  # its verbs are verbs of `payment`
app.add_typer(reconcile_app)
app.command("refund", epilog=example("boxoffice payment refund K7QX2M --amount 50 --yes"))(
    refund_command
)


@app.command("late", epilog=example("boxoffice payment late --json"))
def late_command(
    ctx: typer.Context,
    event: Annotated[str | None, typer.Option("--event", "-e", help="Of this event alone.")] = None,
    limit: Limit = 100,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """List orders whose money came late or short, the oldest first: somebody has to decide."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.events.queries import event_by_slug
    from boxoffice.payments.late import list_late

    with office_of(ctx) as office, office.reading() as session:
        if event is not None:
            event_by_slug(session, event)
        found = list_late(session, limit=limit, event=event)
    if as_json:
        for late in found:
            show.as_json_line(_late_json(late), fields)
        return
    show.table(
        ["order", "event", "buyer", "paid", "of", "why", "places"],
        [
            [x.code, x.event_slug, x.buyer_name, str(x.paid), str(x.total), x.why, x.room]
            for x in found
        ],
    )
    if found:
        show.talk("decide: boxoffice payment resolve ORDER --accept|--dismiss --note TEXT")
    else:
        show.talk("nothing waits for a decision.")


@app.command(
    "resolve",
    epilog=example("boxoffice payment resolve K7QX2M --accept --note 'agreed by phone' --yes"),
)
def resolve_command(
    ctx: typer.Context,
    order: Annotated[str, typer.Argument(help="The order, by its code.")],
    note: Annotated[str, typer.Option("--note", help="Why, naming nobody; the audit keeps it.")],
    accept: Annotated[
        bool, typer.Option("--accept", help="Take its places again and send its tickets.")
    ] = False,
    dismiss: Annotated[
        bool, typer.Option("--dismiss", help="Cancel it; its money is owed to the buyer.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Decide on an order whose money came late or short. No money moves."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import afterwards, office_of
    from boxoffice.cli.order_answer import check_fields, read
    from boxoffice.cli.shapes import order_json
    from boxoffice.errors import BadValue
    from boxoffice.orders.queries import order_by_code
    from boxoffice.payments import late
    from boxoffice.text import clean_in

    if accept is dismiss:
        raise BadValue("the decision", "is one of the two.", hint="say --accept or --dismiss")
    why = clean_in(note, name="--note")
    with office_of(ctx) as office:
        with office.reading() as session:
            row = order_by_code(session, order)
            check_fields(session, office, row.code, fields if as_json else None)
        asked = f"Accept the money of {row.code}?" if accept else f"Cancel {row.code}?"
        if not show.confirmed(asked, yes=yes):
            show.talk("nothing was changed.")
            raise typer.Exit(5)
        told, mail = f"{row.code} is paid; its tickets are valid.", None
        with office.writing() as session:
            now, who = office.now(), office.actor
            if accept:
                mail = late.accept(session, who, row.id, office.ticket_key, note=why, now=now)
            else:
                owed = late.dismiss(session, who, row.id, note=why, now=now)
                told = f"{row.code} is cancelled; {owed} is owed to its buyer."
        if as_json:
            show.as_json_line(order_json(*read(office, row.code)), fields)
        else:
            show.line(told)
        if accept:
            _tell_missing(office, row.code)
        if mail is not None:
            afterwards(office, mail)


@app.command(
    "forgive", epilog=example("boxoffice payment forgive K7QX2M --note 'bank fee, our loss' --yes")
)
def forgive_command(
    ctx: typer.Context,
    order: Annotated[str, typer.Argument(help="The paid order, by its code.")],
    note: Annotated[str, typer.Option("--note", help="Why, naming nobody; the audit keeps it.")],
    yes: Yes = False,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Write off what is missing of a paid order, as a discount. No money moves."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.order_answer import check_fields, read
    from boxoffice.cli.shapes import order_json
    from boxoffice.orders.queries import order_by_code
    from boxoffice.payments.forgive import forgive_rest
    from boxoffice.text import clean_in

    why = clean_in(note, name="--note")
    with office_of(ctx) as office:
        with office.reading() as session:
            row = order_by_code(session, order)
            check_fields(session, office, row.code, fields if as_json else None)
        if not show.confirmed(f"Forgive what is missing of {row.code}?", yes=yes):
            show.talk("nothing was changed.")
            raise typer.Exit(5)
        with office.writing() as session:
            key, now = office.ticket_key, office.now()
            gone = forgive_rest(session, office.actor, row.id, key, note=why, now=now)
        if as_json:
            show.as_json_line(order_json(*read(office, row.code)), fields)
        else:
            show.line(f"{gone} of {row.code} is forgiven.")


def _tell_missing(office: "BoxOffice", code: str) -> None:
    """Say what an order that was accepted still lacks, and how that ends."""
    from boxoffice.cli import show
    from boxoffice.orders.models import Order
    from boxoffice.orders.queries import order_by_code
    from boxoffice.payments.covered import balance_of

    with office.reading() as session:
        missing = balance_of(session, session.get_one(Order, order_by_code(session, code).id))
    if missing.minor:
        show.talk(
            f"{missing} of it is missing: collect it with boxoffice order pay {code} --method …, "
            f"or write it off with boxoffice payment forgive {code} --note …"
        )


@app.command("owed", epilog=example("boxoffice payment owed -e noite"))
def owed_command(
    ctx: typer.Context,
    event: Annotated[str | None, typer.Option("--event", "-e", help="Of this event alone.")] = None,
    limit: Limit = 100,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """List money of cancelled events that goes back by hand: cash, and what others took."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.events.queries import event_by_slug
    from boxoffice.payments.owed import list_owed

    with office_of(ctx) as office, office.reading() as session:
        if event is not None:
            event_by_slug(session, event)
        found = list_owed(session, limit=limit, event=event)
    if as_json:
        for owed in found:
            line: dict[str, Any] = {
                "code": owed.code,
                "event": owed.event_slug,
                "buyer_name": owed.buyer_name,
                "methods": list(owed.methods),
                "owed_minor": owed.amount.minor,
                "currency": owed.amount.currency,
            }
            show.as_json_line(line, fields)
        return
    show.table(
        ["order", "event", "buyer", "paid by", "owed"],
        [[x.code, x.event_slug, x.buyer_name, ", ".join(x.methods), str(x.amount)] for x in found],
    )
    if found:
        show.talk("give it back: boxoffice order refund ORDER --proof 'cash, receipt 17'")
    else:
        show.talk("nothing is owed.")


def _late_json(late: "LateMoney") -> dict[str, Any]:
    """Show an order under review as one line of a list."""
    from boxoffice.times import iso

    return {
        "code": late.code,
        "event": late.event_slug,
        "buyer_name": late.buyer_name,
        "total_minor": late.total.minor,
        "discount_minor": late.discount.minor,
        "paid_minor": late.paid.minor,
        "currency": late.total.currency,
        "why": late.why,
        "since": iso(late.since),
        "places": late.room,
        "wanted": dict(late.wanted),
    }
