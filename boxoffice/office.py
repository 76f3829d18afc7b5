"""The one place that puts the parts together: settings, database, clock, keys and ports."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sqlmodel import select

from boxoffice.db import Database, ReadSession, WriteSession, private_file
from boxoffice.errors import Misconfigured
from boxoffice.exports.store import FILES, Store
from boxoffice.mail import Mailer
from boxoffice.payments.provider import Provider
from boxoffice.settings import Settings
from boxoffice.staff.rules import LOCAL_ADMIN, Actor
from boxoffice.tickets.code import TicketKey
from boxoffice.tickets.models import PublicKey

if TYPE_CHECKING:
    from boxoffice.staff.tokens import StaffKeys


def utc_now() -> datetime:
    """Return the moment, in UTC."""
    return datetime.now(UTC)


def _local_admin(_office: "BoxOffice") -> Actor:
    return LOCAL_ADMIN


@dataclass
class BoxOffice:
    """Everything a surface needs. Parts are made when first asked for."""

    settings: Settings
    now: Callable[[], datetime] = field(default=utc_now)
    identify: Callable[["BoxOffice"], Actor] = field(default=_local_admin)

    @cached_property
    def actor(self) -> Actor:
        """Who acts here: found out once, when first asked for.

        Raises:
            NotLoggedIn: there are people, and none of them has logged in here.
            Unavailable, Busy: the database, which knows them, does not answer.
        """
        return self.identify(self)

    def forget_actor(self) -> None:
        """Have it found out anew who acts, when it is asked next."""
        self.__dict__.pop("actor", None)

    @cached_property
    def database(self) -> Database:
        """The database, connected when first used."""
        return Database(self.settings.database_url)

    def writing(self) -> AbstractContextManager[WriteSession]:
        """Open a transaction that may write."""
        return self.database.writing()

    def reading(self) -> AbstractContextManager[ReadSession]:
        """Open a transaction that only reads."""
        return self.database.reading()

    @property
    def key_path(self) -> Path:
        """Where the secret key lies when no setting brings it."""
        return self.settings.home / "secret.key"

    @cached_property
    def ticket_key(self) -> TicketKey:
        """The key that ticket codes are made with.

        Raises:
            Misconfigured: there is none, or it is not 64 hex digits.
        """
        return TicketKey(self._secret)

    @cached_property
    def staff_keys(self) -> "StaffKeys":
        """The keys that logins are made with.

        Raises:
            Misconfigured: there is no secret key, or it is not 64 hex digits.
        """
        from boxoffice.staff.tokens import StaffKeys  # noqa: PLC0415  (50 ms, only to log in)

        return StaffKeys(self._secret)

    @cached_property
    def _secret(self) -> bytes:
        text = self.settings.get("secret_key")
        if text is None:
            if not self.key_path.is_file():
                raise Misconfigured("there is no secret key.", hint="run: boxoffice init")
            text = self.key_path.read_text(encoding="ascii").strip()
        try:
            secret = bytes.fromhex(text)
        except ValueError:
            secret = b""
        if len(secret) != 32:  # noqa: PLR2004  (256 bits)
            raise Misconfigured(
                "the secret key is not 64 hex digits.",
                hint="restore it from your copy; codes already printed were made with it",
            )
        return secret

    def make_key(self, *, is_lost: bool = False) -> bool:
        """Make the secret key unless there is one, and say whether it was made now.

        Raises:
            Misconfigured: the database has tickets made with a key that is not here, and nobody
                said that it `is_lost`.
        """
        if self.settings.get("secret_key") is not None or self.key_path.exists():
            return False
        with self.reading() as session:
            was_used = session.exec(select(PublicKey.key_id).limit(1)).first() is not None
        if was_used and not is_lost:
            raise Misconfigured(
                "this database has tickets made with a secret key that is not on this machine.",
                hint=f"put your copy at {self.key_path}; if it is lost: boxoffice init --new-key",
                code="key.missing",
            )
        # Race: two first commands at once. The key is written aside and then named, so that only
        # one gets the name, and nobody ever reads a half.
        draft = self.key_path.with_name(f".secret.key.{secrets.token_hex(4)}")
        private_file(draft)
        draft.write_text(secrets.token_hex(32) + "\n", encoding="ascii")
        try:
            self.key_path.hardlink_to(draft)
        except FileExistsError:
            return False
        finally:
            draft.unlink()
        return True

    @cached_property
    def provider(self) -> Provider:
        """The payment gateway.

        Raises:
            Misconfigured: no gateway is configured.
        """
        key = self.settings.need("asaas_api_key", why="PIX, boleto and card go through Asaas")
        from boxoffice.adapters.asaas import Asaas  # noqa: PLC0415  (200 ms of httpx)

        return Asaas(self.settings.get("asaas_url") or "", key)

    @cached_property
    def mailer(self) -> Mailer:
        """Whoever carries mail.

        Raises:
            Misconfigured: BOXOFFICE_MAIL_URL names no carrier we know.
        """
        url = self.settings.get("mail_url")
        scheme, _, path = (url or "").partition(":")
        if scheme == "sendgrid" and not path.strip("/"):
            from boxoffice.adapters.sendgrid import SendGrid  # noqa: PLC0415  (200 ms of httpx)

            key = self.settings.need("sendgrid_api_key", why="mail goes through SendGrid")
            return SendGrid(self.settings.get("sendgrid_url") or "", key)
        if url is not None and scheme in {"smtp", "smtps"}:
            from boxoffice.adapters.smtp import Smtp  # noqa: PLC0415  (only workers mail)

            return Smtp(url, self.settings.get("mail_password"))
        from boxoffice.adapters.maildir import Maildir  # noqa: PLC0415  (only workers mail)

        if url is None:
            return Maildir(self.settings.home / "mail")
        if scheme != "maildir" or not path:
            raise Misconfigured(
                "BOXOFFICE_MAIL_URL names no carrier of mail.",
                hint="write maildir:/folder, smtp://user@host:587, smtps://user@host or sendgrid:",
            )
        return Maildir(Path("/" + path.lstrip("/")))

    @property
    def mail_folder(self) -> Path | None:
        """The folder that holds our mails as files, when that is how they go."""
        url = self.settings.get("mail_url")
        is_folder = url is None or url.startswith("maildir:")
        return getattr(self.mailer, "folder", None) if is_folder else None

    def store_of(self, out: str, is_public_ok: bool = False) -> tuple[Store, Path]:  # noqa: FBT001, FBT002  (it is handed on as a function)
        """Return where a file of an export goes, and what it is called there.

        Raises:
            BadValue: `s3://` names no bucket or no key.
            Misconfigured: the extra `s3` is not installed.
        """
        if not out.startswith("s3://"):
            return FILES, Path(out)
        from boxoffice.adapters.s3 import S3Store  # noqa: PLC0415  (300 ms of boto3)

        return S3Store.of(out, is_public_ok=is_public_ok)

    def close(self) -> None:
        """Let the database, the gateway and the carrier of mail go."""
        self.database.close()
        for name in ("provider", "mailer"):  # those that were made; a maildir has nothing to close
            close = getattr(self.__dict__.get(name), "close", None)
            if close is not None:
                close()


@contextmanager
def opened(settings: Settings) -> Iterator[BoxOffice]:
    """Open a box office for the length of a block."""
    office = BoxOffice(settings)
    try:
        yield office
    finally:
        office.close()
