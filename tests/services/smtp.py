"""A mail server on a real socket, as strict or as hostile as a test wants it."""

import asyncio
import ssl
from asyncio.base_events import Server as Listening
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

USER = "boxoffice"
PASSWORD = "a-password"


@dataclass
class Server:
    """What a server answers, and what it has taken."""

    mail: str = "250 OK"
    rcpt: str = "250 OK"
    data: str = "250 OK"
    cuts_after_data: bool = False
    step_seconds: float = 0.0  # before each answer
    taken: list[bytes] = field(default_factory=list)
    receivers: list[str] = field(default_factory=list)
    was_encrypted: list[bool] = field(default_factory=list)
    port: int = 0

    async def handle_MAIL(  # noqa: N802  (the library's name)
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Answer MAIL FROM."""
        await asyncio.sleep(self.step_seconds)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.mail

    async def handle_RCPT(  # noqa: N802  (the library's name)
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        """Answer RCPT TO."""
        await asyncio.sleep(self.step_seconds)
        if self.rcpt.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  (the library's name)
        """Take the mail, and answer or hang up."""
        if self.data.startswith("2"):
            self.taken.append(envelope.content)
            self.receivers += envelope.rcpt_tos
            self.was_encrypted.append(session.ssl is not None)
        if self.cuts_after_data:
            server.transport.abort()
        return self.data


class FreePort(Controller):
    """A controller that knows the free port it was given before it calls itself there."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Listening)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # the library has types for half of it


@contextmanager
def a_mail_server(
    certificate: Path | None = None, *, must_log_in: bool = False
) -> Iterator[Server]:
    """Serve on a free port; with a `certificate` it offers STARTTLS."""
    handler = Server()
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

    def allows(_server: Any, _session: Any, _envelope: Any, mechanism: str, data: Any) -> Any:
        is_good = (
            mechanism in {"LOGIN", "PLAIN"}
            and isinstance(data, LoginPassword)
            and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        )
        return AuthResult(success=is_good, handled=is_good)  # else the library says 535

    controller = FreePort(
        handler,
        hostname="127.0.0.1",
        port=0,
        tls_context=context,
        authenticator=allows if must_log_in else None,
        auth_required=must_log_in,
        auth_require_tls=context is not None,
    )
    controller.start()
    try:
        handler.port = controller.port
        yield handler
    finally:
        controller.stop()


def a_certificate(folder: Path) -> Path:
    """Return a file with a key and a certificate for 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + made.public_bytes(Encoding.PEM)
    )
    return path
