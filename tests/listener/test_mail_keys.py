"""The key that events of mails are signed with: one of SendGrid's, or none at all."""

from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from boxoffice.errors import Misconfigured
from boxoffice.listener.mail_events import signing_key
from boxoffice.settings import Settings


def a_foreign_key() -> str:
    public = ed25519.Ed25519PrivateKey.generate().public_key()
    return b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


@pytest.mark.parametrize(
    "key", ["x", "bm8=", a_foreign_key()], ids=["letters", "no-key", "foreign"]
)
def test_a_key_that_is_none_is_ours_to_mend(key: str) -> None:
    settings = Settings.read({"BOXOFFICE_SENDGRID_WEBHOOK_KEY": key})

    with pytest.raises(Misconfigured, match="verification key"):
        signing_key(settings)
