"""Passwords and PINs, hashed with argon2id.

64 MiB, three passes, four lanes: the second recommendation of RFC 9106 §4, above the floor of the
OWASP Password Storage Cheat Sheet (19 MiB, two passes). A hash tells its own settings, so that
stronger ones take over as people log in.
"""

import hmac
import secrets
from base64 import b64encode
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from boxoffice.errors import BadValue

PASSWORD_MIN = 12  # characters. Length is what counts; no rule asks for signs or digits
PASSWORD_MAX = 128  # characters; NIST SP 800-63B §3.1.1.2 asks for 64 or more
PIN_MIN, PIN_MAX = 4, 8

HASHER = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4)


def checked_password(password: str, *, name: str) -> str:
    """Return a password that may be used.

    Raises:
        BadValue: it is too short, too long, or the name of its owner again.
    """
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise BadValue(
            "the password",
            f"must have {PASSWORD_MIN} to {PASSWORD_MAX} characters.",
            hint="four words that do not belong together are long and easy",
        )
    plain = password.casefold().replace(name.casefold(), "")
    if len(plain) < PASSWORD_MIN // 2 or len(set(plain)) < PASSWORD_MIN // 3:
        raise BadValue("the password", "is too easy to guess.", hint="choose other words")
    try:
        password.encode()
    except UnicodeEncodeError as error:
        raise BadValue("the password", "is not text.") from error
    return password


def checked_pin(pin: str) -> str:
    """Return a PIN that may be used.

    Raises:
        BadValue: it is not four to eight digits, or runs of one or of neighbours.
    """
    if not (pin.isascii() and pin.isdigit() and PIN_MIN <= len(pin) <= PIN_MAX):
        raise BadValue("the PIN", f"must be {PIN_MIN} to {PIN_MAX} digits.")
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if len(steps) == 1 and steps <= {0, 1, 9}:
        raise BadValue("the PIN", "is too easy to guess.", hint="not 1111, 1234 or 4321")
    return pin


def hashed(secret: str) -> str:
    """Return the hash of a password or PIN."""
    return HASHER.hash(secret)


def is_right(kept: str, secret: str) -> bool:
    """Say whether `secret` is the one of the hash `kept`.

    Without a hash, as for a name that nobody has, it takes as long and the answer is no.
    """
    try:
        text = secret.encode()
        HASHER.verify(kept or _nobodys(), text)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
    return bool(kept)


def is_old(kept: str) -> bool:
    """Say whether a hash was made with other settings than today's."""
    return HASHER.check_needs_rehash(kept)


def is_same(one: str, other: str) -> bool:
    """Compare two texts without telling by the time where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def _nobodys() -> str:
    """Return a hash with today's settings that nobody knows an answer to.

    It is written, not computed: that would make the first unknown name take twice as long.
    """
    settings = f"m={HASHER.memory_cost},t={HASHER.time_cost},p={HASHER.parallelism}"
    salt, answer = (
        b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (HASHER.salt_len, HASHER.hash_len)
    )
    return f"$argon2id$v=19${settings}${salt}${answer}"
