"""PIX codes as the central bank defines them: EMV text with its checksum, and a QR picture."""

import base64
import binascii
import struct
import zlib
from decimal import Decimal

import qrcode
from qrcode.constants import ERROR_CORRECT_M

_PIXELS_PER_MODULE = 4


def crc16(text: str) -> str:
    """Return CRC-16/CCITT-FALSE of `text` as four hex digits."""
    return f"{binascii.crc_hqx(text.encode('ascii'), 0xFFFF):04X}"


def pix_payload(address: str, amount: Decimal) -> str:
    """Return the copy-and-paste text of a dynamic code, payable once, kept at `address`."""
    account = _field("00", "br.gov.bcb.pix") + _field("25", address)
    unsigned = (
        _field("00", "01")
        + _field("01", "12")  # to be paid once
        + _field("26", account)
        + _field("52", "0000")
        + _field("53", "986")  # BRL
        + _field("54", f"{amount:.2f}")
        + _field("58", "BR")
        + _field("59", "BOXOFFICE SANDBOX")
        + _field("60", "SAO PAULO")
        + _field("62", _field("05", "***"))
        + "6304"
    )
    return unsigned + crc16(unsigned)


def _field(tag: str, value: str) -> str:
    assert len(value) <= 99, "a field of a PIX code holds at most 99 characters"  # noqa: PLR2004  (two digits of length)
    return f"{tag}{len(value):02}{value}"


def qr_png(text: str) -> str:
    """Draw `text` as a QR code and return the PNG in bare base64."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, mask_pattern=2)
    code.add_data(text)
    rows: list[bytes] = []
    for line in code.get_matrix():
        pixels = bytes(0 if dark else 255 for dark in line for _ in range(_PIXELS_PER_MODULE))
        rows += [b"\0" + pixels] * _PIXELS_PER_MODULE
    width = len(rows[0]) - 1
    header = struct.pack(">IIBBBBB", width, len(rows), 8, 0, 0, 0, 0)  # 8 bits of grey
    return base64.b64encode(
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(b"".join(rows)))
        + _chunk(b"IEND", b"")
    ).decode("ascii")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
