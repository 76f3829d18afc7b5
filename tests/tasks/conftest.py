"""Workers with a gateway: the sandbox of Asaas behind a real socket, on the office's clock."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from boxoffice.adapters.asaas import Asaas
from boxoffice.adapters.sendgrid import SendGrid
from boxoffice.office import BoxOffice
from boxoffice.sandbox import sendgrid
from boxoffice.sandbox.asaas import create_app
from boxoffice.sandbox.ledger import API_KEY, Sandbox
from boxoffice.sandbox.mail_post import API_KEY as MAIL_KEY
from boxoffice.sandbox.mail_post import MailSandbox
from tests.making import Clock, an_office
from tests.services.switch import Switch, switch

PATIENCE_SECONDS = 0.5


@pytest.fixture(scope="module")
def server() -> Iterator[Switch]:
    with switch() as made:
        yield made


@pytest.fixture
def asaas_url(server: Switch) -> str:
    return f"{server.url}/v3"


@pytest.fixture
def sandbox(server: Switch, clock: Clock) -> Iterator[Sandbox]:
    with closing(Sandbox(clock=clock)) as made:
        server.app = create_app(made)
        yield made


@pytest.fixture
def impatient(office: BoxOffice, asaas_url: str) -> BoxOffice:
    """The office, with a gateway it does not wait long for."""
    office.provider = Asaas(asaas_url, API_KEY, timeout_seconds=PATIENCE_SECONDS)
    return office


@pytest.fixture
def post(server: Switch) -> Iterator[MailSandbox]:
    with closing(MailSandbox()) as made:
        server.app = sendgrid.create_app(made)
        yield made


@pytest.fixture
def posting(
    database_url: str, tmp_path: Path, clock: Clock, server: Switch, post: MailSandbox
) -> Iterator[BoxOffice]:
    """An office whose mail goes through SendGrid, which tells it of events."""
    with closing(
        an_office(
            database_url,
            tmp_path / "home",
            clock,
            mail_url="sendgrid:",
            sendgrid_url=server.url,
            sendgrid_api_key=MAIL_KEY,
            sendgrid_webhook_key=post.public_key,
        )
    ) as made:
        made.mailer = SendGrid(server.url, MAIL_KEY, timeout_seconds=0.7)
        yield made
