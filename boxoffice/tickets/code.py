"""The text in the QR code: two schemes, one alphabet, no personal data. See docs/contract.md.

`short` is 10 bytes and 20 check bits in 20 characters. `signed` is a ticket id, a generation and
an Ed25519 signature in 138. Both are RFC 4648 Base32 letters, which every keyboard layout types
alike. A code is made from the secret key and the ticket's id whenever it is needed, so that no
copy of the database holds a code that opens the door.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

DOMAIN = b"boxoffice-ticket:"
SNAPSHOT_DOMAIN = b"boxoffice-snapshot:"
SHORT_LENGTH = 20
SIGNED_LENGTH = 138
SIGNED_VERSION = 1

_SHORT_BYTES = 10
_HEADER_BYTES = 1 + 4 + 16 + 1
_SIGNATURE_BYTES = 64
_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


@dataclass(frozen=True, slots=True)
class ShortCode:
    """A short code that was read and whose check characters agree."""

    secret: bytes

    @property
    def digest(self) -> str:
        """What the database knows the code by."""
        return hashlib.sha256(DOMAIN + self.secret).hexdigest()


@dataclass(frozen=True, slots=True)
class SignedCode:
    """A signed code that was read. It proves nothing until `is_signed_by` says so."""

    key_id: str
    ticket_id: UUID
    generation: int
    signed: bytes
    signature: bytes

    @property
    def digest(self) -> str:
        """What the database knows the code by."""
        return hashlib.sha256(DOMAIN + self.signed).hexdigest()

    def is_signed_by(self, public_key: bytes) -> bool:
        """Say whether the signature is that of `public_key` (32 raw bytes)."""
        return is_signed(public_key, self.signature, DOMAIN + self.signed)


def is_signed(public_key: bytes, signature: bytes, content: bytes) -> bool:
    """Say whether `signature` over `content` is that of `public_key` (32 raw bytes)."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  (only to verify)
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PublicKey,
    )

    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, content)
    except InvalidSignature:
        return False
    return True


@dataclass(frozen=True, slots=True)
class TicketName:
    """A ticket named by its order and number, as people type it: `K7QX2M-1`."""

    order_code: str
    number: int


class TicketKey:
    """The secret that codes are made from. It never leaves the machines that issue tickets."""

    def __init__(self, secret: bytes) -> None:
        """Keep 32 secret bytes."""
        assert len(secret) == 32, "a ticket key has 32 bytes"  # noqa: PLR2004  (256 bits)
        self._secret = secret

    @cached_property
    def _signer(self) -> "Ed25519PrivateKey":
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
            Ed25519PrivateKey,
        )

        return Ed25519PrivateKey.from_private_bytes(self._derived(b"ed25519"))

    @cached_property
    def public_key(self) -> bytes:
        """The 32 raw bytes that verify signed codes."""
        return self._signer.public_key().public_bytes_raw()

    @cached_property
    def key_id(self) -> str:
        """The first 4 bytes of the public key's SHA-256, in hex."""
        return hashlib.sha256(self.public_key).hexdigest()[:8]

    def short(self, ticket_id: UUID, generation: int) -> str:
        """Return the 20 characters of a ticket's short code."""
        return short_text(self._short_secret(ticket_id, generation))

    def short_digest(self, ticket_id: UUID, generation: int) -> str:
        """Return what the database knows a ticket's short code by, without writing the code."""
        return ShortCode(self._short_secret(ticket_id, generation)).digest

    def signed(self, ticket_id: UUID, generation: int) -> str:
        """Return the 138 characters of a ticket's signed code."""
        header = bytes([SIGNED_VERSION]) + bytes.fromhex(self.key_id)
        header += ticket_id.bytes + bytes([generation])
        return _base32(header + self._signer.sign(DOMAIN + header))

    def sign_snapshot(self, content: bytes) -> bytes:
        """Return the 64 bytes of an Ed25519 signature over a desk's snapshot."""
        return self._signer.sign(SNAPSHOT_DOMAIN + content)

    def _short_secret(self, ticket_id: UUID, generation: int) -> bytes:
        message = b"short:" + ticket_id.bytes + bytes([generation])
        return hmac.digest(self._secret, message, "sha256")[:_SHORT_BYTES]

    def _derived(self, purpose: bytes) -> bytes:
        return hmac.digest(self._secret, b"derive:" + purpose, "sha256")


def short_text(secret: bytes) -> str:
    """Write 10 bytes as a short code: Base32, then 4 characters of their SHA-256."""
    assert len(secret) == _SHORT_BYTES, "a short code holds 10 bytes"
    return _base32(secret) + _check_of(secret)


def read_code(text: str) -> ShortCode | SignedCode | TicketName | None:
    """Read what a scanner or a person typed, or return `None` when it is no code of ours.

    Lower case, blanks, hyphens between groups and a trailing CR, LF or TAB are forgiven.
    """
    if len(text) > 4 * SIGNED_LENGTH:
        return None
    tidy = "".join(text.split()).upper()
    bare = tidy.replace("-", "")
    if len(bare) == SHORT_LENGTH and set(bare) <= _ALPHABET:
        secret = _unbase32(bare[:16])
        # Sixteen characters are ten bytes and no bit more: only the check can be wrong.
        return ShortCode(secret) if hmac.compare_digest(_check_of(secret), bare[16:]) else None
    if len(bare) == SIGNED_LENGTH and set(bare) <= _ALPHABET:
        return _read_signed(bare)
    return _read_name(tidy)


def _read_signed(text: str) -> SignedCode | None:
    try:
        raw = _unbase32(text)
    except binascii.Error:
        return None
    # One ticket, one text: the unused low bits of the last letter must be zero.
    if len(raw) != _HEADER_BYTES + _SIGNATURE_BYTES or _base32(raw) != text:
        return None
    header, signature = raw[:_HEADER_BYTES], raw[_HEADER_BYTES:]
    if header[0] != SIGNED_VERSION:
        return None
    return SignedCode(
        key_id=header[1:5].hex(),
        ticket_id=UUID(bytes=header[5:21]),
        generation=header[21],
        signed=header,
        signature=signature,
    )


def _read_name(text: str) -> TicketName | None:
    order_code, dash, number = text.partition("-")
    if not dash or not order_code.isalnum() or not number.isascii() or not number.isdigit():
        return None
    if len(order_code) > 12 or len(number) > 5:  # noqa: PLR2004  (longer is no code of ours)
        return None
    return TicketName(order_code, int(number))


def _check_of(secret: bytes) -> str:
    """Return the check characters of a short code: the first 20 bits of its SHA-256."""
    digest = hashlib.sha256(DOMAIN + secret).digest()
    return _base32(digest[:5])[:4]  # five bytes are eight characters: all 32 would cost more


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode("ascii").rstrip("=")


def _unbase32(text: str) -> bytes:
    return base64.b32decode(text + "=" * (-len(text) % 8))
