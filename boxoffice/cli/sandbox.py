"""`boxoffice sandbox`: a gateway and a carrier of mail to rehearse with. No money moves."""

from typing import Annotated

import typer

from boxoffice.cli.options import AsJson, example, noun

app = noun("A gateway and a carrier of mail to rehearse with. No money moves.")


@app.command("asaas", epilog=example("boxoffice sandbox asaas --port 8799"))
def asaas_command(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port; 0 takes a free one.")] = 8799,
    webhook_url: Annotated[str | None, typer.Option(help="Where its letters go.")] = None,
    webhook_token: Annotated[
        str | None, typer.Option(envvar="BOXOFFICE_ASAAS_WEBHOOK_TOKEN", help="What they carry.")
    ] = None,
) -> None:
    """Serve a stand-in for Asaas on the loopback address. Ctrl-C ends it."""
    from boxoffice.cli import show
    from boxoffice.listener.serving import listen
    from boxoffice.sandbox.asaas import create_app
    from boxoffice.sandbox.ledger import API_KEY, Sandbox

    def told(url: str) -> None:
        show.talk(f"listening on {url}")
        show.talk(f"hint: BOXOFFICE_ASAAS_URL={url}/v3 BOXOFFICE_ASAAS_API_KEY='{API_KEY}'")

    sandbox = Sandbox(webhook_url=webhook_url, webhook_token=webhook_token)
    try:
        listen(create_app(sandbox), "127.0.0.1", port, on_ready=told)
    finally:
        sandbox.close()


@app.command("pay", epilog=example("boxoffice sandbox pay pay_x1y2z3 --url http://127.0.0.1:8799"))
def pay_command(
    charge: Annotated[str, typer.Argument(help="The charge: provider_id of the payment.")],
    url: Annotated[str, typer.Option(help="Where the sandbox listens.")] = "http://127.0.0.1:8799",
    as_json: AsJson = False,
) -> None:
    """Pay a charge of the sandbox, as a buyer would."""
    from boxoffice.cli import show
    from boxoffice.sandbox.panel import pay

    status = pay(url, charge)
    if as_json:
        show.as_json_line({"charge": charge, "status": status})
    else:
        show.line(f"{charge} is {status}.")


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
