"""SMTP: mail through any server, over TLS unless it stands on this machine.

After the last line of a mail was sent, an answer that does not come leaves open whether the
server has it: SMTP has no way to ask. The Message-ID stays the same, so that a receiver that
looks at it drops the second copy.
"""

import smtplib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.policy import SMTP as LINES
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from boxoffice.adapters.mime import mime, plain_address, sender_of
from boxoffice.errors import MailRefused, MailSilent, Misconfigured
from boxoffice.mail import Mail
from boxoffice.text import shown

_PORTS = {"smtp": 587, "smtps": 465}
_HINT = "write smtp://user@host:587 or smtps://user@host:465"
_BEFORE_DATA = 1.5  # time-outs
_OK = 250
_OK_FORWARDED = 251
_PERMANENT = 500
_SAID_MAX = 200


class Smtp:
    """A mail server, named by `smtp://user@host:587` (STARTTLS) or `smtps://user@host` (TLS).

    `timeout_seconds` bounds each step, and half as much again all steps before the mail itself: the
    whole stays within a job's lease, so that no second worker takes the job up meanwhile.
    `must_encrypt` is decided by the address unless it is given: on this machine alone, and only
    with `smtp://`, mail goes unencrypted. The server's certificate must be good for its name; an
    authority of one's own is named in `SSL_CERT_FILE`, as for every program of Python.

    Raises:
        Misconfigured: the address is none, or names a user without a password.
    """

    name = "smtp"

    def __init__(
        self,
        url: str,
        password: str | None = None,
        *,
        timeout_seconds: float = 8.0,
        must_encrypt: bool | None = None,
    ) -> None:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port, parts = None, None, urlsplit("")
        if parts.scheme not in _PORTS or not host or parts.path.strip("/") or parts.query:
            raise Misconfigured("BOXOFFICE_MAIL_URL names no mail server.", hint=_HINT)
        if parts.password:
            raise Misconfigured(
                "BOXOFFICE_MAIL_URL holds a password.",
                hint="put it into a file and name that in BOXOFFICE_MAIL_PASSWORD_FILE",
            )
        self._user = unquote(parts.username or "")
        if self._user and not password:
            raise Misconfigured(
                "BOXOFFICE_MAIL_URL names a user, and BOXOFFICE_MAIL_PASSWORD is not set.",
                hint="set BOXOFFICE_MAIL_PASSWORD or BOXOFFICE_MAIL_PASSWORD_FILE",
            )
        self._password = password or ""
        self._host, self._port = host, port or _PORTS[parts.scheme]
        self._is_tls = parts.scheme == "smtps"
        self._must_encrypt = not _is_here(host) if must_encrypt is None else must_encrypt
        self._timeout_seconds = timeout_seconds

    def __repr__(self) -> str:
        return f"Smtp({self._host}:{self._port})"

    def was_sent(self, message_id: str) -> bool:
        """Say no: nobody can ask a mail server what it has taken."""
        del message_id
        return False

    def check(self) -> str:
        """Log in and out again, without a mail."""
        with self._line():
            return f"smtp: {self._host}:{self._port} lets us in"

    def send(self, mail: Mail) -> str:
        """Hand the mail over; the server has no id for us, so there is none to return.

        Raises:
            MailRefused: the server will not have this mail or its receiver.
            BadValue: the address is not one that mail can go to.
            MailSilent: not now; after the last line nobody knows.
            Misconfigured: the server refuses our user, our sender or our encryption.
        """
        content = mime(mail).as_bytes(policy=LINES)
        _, sender = sender_of(mail)
        until = time.monotonic() + _BEFORE_DATA * self._timeout_seconds
        with self._line() as line:
            size = [f"size={len(content)}"] if line.has_extn("size") else []
            self._step(line.mail(sender, size), of_sender=True)
            self._step(line.rcpt(plain_address(mail.to_address)))
            if time.monotonic() > until:
                raise MailSilent("the mail server is too slow now.")
            try:
                self._step(line.data(content))
            except smtplib.SMTPDataError as error:  # refused before its first line
                self._step((error.smtp_code, error.smtp_error))
            except OSError as error:
                raise MailSilent(
                    "the mail server was cut off while it took the mail.", may_have_left=True
                ) from error
        return ""

    @contextmanager
    def _line(self) -> Iterator[smtplib.SMTP]:
        """Connect, encrypt and log in; hang up in the end, whatever the server says to that."""
        line: smtplib.SMTP | None = None
        try:
            line = self._connected()
            line.ehlo_or_helo_if_needed()
            if self._user:
                line.login(self._user, self._password)
            yield line
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code < _PERMANENT:
                raise MailSilent("the mail server cannot check our password now.") from error
            raise Misconfigured(
                f"the mail server refuses our user: {_said(error.smtp_error)}.",
                hint="check the user in BOXOFFICE_MAIL_URL and BOXOFFICE_MAIL_PASSWORD",
            ) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Misconfigured(
                "the mail server takes no password over this line.",
                hint="use smtps://, or a port with STARTTLS",
            ) from error
        except ssl.SSLCertVerificationError as error:
            raise Misconfigured(
                f"the mail server's certificate is not good: {shown(error.verify_message)}.",
                hint="use the name in its certificate; name an own authority in SSL_CERT_FILE",
            ) from error
        except (OSError, smtplib.SMTPException) as error:  # none of the mail's last lines was sent
            raise MailSilent("the mail server does not answer.") from error
        finally:
            if line is not None:
                with suppress(OSError, smtplib.SMTPException):
                    line.quit()
                line.close()

    def _connected(self) -> smtplib.SMTP:
        if self._is_tls:
            return smtplib.SMTP_SSL(
                self._host,
                self._port,
                timeout=self._timeout_seconds,
                context=ssl.create_default_context(),
            )
        line = smtplib.SMTP(self._host, self._port, timeout=self._timeout_seconds)
        if not self._must_encrypt:
            return line
        line.ehlo_or_helo_if_needed()
        if not line.has_extn("starttls"):
            line.close()
            raise Misconfigured(
                "the mail server offers no encryption, and it is not on this machine.",
                hint="use smtps://host:465, or a port with STARTTLS (587)",
            )
        line.starttls(context=ssl.create_default_context())
        return line

    def _step(self, answer: tuple[int, bytes | str], *, of_sender: bool = False) -> None:
        """Go on after a yes; a code of 500 is for good, one of 400 for now (RFC 5321 §4.2.1)."""
        code, said = answer
        if code in {_OK, _OK_FORWARDED}:
            return
        why = f"{code} {_said(said)}"
        if code < _PERMANENT:
            raise MailSilent(f"the mail server cannot take the mail now: {why}.")
        if of_sender:
            raise Misconfigured(
                f"the mail server refuses our sender: {why}.", hint="check BOXOFFICE_MAIL_FROM"
            )
        raise MailRefused(f"the mail server refuses the mail: {why}.")


def _said(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return shown(" ".join(text.split()), length_max=_SAID_MAX).rstrip(".")


def _is_here(host: str) -> bool:
    """Whether a host is this machine, so that nobody stands between."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
