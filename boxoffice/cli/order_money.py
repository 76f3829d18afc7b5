"""`boxoffice order`, where a change costs or gives back money: swap, add, pay; and the buyer."""

from typing import TYPE_CHECKING, Annotated

import typer

from boxoffice.cli.options import AsJson, Fields, PinStdin, Supervisor, example, noun

if TYPE_CHECKING:
    from collections.abc import Callable

    from boxoffice.db import ReadSession
    from boxoffice.office import BoxOffice
    from boxoffice.payments.collect import Till

app = noun("Change what an order holds, and pay for it.")

Code = Annotated[str, typer.Argument(help="The order, by its code.")]
TierName = Annotated[str, typer.Option("--tier", "-t", help="The tier, by its name.")]
Paid = Annotated[str | None, typer.Option("--method", help="cash, external, pix, boleto or card.")]
EvenIfClosed = Annotated[
    bool, typer.Option("--even-if-closed", help="Though the tier is not on sale; for managers.")
]


@app.command("swap", epilog=example("boxoffice order swap K7QX2M-1 --tier 'Lote 2' --method cash"))
def swap_command(
    ctx: typer.Context,
    ticket: Annotated[str, typer.Argument(help="The ticket, by its name (K7QX2M-1) or its code.")],
    tier: TierName,
    method: Paid = None,
    keep_difference: Annotated[
        bool, typer.Option("--keep-difference", help="Give nothing back when it is cheaper.")
    ] = False,
    even_if_closed: EvenIfClosed = False,
    proof: Annotated[
        str, typer.Option(help="How cash was given back; needed for what a till took.")
    ] = "",
    supervisor: Supervisor = None,
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Move a ticket to another tier. A dearer one is held until the difference is paid."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.cli.order_refund import approved
    from boxoffice.orders.tickets import ticket_named
    from boxoffice.payments.exchange import exchange
    from boxoffice.text import clean_in

    shown_proof = clean_in(proof, name="--proof", empty=True)
    with office_of(ctx) as office:
        how = _till(office, method)
        approved_by = approved(office, supervisor, pin_stdin=pin_stdin) if supervisor else None
        with office.writing() as session:
            order, row = ticket_named(session, ticket)
            code, number = order.code, row.number
            done = exchange(
                session,
                office.actor,
                row.id,
                tier,
                how,
                keeps_difference=keep_difference,
                even_if_closed=even_if_closed,
                proof=shown_proof,
                now=office.now(),
                approved_by=approved_by,
            )
            _check(session, office, code, fields)

        def tell() -> None:
            show.line(f"{code}-{number}: {done.before} -> {done.to}.")
            if done.back.minor:
                show.line(f"{done.back} goes back.")

        _answer(office, code, tell, as_json=as_json, fields=fields)


@app.command(
    "add", epilog=example("boxoffice order add K7QX2M --tier 'Lote 1' --quantity 2 --method cash")
)
def add_command(
    ctx: typer.Context,
    code: Code,
    tier: TierName,
    quantity: Annotated[int, typer.Option("--quantity", help="How many places.")] = 1,
    method: Paid = None,
    even_if_closed: EvenIfClosed = False,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Add places to an order. Those of a paid order are held until they are paid for."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.orders.place import Wanted
    from boxoffice.orders.queries import order_by_code
    from boxoffice.payments.extend import extend

    with office_of(ctx) as office:
        how = _till(office, method)
        with office.writing() as session:
            order = order_by_code(session, code)
            own, now = order.code, office.now()
            wanted = Wanted(tier, quantity)
            done = extend(
                session, office.actor, order.id, wanted, how,
                even_if_closed=even_if_closed, now=now,
            )  # fmt: skip
            _check(session, office, own, fields)

        def tell() -> None:
            names = ", ".join(f"{own}-{number}" for number in done.numbers)
            show.line(f"{own}: {names} added for {done.cost}.")

        _answer(office, own, tell, as_json=as_json, fields=fields)


@app.command("pay", epilog=example("boxoffice order pay K7QX2M --method cash"))
def pay_command(
    ctx: typer.Context,
    code: Code,
    method: Annotated[str, typer.Option("--method", help="cash, external, pix, boleto or card.")],
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Pay what an order owes: at the counter, or by another charge in place of the open one."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.orders.queries import order_by_code
    from boxoffice.payments.collect import pay

    with office_of(ctx) as office:
        how = _till(office, method)
        with office.writing() as session:
            order = order_by_code(session, code)
            own, now = order.code, office.now()
            owed = pay(session, office.actor, order.id, how, now=now)
            _check(session, office, own, fields)

        def tell() -> None:
            if not owed:
                show.talk(f"{own} owed nothing.")

        _answer(office, own, tell, as_json=as_json, fields=fields)


@app.command(
    "change", epilog=example("boxoffice order change K7QX2M --buyer-email ana@exemplo.com.br")
)
def change_command(
    ctx: typer.Context,
    code: Code,
    buyer_name: Annotated[str | None, typer.Option(help="Who buys.")] = None,
    buyer_email: Annotated[str | None, typer.Option(help="Their e-mail; '' for none.")] = None,
    buyer_document: Annotated[
        str | None, typer.Option(help="Their CPF or CNPJ; '' for none.")
    ] = None,
    buyer_phone: Annotated[str | None, typer.Option(help="Their phone; '' for none.")] = None,
    buyer_company: Annotated[str | None, typer.Option(help="Their company; '' for none.")] = None,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Correct who buys. Tickets: swap, transfer, add and cancel-ticket; the mail: resend."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.orders.buyer import change_buyer
    from boxoffice.orders.queries import order_by_code
    from boxoffice.people import parse_document, parse_email, parse_name
    from boxoffice.text import clean_in

    read: dict[str, Callable[[str], str]] = {
        "name": lambda text: parse_name(text, name="--buyer-name"),
        "email": lambda text: parse_email(text, name="--buyer-email") if text else "",
        "document": lambda text: parse_document(text, name="--buyer-document") if text else "",
        "phone": lambda text: clean_in(text, name="--buyer-phone", length_max=40, empty=True),
        "company": lambda text: clean_in(text, name="--buyer-company", empty=True),
    }
    given = (buyer_name, buyer_email, buyer_document, buyer_phone, buyer_company)
    pairs = zip(read, given, strict=True)
    values = {name: read[name](text) for name, text in pairs if text is not None}
    with office_of(ctx) as office:
        with office.writing() as session:
            order = order_by_code(session, code)
            own = order.code
            changed = change_buyer(session, office.actor, order.id, values, now=office.now())
            _check(session, office, own, fields)

        def tell() -> None:
            said = ", ".join(changed) + " changed" if changed else "nothing has changed"
            show.line(f"{own}: {said}.")

        _answer(office, own, tell, as_json=as_json, fields=fields, brief=True)


def _till(office: "BoxOffice", method: str | None) -> "Till":
    """Read `--method`, and find the gateway when one is needed."""
    from boxoffice.cli.order_request import method_of
    from boxoffice.payments.collect import Till, is_at_gateway

    if method is None:
        return Till(office.ticket_key)
    paid_by = method_of(method, "cash", "external", "pix", "boleto", "card")
    provider = office.provider.name if is_at_gateway(paid_by) else ""
    return Till(office.ticket_key, paid_by, provider)


def _check(session: "ReadSession", office: "BoxOffice", code: str, fields: str | None) -> None:
    """Refuse a wrong field while nothing is kept yet."""
    from boxoffice.cli.order_answer import check_fields

    session.flush()
    check_fields(session, office, code, fields)


def _answer(
    office: "BoxOffice",
    code: str,
    tell: "Callable[[], None]",
    *,
    as_json: bool,
    fields: str | None,
    brief: bool = False,
) -> None:
    """Have a new charge opened, show the order, and do what was promised."""
    from boxoffice.cli.opening import afterwards
    from boxoffice.cli.order_answer import show_order
    from boxoffice.cli.order_charge import charged
    from boxoffice.payments.queries import waiting_jobs

    order, payment = charged(office, code, is_part=True)
    if not as_json:
        tell()
    if as_json or not brief:
        show_order(order, payment, as_json=as_json, fields=fields)
    with office.reading() as session:
        jobs = waiting_jobs(session, order.id, now=office.now())
    afterwards(office, *jobs)
