"""A night with nothing but the program, its servers and its buyers as processes, on PostgreSQL."""

import csv
import socket
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path

import pypdfium2
import zxingcpp

from boxoffice.sandbox.ledger import API_KEY
from tests.commands import EVENT, TOKEN, Commands

RITA = "--buyer-name 'Rita Nogueira' --buyer-email rita@example.com --buyer-document 39053344705"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_from_an_empty_machine_to_a_guest_inside(postgres_url: str, tmp_path: Path) -> None:
    port = free_port()
    gateway_url = f"http://127.0.0.1:{port}"
    boxoffice = Commands(postgres_url, tmp_path / "home").setting(
        asaas_url=f"{gateway_url}/v3", asaas_api_key=API_KEY, asaas_webhook_token=TOKEN
    )
    del boxoffice.settings["BOXOFFICE_SECRET_KEY"]
    event, pdf, export = (tmp_path / name for name in ("event.toml", "tickets.pdf", "guests.csv"))
    event.write_text(EVENT, encoding="utf-8")

    made = boxoffice.process("init --json").json
    boxoffice("event apply --yes", str(event))
    boxoffice("event publish noite")
    with ExitStack() as servers:
        _, listener = servers.enter_context(boxoffice.listening())
        letters = f"--webhook-url {listener}/webhooks/asaas"
        servers.enter_context(boxoffice.serving(f"sandbox asaas --port {port} {letters}"))
        placed = boxoffice.process(f"order place -e noite -t 'Lote 1' {RITA} --json").json
        code, charge = placed["order"]["code"], placed["payment"]["provider_id"]
        boxoffice.process(f"sandbox pay {charge} --url {gateway_url}")
        watched = boxoffice.process(f"payment watch {code}")
    printed = boxoffice.process(f"ticket pdf {code} --out", str(pdf))
    with pypdfium2.PdfDocument(BytesIO(pdf.read_bytes())) as document:
        (found,) = zxingcpp.read_barcodes(document[0].render(scale=3).to_pil())
    scans = [
        run(f"door scan {found.text} -e noite --json") for run in (boxoffice.process, boxoffice)
    ]
    exported = boxoffice.process("export run attendees -e noite --out", str(export))

    assert made["made_key"] is True
    assert (watched.code, printed.code, exported.code) == (0, 0, 0)
    assert [scan.code for scan in scans] == [0, 20]
    with export.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["holder_name"] == "Rita Nogueira"
    first = scans[1].rows[0]["first"]["at"]
    assert row["entered_at"] == f"{first[:19]}Z"  # an export tells moments to the second
