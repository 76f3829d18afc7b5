"""The demo's stage: a box office in a folder, with a gateway and a listener on free ports."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from boxoffice.listener.app import create_app
from boxoffice.listener.serving import serve
from boxoffice.log import log_to
from boxoffice.migrations.run import upgrade
from boxoffice.office import BoxOffice, opened, utc_now
from boxoffice.sandbox.asaas import create_app as create_gateway
from boxoffice.sandbox.faults import Faults
from boxoffice.sandbox.ledger import API_KEY, Sandbox
from boxoffice.settings import Settings
from tasks.background import Background


@dataclass(frozen=True, slots=True)
class Stage:
    """What the night is played on."""

    folder: Path
    office: BoxOffice
    gateway: Sandbox
    gateway_url: str
    listener_url: str


# The gateway sends each letter twice and out of order, as the real one may.
_AS_EVER = Faults(letters_duplicated=2, letters_reordered=True)
_CHARGES_MAX = 1_000_000  # in a day: no stage is to meet the vendor's own ceiling


@contextmanager
def stage(
    folder: Path,
    *,
    database_url: str | None = None,
    faults: Faults = _AS_EVER,
    seed: int = 0,
    now: Callable[[], datetime] = utc_now,
) -> Iterator[Stage]:
    """Set the stage in `folder`. Servers listen on loopback, and stop with the block.

    The database is a file there, or the empty one at `database_url`. The office reads its clock
    from `now`; what the gateway does wrong at a rate is drawn from `seed`.
    """
    token = secrets.token_urlsafe(32)
    gateway = Sandbox(webhook_token=token, retry_scale=0.01, seed=seed, daily_max=_CHARGES_MAX)
    gateway.board.set(faults)
    try:
        with serve(create_gateway(gateway)) as gateway_url:
            settings = Settings.read(
                {
                    "BOXOFFICE_HOME": str(folder),
                    "BOXOFFICE_DATABASE_URL": database_url
                    or f"sqlite:///{folder / 'boxoffice.db'}",
                    "BOXOFFICE_ASAAS_URL": f"{gateway_url}/v3",
                    "BOXOFFICE_ASAAS_API_KEY": API_KEY,
                    "BOXOFFICE_ASAAS_WEBHOOK_TOKEN": token,
                    "BOXOFFICE_MAIL_FROM": "Noite das Farmácias <ingressos@exemplo.test>",
                },
                config=Path(os.devnull),  # a boxoffice.toml here may name a real database
            )
            upgrade(settings.database_url)
            log_to(settings.log_path)
            with opened(settings) as office, Background(office) as jobs:
                office.now = now
                office.make_key()
                listener = create_app(office, after_keeping=jobs.wake)
                with serve(listener) as listener_url:
                    gateway.letters.url = f"{listener_url}/webhooks/asaas"
                    try:
                        yield Stage(folder, office, gateway, gateway_url, listener_url)
                    finally:
                        gateway.letters.close()  # none may come while the listener goes
    finally:
        gateway.close()
