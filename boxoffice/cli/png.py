"""A QR code as a picture: one bit a pixel, no library."""

import struct
import zlib

from boxoffice.tickets.qr import Matrix

_QUIET_MODULES = 4  # the border that ISO/IEC 18004 asks for


def png(modules: Matrix, *, pixels: int) -> bytes:
    """Return a PNG of `modules`, black on white, so many `pixels` to a side of each.

    Source: the PNG specification, ISO/IEC 15948.
    """
    side = (len(modules) + 2 * _QUIET_MODULES) * pixels
    light = (False,) * _QUIET_MODULES
    blank = (False,) * (len(modules) + 2 * _QUIET_MODULES)
    rows = [*[blank] * _QUIET_MODULES, *((*light, *row, *light) for row in modules)]
    rows += [blank] * _QUIET_MODULES
    lines = b"".join((b"\0" + _line(row, pixels)) * pixels for row in rows)
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(lines, 9))
        + _chunk(b"IEND", b"")
    )


def _line(row: tuple[bool, ...], pixels: int) -> bytes:
    """Return one line of pixels; a set bit is white."""
    bits = "".join(("0" if dark else "1") * pixels for dark in row)
    whole = bits.ljust(-(-len(bits) // 8) * 8, "0")
    return int(whole, 2).to_bytes(len(whole) // 8, "big")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
