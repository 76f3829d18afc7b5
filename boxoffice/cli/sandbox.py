"""`boxoffice sandbox`: a gateway and a carrier of mail to rehearse with. No money moves."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from boxoffice.cli.options import AsJson, example, noun

app = noun("A gateway and a carrier of mail to rehearse with. No money moves.")

_Url = Annotated[str, typer.Option("--url", help="Where the sandbox listens.")]
_URL = "http://127.0.0.1:8799"


class Paying(StrEnum):
    """How a buyer of the sandbox pays."""

    PIX = "pix"
    BOLETO = "boleto"
    CARD = "card"
    DEBIT = "debit"
    CASH = "cash"


@app.command("asaas", epilog=example("boxoffice sandbox asaas --port 8799 --fault late-boleto=20%"))
def asaas_command(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port; 0 takes a free one.")] = 8799,
    webhook_url: Annotated[str | None, typer.Option(help="Where its letters go.")] = None,
    webhook_token: Annotated[
        str | None, typer.Option(envvar="BOXOFFICE_ASAAS_WEBHOOK_TOKEN", help="What they carry.")
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(help="Misbehave from the start; may be repeated.", metavar="NAME[=VALUE]"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Draws the faults that happen at a rate.")] = 0,
    hurry: Annotated[
        float, typer.Option(min=1, max=1_000_000, help="How much sooner letters are sent again.")
    ] = 1,
    state: Annotated[
        Path | None, typer.Option(help="Remember in this file; in memory by default.")
    ] = None,
    daily_max: Annotated[
        int, typer.Option(min=0, max=1_000_000, help="Charges that may be made in a day.")
    ] = 10_000,
) -> None:
    """Serve a stand-in for Asaas on the loopback address. Ctrl-C ends it."""
    from boxoffice.cli import show
    from boxoffice.errors import BadValue
    from boxoffice.listener.serving import listen
    from boxoffice.sandbox.asaas import create_app
    from boxoffice.sandbox.faults import read_faults
    from boxoffice.sandbox.ledger import API_KEY, Sandbox
    from boxoffice.sandbox.panel import read

    try:
        faults = read_faults(read(fault or []))
    except ValueError as error:
        raise BadValue("fault", f"cannot be read: {error}.") from None

    def told(url: str) -> None:
        show.talk(f"listening on {url}")
        show.talk(f"hint: BOXOFFICE_ASAAS_URL={url}/v3 BOXOFFICE_ASAAS_API_KEY='{API_KEY}'")

    sandbox = Sandbox(
        webhook_url=webhook_url,
        webhook_token=webhook_token,
        retry_scale=1 / hurry,
        state=state,
        seed=seed,
        daily_max=daily_max,
    )
    sandbox.board.set(faults)
    try:
        listen(create_app(sandbox), "127.0.0.1", port, on_ready=told)
    finally:
        sandbox.close()


@app.command("pay", epilog=example("boxoffice sandbox pay pay_x1y2z3 --late --amount 101,50"))
def pay_command(
    charge: Annotated[str, typer.Argument(help="The charge: provider_id of the payment.")],
    amount: Annotated[
        str | None, typer.Option(help="What is paid, when it is not what was asked.")
    ] = None,
    method: Annotated[Paying | None, typer.Option(help="How, when its page offers more.")] = None,
    late: Annotated[bool, typer.Option("--late", help="Only after the due day.")] = False,
    url: _Url = _URL,
    as_json: AsJson = False,
) -> None:
    """Pay a charge of the sandbox, as a buyer would."""
    from boxoffice.cli import show
    from boxoffice.money import parse_money
    from boxoffice.sandbox.panel import pay

    how = {} if amount is None else {"value": parse_money(amount).decimal}
    more = {"late": late} if method is None else {"late": late, "method": method.value}
    status = pay(url, charge, **how, **more)
    if as_json:
        show.as_json_line({"charge": charge, "status": status})
    else:
        show.line(f"{charge} is {status}.")


@app.command("fault", epilog=example("boxoffice sandbox fault error_500=20% letters-lost"))
def fault_command(
    faults: Annotated[
        list[str] | None,
        typer.Argument(
            help="What goes wrong: once, so many times, or at a rate.", metavar="NAME[=VALUE]..."
        ),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Turn all others off.")] = False,
    list_all: Annotated[bool, typer.Option("--list", help="List every fault.")] = False,
    url: _Url = _URL,
    as_json: AsJson = False,
) -> None:
    """Have the sandbox misbehave, and list what is on."""
    from boxoffice.cli import show
    from boxoffice.sandbox.faults import is_on
    from boxoffice.sandbox.panel import set_faults

    rows = set_faults(url, faults or [], is_clear=clear)
    told = [row for row in rows if list_all or is_on(row["name"], row["value"])]
    for row in told if as_json else []:
        show.as_json_line(row)
    if not as_json and told:
        show.table(
            ("fault", "value", "what goes wrong"),
            [(row["name"], _said(row["value"]), row["about"]) for row in told],
        )
    if not told and not as_json:
        show.talk("nothing goes wrong.")


def _said(value: object) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)


@app.command("sendgrid", epilog=example("boxoffice sandbox sendgrid --port 8798"))
def sendgrid_command(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port; 0 takes a free one.")] = 8798,
    webhook_url: Annotated[str | None, typer.Option(help="Where its events go.")] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(help="What goes wrong: hang_after_accept, too_many=3 …; again for another."),
    ] = None,
) -> None:
    """Serve a stand-in for SendGrid on the loopback address: it keeps mails and sends none."""
    from boxoffice.cli import show
    from boxoffice.errors import BadValue
    from boxoffice.listener.serving import listen
    from boxoffice.sandbox.mail_faults import MailFaultBoard, faults_of_words
    from boxoffice.sandbox.mail_post import API_KEY, MailSandbox
    from boxoffice.sandbox.sendgrid import create_app

    try:
        board = MailFaultBoard(faults_of_words(fault or []))
    except ValueError as error:
        raise BadValue("--fault", f"cannot be set: {error}.") from error
    sandbox = MailSandbox(webhook_url=webhook_url, board=board)

    def told(url: str) -> None:
        show.talk(f"listening on {url}")
        show.talk(
            f"hint: BOXOFFICE_MAIL_URL=sendgrid: BOXOFFICE_SENDGRID_URL={url} "
            f"BOXOFFICE_SENDGRID_API_KEY={API_KEY}"
        )
        show.talk(f"hint: BOXOFFICE_SENDGRID_WEBHOOK_KEY={sandbox.public_key}")

    try:
        listen(create_app(sandbox), "127.0.0.1", port, on_ready=told)
    finally:
        sandbox.close()
