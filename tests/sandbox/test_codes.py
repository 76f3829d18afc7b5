"""PIX codes and boletos, against vectors that others published."""

import base64
import io
from datetime import date
from decimal import Decimal

import httpx
import pytest
import zxingcpp
from PIL import Image

from boxoffice.sandbox.boleto_line import bar_code, due_factor, mod11, typed_line
from boxoffice.sandbox.ledger import Sandbox
from boxoffice.sandbox.pix_code import crc16
from tests.sandbox.charges import a_charge


def test_the_checksum_is_the_one_everybody_computes() -> None:
    manual = (
        "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-426655440000"
        "5204000053039865802BR5913Fulano de Tal6008BRASILIA62070503***6304"
    )

    assert crc16("123456789") == "29B1"
    assert crc16(manual) == "1D3D"


def test_a_published_bar_code_gives_its_published_line() -> None:
    code = "00193373700000001000500940144816060680935031"

    assert typed_line(code) == "00190500954014481606906809350314337370000000100"
    assert mod11(code[:4] + code[5:]) == code[4]


@pytest.mark.parametrize(
    ("due_on", "factor"),
    [
        (date(2000, 7, 3), 1000),
        (date(2025, 2, 21), 9999),
        (date(2025, 2, 22), 1000),
        (date(2049, 10, 13), 9999),
        (date(2049, 10, 14), 1000),
    ],
)
def test_the_due_factor_starts_again_after_9999(due_on: date, factor: int) -> None:
    assert due_factor(due_on) == factor


@pytest.mark.parametrize("our_number", range(30))
def test_a_bar_code_never_has_zero_for_its_check_digit(our_number: int) -> None:
    code = bar_code(date(2026, 12, 1), Decimal("129.90"), our_number)

    assert len(code) == 44
    assert code[4] in "123456789"
    assert code[9:19] == "0000012990"


def test_the_pix_code_is_well_formed_and_its_picture_reads_the_same(
    sandbox: Sandbox, client: httpx.Client
) -> None:
    answer = client.get(f"/v3/payments/{a_charge(sandbox, value=Decimal('129.90'))}/pixQrCode")

    payload = answer.json()["payload"]
    fields = fields_of(payload)
    picture = Image.open(io.BytesIO(base64.b64decode(answer.json()["encodedImage"])))
    assert fields["63"] == crc16(payload[:-4])
    assert fields["54"] == "129.90"
    assert fields_of(fields["26"])["00"] == "br.gov.bcb.pix"
    assert zxingcpp.read_barcodes(picture)[0].text == payload


def test_the_line_and_the_bar_code_of_a_boleto_agree(
    sandbox: Sandbox, client: httpx.Client
) -> None:
    charge_id = a_charge(sandbox, billingType="BOLETO", value=Decimal("129.90"))

    answer = client.get(f"/v3/payments/{charge_id}/identificationField").json()

    line, code = answer["identificationField"], answer["barCode"]
    assert (len(line), len(code)) == (47, 44)
    assert line[:4] + line[32] + line[33:] + line[4:9] + line[10:20] + line[21:31] == code
    assert code.endswith(answer["nossoNumero"])


def fields_of(text: str) -> dict[str, str]:
    """Read EMV text: two digits of tag, two of length, the value."""
    fields = {}
    while text:
        length = int(text[2:4])
        fields[text[:2]] = text[4 : 4 + length]
        text = text[4 + length :]
    return fields
