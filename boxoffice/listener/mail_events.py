"""Events of mails: signature, type, size and form are checked, then each event is kept once."""

import asyncio
import json
import re
from base64 import b64decode
from typing import Any

from anyio.to_thread import run_sync
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from boxoffice.errors import Misconfigured
from boxoffice.log import log
from boxoffice.office import BoxOffice
from boxoffice.outbox.keep_events import keep_events, sendgrid_news
from boxoffice.settings import Settings
from boxoffice.staff.rules import SYSTEM

_BODY_SECONDS = 20  # several MB over a slow line
_SIGNATURE = "x-twilio-email-event-webhook-signature"
_TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
_SIGNATURE_MAX = 200  # characters; a P-256 signature in DER has at most 72 bytes


async def sendgrid_events(request: Request) -> Response:
    """Keep a batch of SendGrid's events and answer 200, whatever they tell.

    The signature may be of any age: its vendor does not say whether a post that is tried again, for
    up to a day, is signed anew, and a replay adds nothing (reference/sendgrid.md §7).
    """
    office: BoxOffice = request.app.state.office
    signatures, stamps = (request.headers.getlist(name) for name in (_SIGNATURE, _TIMESTAMP))
    if len(signatures) != 1 or len(stamps) != 1 or not office.settings.get("sendgrid_webhook_key"):
        log.warning("events without a signature", extra={"provider": "sendgrid"})
        return _no(401, "not signed")
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        return _no(415, "not application/json")
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            body = await request.body()  # the route's limit answers 413 while it is read
    except TimeoutError:
        return _no(408, "too slow")
    except ClientDisconnect:
        return _no(400, "cut off")  # nobody is there to read it, but nothing is wrong with us
    # Off the loop: a batch of several MB must not keep the letters of a gateway waiting.
    return await run_sync(_answer, office, body, signatures[0], stamps[0])


def signing_key(settings: Settings) -> ec.EllipticCurvePublicKey:
    """Return the key that SendGrid's events must be signed with.

    Raises:
        Misconfigured: it is not set, or not the base64 of a P-256 key in DER.
    """
    text = settings.need("sendgrid_webhook_key", why="events of mails are signed")
    try:
        key = load_der_public_key(b64decode(text, validate=True))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Misconfigured(
            "BOXOFFICE_SENDGRID_WEBHOOK_KEY is not a verification key of SendGrid.",
            hint="copy it from the settings of its Event Webhook: one line, MFkwEwYH…",
        )
    return key


def _answer(office: BoxOffice, body: bytes, signature: str, stamp: str) -> Response:
    if not _is_signed(signing_key(office.settings), body, signature, stamp):
        log.warning("events with a wrong signature", extra={"provider": "sendgrid"})
        return _no(401, "wrong signature")
    try:
        told = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return _no(400, "not JSON")
    if not isinstance(told, list):
        return _no(400, "not an array")
    new_count = _keep(office, told)
    log.info("mail events kept", extra={"told": len(told), "new": new_count})
    return JSONResponse({})


def _keep(office: BoxOffice, told: list[Any]) -> int:
    now = office.now()
    news = [read for one in told if (read := sendgrid_news(one, now=now)) is not None]
    with office.writing() as session:
        return keep_events(session, SYSTEM, news, now=now)


def _is_signed(key: ec.EllipticCurvePublicKey, body: bytes, signature: str, stamp: str) -> bool:
    """Check the signature over the time stamp and the raw body, with nothing between."""
    if len(signature) > _SIGNATURE_MAX or not re.fullmatch("[0-9]{1,20}", stamp):
        return False
    try:
        given = b64decode(signature, validate=True)
        key.verify(given, stamp.encode("ascii") + body, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):  # also what is no base64
        return False
    return True


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON


def _no(status: int, why: str) -> Response:
    return JSONResponse({"error": why}, status)
