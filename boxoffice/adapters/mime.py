"""A mail as MIME: what SMTP carries and what a maildir keeps."""

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from boxoffice.errors import BadValue, Misconfigured
from boxoffice.mail import Mail


def mime(mail: Mail) -> EmailMessage:
    """Return the mail as a MIME message; headers that would break out of their line are refused.

    Raises:
        BadValue: an address or a header cannot be written safely.
        Misconfigured: BOXOFFICE_MAIL_FROM holds no address.
    """
    message = EmailMessage(policy=SMTP)
    try:
        name, address = sender_of(mail)
        message["From"] = Address(display_name=name, addr_spec=address)
        message["To"] = Address(display_name=mail.to_name, addr_spec=plain_address(mail.to_address))
        message["Subject"] = mail.subject
    except ValueError as error:
        raise BadValue("the mail's address", "cannot be used in a mail.") from error
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{mail.message_id}@boxoffice.invalid>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notice answers it
    message.set_content(mail.text, cte="quoted-printable")  # every carrier takes 7 bits
    if mail.html:
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    for attachment in mail.attachments:
        main, _, sub = attachment.media_type.partition("/")
        message.add_attachment(
            attachment.content, maintype=main, subtype=sub, filename=attachment.name
        )
    return message


def plain_address(address: str) -> str:
    """Return an address in ASCII, its domain as the DNS writes it: `ana@xn--caf-dma.example`.

    Raises:
        BadValue: it is no single address that mail can go to.
    """
    name, at, domain = address.rpartition("@")
    try:
        plain = f"{name}{at}{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        plain = ""
    is_one_word = plain.isascii() and plain.isprintable() and not set(plain) & set(" ,;<>")
    if not (name and domain and is_one_word):
        raise BadValue("the mail's address", "cannot be used in a mail.")
    return plain


def sender_of(mail: Mail) -> tuple[str, str]:
    """Return the name and the address of the sender.

    Raises:
        Misconfigured: BOXOFFICE_MAIL_FROM holds no address.
    """
    name, address = parseaddr(mail.sender if mail.sender.isprintable() else "")
    try:
        return name, plain_address(address)
    except BadValue as error:
        raise Misconfigured(
            "BOXOFFICE_MAIL_FROM holds no address.", hint="write: Our Events <tickets@example.org>"
        ) from error
