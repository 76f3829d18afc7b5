"""Access tokens: what is not exactly ours is refused, whatever it says of itself."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from boxoffice.errors import NotLoggedIn
from boxoffice.staff.tokens import ACCESS_LIFE, Access, StaffKeys
from boxoffice.tickets.code import TicketKey
from tests.making import NOON, SECRET

KEYS = StaffKeys(SECRET)
RITA = Access(uuid4(), uuid4())
GOOD = KEYS.access_token(RITA, now=NOON)
STRANGER = Ed25519PrivateKey.generate()


def plain(part: Any) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def parts(token: str = GOOD) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a token says in its two readable parts."""
    header, body, _ = token.split(".")
    told = [json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, body)]
    return told[0], told[1]


def made(header: dict[str, Any], body: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """Return a token that says this, signed so."""
    message = f"{plain(header)}.{plain(body)}"
    return f"{message}.{plain(sign(message.encode()))}"


def ours(message: bytes) -> bytes:
    return KEYS._signer.sign(message)  # noqa: SLF001  (a forger who has the key: claims alone must fail)


def public_pem() -> bytes:
    return KEYS.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def forged(name: str) -> str:
    """Return a token that is wrong in one way."""
    header, body = parts()

    def hmac_with(key: bytes) -> Callable[[bytes], bytes]:
        return lambda message: hmac.digest(key, message, hashlib.sha256)

    raw = KEYS.public_key.public_bytes_raw()
    forgeries: dict[str, Callable[[], str]] = {
        "alg none": lambda: made(header | {"alg": "none"}, body, lambda _: b""),
        "alg None": lambda: made(header | {"alg": "None"}, body, lambda _: b""),
        "HS256 with our public key": lambda: made(
            header | {"alg": "HS256"}, body, hmac_with(public_pem())
        ),
        "HS256 with its raw bytes": lambda: made(header | {"alg": "HS256"}, body, hmac_with(raw)),
        "HS256 with the secret": lambda: made(header | {"alg": "HS256"}, body, hmac_with(SECRET)),
        "a stranger's key": lambda: made(header, body, STRANGER.sign),
        "a stranger's key inside": lambda: made(
            header | {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": plain(raw)}}, body, STRANGER.sign
        ),
        "kid that is a path": lambda: made(header | {"kid": "../../etc/passwd"}, body, ours),
        "kid that is a list": lambda: made(header | {"kid": [KEYS.key_id]}, body, ours),
        "no kid": lambda: made({k: v for k, v in header.items() if k != "kid"}, body, ours),
        "typ JWT": lambda: made(header | {"typ": "JWT"}, body, ours),
        "crit": lambda: made(header | {"crit": ["exp"]}, body, ours),
        "another audience": lambda: made(header, body | {"aud": "boxoffice-door"}, ours),
        "another issuer": lambda: made(header, body | {"iss": "elsewhere"}, ours),
        "no audience": lambda: made(header, {k: v for k, v in body.items() if k != "aud"}, ours),
        "no expiry": lambda: made(header, {k: v for k, v in body.items() if k != "exp"}, ours),
        "no session": lambda: made(header, {k: v for k, v in body.items() if k != "sid"}, ours),
        "a year": lambda: made(header, body | {"exp": body["exp"] + 31_536_000}, ours),
        "from the future": lambda: made(
            header, body | {"iat": body["iat"] + 60, "exp": body["exp"] + 60}, ours
        ),
        "exp of text": lambda: made(header, body | {"exp": "soon"}, ours),
        "exp of infinity": lambda: made(header, body | {"exp": float("inf")}, ours),
        "exp of null": lambda: made(header, body | {"exp": None}, ours),
        "sub of a number": lambda: made(header, body | {"sub": 7}, ours),
        "sub of words": lambda: made(header, body | {"sub": "rita"}, ours),
        "a list for claims": lambda: made(header, [], ours),  # type: ignore[arg-type]
        "a signature cut short": lambda: GOOD[:-4],
        "no signature": lambda: GOOD.rpartition(".")[0] + ".",
        "two parts": lambda: GOOD.rpartition(".")[0],
        "nothing": lambda: "",
        "much": lambda: "a." * 500_000,
        "half a character": lambda: "\ud800.\ud800.\ud800",
        "a ticket's signature": lambda: made(
            header, body, lambda _: base64.b32decode(TicketKey(SECRET).signed(UUID(int=1), 0)[:96])
        ),
    }
    return forgeries[name]()


FORGERIES = (
    "alg none/alg None/HS256 with our public key/HS256 with its raw bytes/HS256 with the secret/"
    "a stranger's key/a stranger's key inside/kid that is a path/kid that is a list/no kid/typ JWT/"
    "crit/another audience/another issuer/no audience/no expiry/no session/a year/from the future/"
    "exp of text/exp of infinity/exp of null/sub of a number/sub of words/a list for claims/"
    "a signature cut short/no signature/two parts/nothing/much/half a character/"
    "a ticket's signature"
).split("/")


def test_a_token_says_who_and_by_which_session() -> None:
    assert KEYS.read(GOOD, now=NOON) == RITA
    assert KEYS.read(GOOD, now=NOON + ACCESS_LIFE - timedelta(seconds=1)) == RITA


def test_it_names_its_type_key_issuer_audience_and_end() -> None:
    header, body = parts()

    assert header == {"alg": "EdDSA", "kid": KEYS.key_id, "typ": "at+jwt"}
    assert (body["iss"], body["aud"]) == ("boxoffice", "boxoffice-staff")
    assert body["exp"] - body["iat"] == 900
    assert "rita" not in json.dumps(body)


@pytest.mark.parametrize("name", FORGERIES)
def test_what_is_not_exactly_ours_is_refused(name: str) -> None:
    with pytest.raises(NotLoggedIn) as caught:
        KEYS.read(forged(name), now=NOON)

    assert caught.value.case == "login.invalid"


def test_after_a_quarter_of_an_hour_it_has_to_be_renewed() -> None:
    with pytest.raises(NotLoggedIn) as caught:
        KEYS.read(GOOD, now=NOON + ACCESS_LIFE)

    assert caught.value.case == "login.expired"


@given(place=st.integers(0, len(GOOD) - 1), letter=st.sampled_from("ABCxyz019-_."))
def test_no_letter_of_it_can_be_another(place: int, letter: str) -> None:
    changed = GOOD[:place] + letter + GOOD[place + 1 :]
    try:
        read = KEYS.read(changed, now=NOON)
    except NotLoggedIn:
        return

    # Base64 has spare bits in a last letter: the bytes, and so the claims, are the same.
    assert read == RITA
    assert parts(changed) == parts()


@given(st.text(max_size=300))
def test_any_text_is_refused_and_nothing_else_happens(text: str) -> None:
    with pytest.raises(NotLoggedIn):
        KEYS.read(text, now=NOON)


def test_another_secret_key_has_other_keys() -> None:
    other = StaffKeys(SECRET[::-1])

    with pytest.raises(NotLoggedIn):
        other.read(GOOD, now=NOON)
    assert other.mailed_code(RITA.staff_id) != KEYS.mailed_code(RITA.staff_id)


def test_no_key_stands_for_another() -> None:
    ticket_key = TicketKey(SECRET).public_key

    assert KEYS.public_key.public_bytes_raw() != ticket_key
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(
            GOOD,
            Ed25519PrivateKey.generate().public_key(),
            algorithms=["EdDSA"],
            options={"verify_exp": False, "verify_aud": False},
        )


def test_mailed_codes_are_the_same_each_time_and_look_like_no_other() -> None:
    ids = [UUID(int=number) for number in range(2_000)]
    codes = [KEYS.mailed_code(each) for each in ids]

    assert codes == [KEYS.mailed_code(each) for each in ids]
    assert len(set(codes)) == len(codes)
    assert all(len(code) == 8 and set(code) & set("ILOU01") == set() for code in codes)
