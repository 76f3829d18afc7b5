"""SendGrid, a carrier of mail with an HTTP API (v3) and signed events of what became of each.

It has no idempotency key: a call without an answer is unknown, not failed. Every mail carries our
id in `custom_args`, so that its events tell on a repeat whether it left (docs/mail.md). Nothing is
tried again in here; jobs do that. Rules and limits: reference/sendgrid.md §2–§5.
Importing this module loads httpx: import it where mail is sent, not at start-up.
"""

import json
import logging
import random
import re
import threading
import time
from base64 import b64encode
from typing import Any

import httpx

from boxoffice.adapters.mime import plain_address, sender_of
from boxoffice.errors import BoxOfficeError, MailRefused, MailSilent, Misconfigured
from boxoffice.mail import Mail
from boxoffice.text import shown

BYTES_MAX = 30_000_000  # "under 30 MB", attachments in base64 included
_RESET_SECONDS_MAX = 3600.0
_RESET_SPREAD_SECONDS = 3.0  # so that three workers do not come back in the same instant
_SAID_MAX = 300
_USER_AGENT = "boxoffice/0.1 (box office for the terminal)"
_REFUSES_US = {401, 403, 406, 451}  # key, sender, form and region: all of them ours to mend

logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs each address at INFO


class SendGrid:
    """The SendGrid API at `url`. Safe to share between threads.

    `timeout_seconds` bounds a whole call.

    Raises:
        Misconfigured: the address or the key cannot be sent at all.
    """

    name = "sendgrid"

    def __init__(self, url: str, api_key: str, *, timeout_seconds: float = 10.0) -> None:
        # The HTTP library quotes a header it cannot send: such a key must never get that far.
        if not re.fullmatch(r"[\x21-\x7e]+", api_key):
            raise Misconfigured(
                "the SendGrid key is empty or holds blanks or letters that no key has.",
                hint="put the key alone in a file and name it in BOXOFFICE_SENDGRID_API_KEY_FILE",
            )
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL:
            parsed = httpx.URL("")
        if parsed.scheme not in {"http", "https"} or not parsed.host or parsed.query:
            raise Misconfigured(
                "the address of SendGrid is not a web address.",
                hint="set BOXOFFICE_SENDGRID_URL to https://api.sendgrid.com",
            )
        self._url = url.rstrip("/")
        self._api_key = api_key
        self._timeout_seconds = timeout_seconds
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None

    def __repr__(self) -> str:
        return f"SendGrid({self._url!r})"

    def close(self) -> None:
        """Hang up. A later call dials again."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def was_sent(self, message_id: str) -> bool:
        """Say no: the API cannot be asked; its events tell, and they stand in our database."""
        del message_id
        return False

    def check(self) -> str:
        """Ask what our key may do, without sending anything.

        Raises:
            Misconfigured: the key is refused, or may not send mail.
            MailSilent: SendGrid does not answer.
        """
        response = self._ask("GET", "/v3/scopes", b"")
        if response.status_code != httpx.codes.OK:
            raise _problem(response, self._told(response))
        scopes = _object(response.content).get("scopes")
        if not isinstance(scopes, list) or "mail.send" not in scopes:
            raise Misconfigured(
                "the SendGrid key may not send mail.", hint='give it the permission "Mail Send"'
            )
        return f"sendgrid: {self._url} lets us send"

    def send(self, mail: Mail) -> str:
        """Hand one mail over and return its X-Message-Id, which may be empty.

        Raises:
            MailRefused: a definite no: the mail is malformed or too large.
            BadValue: the address is not one that mail can go to.
            MailSilent: slow down, their own fault, or cut off while the mail may have left.
            Misconfigured: the key or the sender is refused, or credits are used up.
        """
        content = json.dumps(body_of(mail), separators=(",", ":")).encode()
        if len(content) >= BYTES_MAX:
            raise MailRefused(
                f"the mail has {len(content) // 1_000_000} MB; SendGrid takes less than 30.",
                hint="print the tickets instead: boxoffice ticket pdf",
            )
        response = self._ask("POST", "/v3/mail/send", content)
        if response.status_code in {httpx.codes.ACCEPTED, httpx.codes.OK}:
            return shown(response.headers.get("X-Message-Id", ""), length_max=255)
        raise _problem(response, self._told(response))

    def _told(self, response: httpx.Response) -> str:
        """Return the first error of an answer; our key, should it be quoted, is left out."""
        errors = _object(response.content).get("errors")
        first = errors[0] if isinstance(errors, list) and errors else {}
        parts = [first.get("message"), first.get("field")] if isinstance(first, dict) else []
        said = " ".join(part for part in parts if isinstance(part, str))
        said = said.replace(self._api_key, "(key)") or f"status {response.status_code}"
        return shown(said, length_max=_SAID_MAX).rstrip(".")

    def _dial(self) -> httpx.Client:
        """Return the client, made on the first call: a worker may fork before that, never after."""
        # Race: two threads make the first call; a second client would never be closed.
        with self._lock:
            if self._client is None:
                self._client = httpx.Client(
                    headers={
                        "Authorization": f"Bearer {self._api_key}",
                        "Content-Type": "application/json",
                        "Accept": "application/json",
                        "User-Agent": _USER_AGENT,
                    },
                    timeout=self._timeout_seconds,
                )
            return self._client

    def _ask(self, method: str, path: str, content: bytes) -> httpx.Response:
        """Make one call and read its whole answer, however slowly it trickles, in the time-out."""
        client = self._dial()
        until = time.monotonic() + self._timeout_seconds
        try:
            with client.stream(method, self._url + path, content=content) as response:
                parts = []
                for part in response.iter_raw():
                    parts.append(part)
                    if time.monotonic() > until or sum(map(len, parts)) > 2**20:
                        break  # the status says enough
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise MailSilent("SendGrid cannot be reached.") from error
        except httpx.HTTPError as error:
            raise MailSilent("SendGrid did not answer.", may_have_left=True) from error
        kept = {"X-Message-Id", "X-RateLimit-Reset"} & {*map(_title, response.headers)}
        headers = {name: response.headers[name] for name in kept}
        return httpx.Response(response.status_code, headers=headers, content=b"".join(parts))


def body_of(mail: Mail) -> dict[str, Any]:
    """Return what is posted: one receiver, text before HTML, nothing tracked.

    `custom_args` come back with every event and stay at the vendor's: they hold our id alone.

    Raises:
        BadValue: the address is not one that mail can go to.
        Misconfigured: BOXOFFICE_MAIL_FROM holds no address.
    """
    from_name, from_address = sender_of(mail)
    content = [{"type": "text/plain", "value": mail.text}]
    if mail.html:
        content.append({"type": "text/html", "value": mail.html})
    body: dict[str, Any] = {
        "personalizations": [
            {
                "to": [_person(mail.to_name, plain_address(mail.to_address))],
                "custom_args": {"message": mail.message_id},
            }
        ],
        "from": _person(from_name, from_address),
        "subject": shown(mail.subject),
        "content": content,
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
        },
    }
    if mail.attachments:
        body["attachments"] = [
            {
                "content": b64encode(attachment.content).decode("ascii"),
                "type": attachment.media_type,
                "filename": attachment.name,
                "disposition": "attachment",
            }
            for attachment in mail.attachments
        ]
    return body


def _person(name: str, address: str) -> dict[str, str]:
    """Return a name and an address; the vendor takes no `;` and no `,` in a name."""
    tidy = " ".join(re.sub("[;,]", " ", shown(name)).split())
    return {"email": address, "name": tidy} if tidy else {"email": address}


def _problem(response: httpx.Response, said: str) -> BoxOfficeError:
    """Return what an answer other than a yes means."""
    status = response.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return MailSilent("SendGrid asks us to slow down.", retry_seconds=_reset_seconds(response))
    if status in _REFUSES_US or httpx.codes.is_redirect(status):
        return Misconfigured(
            f"SendGrid refuses our key, our sender or our address: {said}.",
            hint="check BOXOFFICE_SENDGRID_API_KEY, BOXOFFICE_MAIL_FROM and your credits",
        )
    if httpx.codes.is_client_error(status):
        return MailRefused(f"SendGrid refuses the mail: {said}.", status=status)
    return MailSilent(f"SendGrid is in trouble: {said}.")


def _reset_seconds(response: httpx.Response) -> float | None:
    """Return how long to wait: the header is a moment in Unix seconds."""
    given = response.headers.get("X-RateLimit-Reset", "")
    if not given.isascii() or not given.isdecimal() or len(given) > 12:  # noqa: PLR2004  (a moment)
        return None
    wait = min(max(int(given) - time.time(), 0.0), _RESET_SECONDS_MAX)
    return wait + random.uniform(0, _RESET_SPREAD_SECONDS)  # noqa: S311  (spreads, hides nothing)


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _title(name: str) -> str:
    return {"x-message-id": "X-Message-Id", "x-ratelimit-reset": "X-RateLimit-Reset"}.get(name, "")
