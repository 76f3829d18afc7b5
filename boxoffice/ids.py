"""Ids for rows (UUIDv7) and short codes for people (`K7QX2M`)."""

import os
import secrets
import time
from uuid import UUID

CODE_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # no I L O U 0 1: nothing that looks like another
CODE_LENGTH = 6

_RANDOM_BYTES = 10  # of an id: 74 bits of them are used
_LOW_BITS = (1 << 62) - 1
_CODES = len(CODE_ALPHABET) ** CODE_LENGTH


def new_id() -> UUID:
    """Make a UUIDv7 (RFC 9562): a millisecond clock first, so that new rows sort and index well."""
    millis = time.time_ns() // 1_000_000
    chance = int.from_bytes(os.urandom(_RANDOM_BYTES), "big")  # asked once: every row needs an id
    value = millis << 80 | 0x7 << 76 | (chance >> 68) << 64 | 0b10 << 62
    return UUID(int=value | chance & _LOW_BITS)


def new_code() -> str:
    """Make a short code for people. It is not secret, and may collide: the database decides."""
    number = secrets.randbelow(_CODES)
    code = ""
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(CODE_ALPHABET))
        code += CODE_ALPHABET[place]
    return code
