"""Access tokens, refresh tokens and mailed codes: how they are made and read.

An access token is a JWT (RFC 7519, typed as RFC 9068 has it) signed with Ed25519, good for 15
minutes; decision 14 says why. One algorithm is known here, and the token does not choose it. A
refresh token is 256 random bits. All keys are derived from the secret key, each under a name of
its own, so that none of them can stand for another, nor for a ticket's.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from boxoffice.errors import NotLoggedIn

ACCESS_LIFE = timedelta(minutes=15)
ISSUER = "boxoffice"
AUDIENCE = "boxoffice-staff"
TOKEN_MAX = 2_048  # characters of any token; ours have fewer than 500
CODE_LENGTH = 8
_TYPE = "at+jwt"
_ALGORITHM = "EdDSA"
_CODE_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # as in order codes: nothing looks alike
_LEEWAY = timedelta(seconds=5)  # clocks of two machines
_CLAIMS = ["iss", "aud", "sub", "sid", "jti", "iat", "exp"]


@dataclass(frozen=True, slots=True)
class Access:
    """What a good access token says: who, and by which session."""

    staff_id: UUID
    session_id: UUID


class StaffKeys:
    """The keys of logins. They never leave the machines that have the secret key."""

    def __init__(self, secret: bytes) -> None:
        """Keep 32 secret bytes."""
        assert len(secret) == 32, "the secret key has 32 bytes"  # noqa: PLR2004  (256 bits)
        self._secret = secret

    @cached_property
    def _signer(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._derived("boxoffice-access-token:ed25519"))

    @cached_property
    def public_key(self) -> Ed25519PublicKey:
        """The key that tells whether an access token is ours."""
        return self._signer.public_key()

    @cached_property
    def key_id(self) -> str:
        """What a token calls its key: 8 hex digits of the public key's SHA-256."""
        return hashlib.sha256(self.public_key.public_bytes_raw()).hexdigest()[:8]

    def access_token(self, access: Access, *, now: datetime) -> str:
        """Sign a token that is good for 15 minutes."""
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(access.staff_id),
            "sid": str(access.session_id),
            "jti": secrets.token_hex(8),
            "iat": int(now.timestamp()),
            "exp": int((now + ACCESS_LIFE).timestamp()),
        }
        headers = {"typ": _TYPE, "kid": self.key_id}
        return jwt.encode(claims, self._signer, algorithm=_ALGORITHM, headers=headers)

    def read(self, token: str, *, now: datetime) -> Access:
        """Read an access token. Whether its session still stands is another question.

        Raises:
            NotLoggedIn: it is not one of ours, or its time is over.
        """
        try:
            header = jwt.get_unverified_header(token) if len(token) <= TOKEN_MAX else {}
            # The kid is compared, never looked up: no path or address in it leads anywhere.
            is_ours = (header.get("typ"), header.get("kid")) == (_TYPE, self.key_id)
            if not is_ours or header.get("alg") != _ALGORITHM or "crit" in header:
                raise _no_token()
            claims = jwt.decode(
                token,
                self.public_key,
                algorithms=[_ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                # Times are judged below, by the clock we are given.
                options={
                    "require": _CLAIMS,
                    "verify_exp": False,
                    "verify_iat": False,
                    "strict_aud": True,
                },
            )
            made, over = float(claims["iat"]), float(claims["exp"])
            access = Access(UUID(claims["sub"]), UUID(claims["sid"]))
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError) as error:
            raise _no_token() from error
        moment = now.timestamp()
        if over - made > ACCESS_LIFE.total_seconds() or made > moment + _LEEWAY.total_seconds():
            raise _no_token()
        if moment >= over:
            raise NotLoggedIn(
                "this login has to be renewed.", hint="boxoffice auth login", code="login.expired"
            )
        return access

    def mailed_code(self, code_id: UUID) -> str:
        """Return the one-time code of a row: always the same, and in no copy of the database."""
        drawn = hmac.digest(self._derived("boxoffice-mailed-code"), code_id.bytes, "sha256")
        number = int.from_bytes(drawn)  # 256 bits over 30⁸ codes: none is likelier than another
        letters = []
        for _ in range(CODE_LENGTH):
            number, place = divmod(number, len(_CODE_ALPHABET))
            letters.append(_CODE_ALPHABET[place])
        return "".join(letters)

    def _derived(self, purpose: str) -> bytes:
        return hmac.digest(self._secret, purpose.encode(), "sha256")


def new_token() -> str:
    """Make an opaque token: 256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """Return what the database knows an opaque token by."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _no_token() -> NotLoggedIn:
    return NotLoggedIn(
        "this is no login of ours.", hint="boxoffice auth login", code="login.invalid"
    )
