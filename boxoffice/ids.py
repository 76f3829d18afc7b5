"""Ids for rows (UUIDv7) and short codes for people (`K7QX2M`)."""

import secrets
import time
from uuid import UUID

CODE_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # no I L O U 0 1: nothing that looks like another
CODE_LENGTH = 6


def new_id() -> UUID:
    """Make a UUIDv7 (RFC 9562): a millisecond clock first, so that new rows sort and index well."""
    millis = time.time_ns() // 1_000_000
    value = millis << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62
    return UUID(int=value | secrets.randbits(62))


def new_code() -> str:
    """Make a short code for people. It is not secret, and may collide: the database decides."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
