"""Mail at the command line: what did not arrive is seen, corrected and sent again."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from boxoffice.sandbox.mail_post import API_KEY, MailSandbox
from boxoffice.sandbox.sendgrid import create_app
from tests.commands import EVENT, Commands
from tests.services.switch import Switch

FROM = "Noite <tickets@example.org>"


@pytest.fixture
def post(server: Switch) -> Iterator[MailSandbox]:
    with closing(MailSandbox()) as made:
        server.app = create_app(made)
        yield made


@pytest.fixture
def mailing(boxoffice: Commands, server: Switch, post: MailSandbox) -> Commands:
    """The program with SendGrid behind a real socket, and an event on sale."""
    made = boxoffice.setting(
        mail_url="sendgrid:",
        mail_from=FROM,
        sendgrid_url=server.url,
        sendgrid_api_key=API_KEY,
        sendgrid_webhook_key=post.public_key,
    )
    made.has_event()
    return made


def tell(mailing: Commands, post: MailSandbox) -> int:
    """Have the listener hear of every event, and return what it answers."""
    body, headers = post.signed(post.batch())
    with mailing.listening() as (_, address):
        answer = httpx.post(
            f"{address}/webhooks/sendgrid", content=body, headers=headers, trust_env=False
        )
        return answer.status_code


def test_a_mail_that_bounced_is_shown_corrected_and_sent_again(
    mailing: Commands, post: MailSandbox
) -> None:
    code = mailing.sells("--buyer-name Rita --buyer-email late-bounce@example.com")["order"]["code"]
    fine = mailing.sells("--buyer-name Ana --buyer-email ana@example.com")["order"]["code"]
    assert tell(mailing, post) == 200

    shown = mailing(f"order show {code}")
    mail = mailing(f"order show {code} --json").json["order"]["mail"]
    listed = mailing("order list --mail-trouble --json").rows
    mailing(f"order resend {code} --to rita@example.com")
    assert tell(mailing, post) == 200

    assert "mail     tickets bounced" in shown.out
    assert f"hint: boxoffice order resend {code} --to ADDRESS" in shown.err
    assert (mail["template"], mail["state"], mail["trouble"]) == ("tickets", "bounced", True)
    assert [order["code"] for order in listed] == [code]
    assert mailing("order list --mail-trouble --json").rows == []
    again = mailing(f"order show {code} --json").json["order"]["mail"]
    assert (again["template"], again["state"]) == ("tickets_again", "delivered")
    assert mailing(f"order show {fine} --json").json["order"]["mail"]["state"] == "delivered"


def test_an_order_without_a_mail_says_so(boxoffice: Commands) -> None:
    boxoffice.has_event()
    code = boxoffice.sells()["order"]["code"]

    assert boxoffice(f"order show {code} --json").json["order"]["mail"] is None


def test_the_event_file_names_the_language_of_its_mails(
    on_sqlite: Commands, tmp_path: Path
) -> None:
    on_sqlite.has_event(EVENT.replace('venue = "Clube"', 'venue = "Clube"\nlanguage = "en"'))
    on_sqlite.sells("--buyer-name Rita --buyer-email rita@example.com")
    (path,) = (on_sqlite.home / "mail" / "new").glob("*")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(EVENT.replace('venue = "Clube"', 'language = "fr"'), encoding="utf-8")

    refused = on_sqlite("event apply --yes", str(wrong))

    assert b"Your tickets: " in path.read_bytes()
    assert on_sqlite("event show noite --json").json["language"] == "en"
    assert refused.code == 2
    assert "hint: write one of: pt-BR, en" in refused.err


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"mail_url": "gopher:x"}, "names no carrier"),
        ({"mail_url": "maildir:"}, "names no carrier"),
        ({"mail_url": "sendgrid://host"}, "names no carrier"),
        ({"mail_url": "sendgrid:"}, "BOXOFFICE_SENDGRID_API_KEY is not set"),
        ({"mail_url": "smtp://u:secret@host", "mail_from": FROM}, "holds a password"),
        ({"mail_url": "smtp://127.0.0.1:9"}, "an address that is nobody's"),
        ({"mail_url": "smtp://127.0.0.1:9", "mail_from": FROM}, "does not answer"),
    ],
)
def test_the_doctor_names_what_is_wrong_with_the_carrier(
    on_sqlite: Commands, settings: dict[str, str], told: str
) -> None:
    on_sqlite("init")

    ran = on_sqlite.setting(**settings)("doctor --json")

    (mail,) = [row for row in ran.rows if row["check"] == "mail"]
    assert (ran.code, mail["ok"]) == (8, False)
    assert told in mail["says"]
    assert mail["mend"]
    assert "secret" not in mail["says"] + mail["mend"]


def test_secrets_are_masked_and_may_come_from_files(on_sqlite: Commands, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("SG.canary\n")
    office = on_sqlite.setting(sendgrid_api_key_file=str(path), mail_password="canary")

    ran = office("config show")

    assert "canary" not in ran.out + ran.err
    assert str(path) not in ran.out
    assert ran.code == 0


def test_the_listener_starts_for_mail_alone_and_names_a_key_that_is_none(
    on_sqlite: Commands, post: MailSandbox
) -> None:
    on_sqlite("init")
    good = on_sqlite.setting(sendgrid_webhook_key=post.public_key)
    with good.listening() as (_, address):
        alive = httpx.get(f"{address}/health/ready", trust_env=False).status_code

    refused = on_sqlite.setting(sendgrid_webhook_key="x")("webhook serve --port 0")

    assert alive == 200
    assert (refused.code, refused.out) == (78, "")
    assert "verification key" in refused.err


def test_the_sandbox_serves_and_says_how_to_reach_it(on_sqlite: Commands) -> None:
    with on_sqlite.serving("sandbox sendgrid --port 0 --fault too_many=2") as (process, address):
        assert process.stderr is not None
        hint = process.stderr.readline().decode()
        state = httpx.get(f"{address}/sandbox/state", trust_env=False).json()

    assert f"BOXOFFICE_MAIL_URL=sendgrid: BOXOFFICE_SENDGRID_URL={address}" in hint
    assert (state["mails"], state["faults"]["too_many"]) == (0, 2)


def test_a_fault_that_there_is_not_is_told(on_sqlite: Commands) -> None:
    ran = on_sqlite("sandbox sendgrid --port 0 --fault nonsense")

    assert (ran.code, ran.out) == (2, "")
    assert "there are latency_ms" in ran.err
