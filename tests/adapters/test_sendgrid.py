"""SendGrid over a real socket: what is posted, and what each answer means."""

import json
import logging
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing

import pytest
from starlette.responses import Response

from boxoffice.adapters.sendgrid import BYTES_MAX, SendGrid
from boxoffice.errors import BadValue, BoxOfficeError, MailRefused, MailSilent, Misconfigured
from boxoffice.mail import Attachment, Mail
from boxoffice.sandbox.mail_faults import faults_of_words
from boxoffice.sandbox.mail_post import API_KEY, MailSandbox
from boxoffice.sandbox.sendgrid import create_app
from tests.services.switch import Switch

ID = "0190a0b0-c0d0-7000-8000-000000000001"
PDF = Attachment("ingressos-K7QX2M.pdf", "application/pdf", b"%PDF-1.7\n" * 50)


def a_mail(
    *,
    to_name: str = "Rita Nogueira",
    to_address: str = "rita@example.com",
    subject: str = "Seus ingressos",
    sender: str = "Noite <tickets@example.org>",
    attachments: list[Attachment] | None = None,
) -> Mail:
    return Mail(
        ID, sender, to_name, to_address, subject, "Olá!", "<p>Olá!</p>", attachments or [PDF]
    )


@pytest.fixture
def post(server: Switch) -> Iterator[MailSandbox]:
    with closing(MailSandbox()) as made:
        server.app = create_app(made)
        yield made


@pytest.fixture
def carrier(server: Switch) -> Iterator[SendGrid]:
    with closing(SendGrid(server.url, API_KEY, timeout_seconds=0.7)) as made:
        yield made


def refusal_of(carrier: SendGrid, mail: Mail) -> BoxOfficeError:
    with pytest.raises(BoxOfficeError) as caught:
        carrier.send(mail)
    return caught.value


def test_a_mail_is_posted_whole_and_answers_with_its_id(
    post: MailSandbox, carrier: SendGrid
) -> None:
    given = carrier.send(a_mail())

    (mail,) = post.mails
    assert mail.message_id == given
    assert mail.body["personalizations"] == [
        {
            "to": [{"email": "rita@example.com", "name": "Rita Nogueira"}],
            "custom_args": {"message": ID},
        }
    ]
    assert mail.body["from"] == {"email": "tickets@example.org", "name": "Noite"}
    assert [part["type"] for part in mail.body["content"]] == ["text/plain", "text/html"]
    (pdf,) = mail.body["attachments"]
    assert b64decode(pdf["content"]) == PDF.content
    assert "\n" not in pdf["content"]


def test_nothing_is_tracked_and_no_person_stands_in_our_arguments(
    post: MailSandbox, carrier: SendGrid
) -> None:
    carrier.send(a_mail())

    body = post.mails[0].body
    assert body["tracking_settings"] == {
        "click_tracking": {"enable": False, "enable_text": False},
        "open_tracking": {"enable": False},
    }
    assert {"custom_args", "categories"} & set(body) == set()
    assert set(body["personalizations"][0]["custom_args"]) == {"message"}


@pytest.mark.parametrize(
    ("name", "posted"),
    [
        ("Lima, Ana; Cia", "Lima Ana Cia"),
        ('"><script>', '"><script>'),
        ("Ana\r\nBcc: x@y.z", "Ana��Bcc: x@y.z"),
        (";,", None),
        ("", None),
    ],
)
def test_a_hostile_name_is_inert(
    post: MailSandbox, carrier: SendGrid, name: str, posted: str | None
) -> None:
    carrier.send(a_mail(to_name=name))

    assert post.mails[0].body["personalizations"][0]["to"][0].get("name") == posted


def test_a_subject_cannot_hold_a_second_line(post: MailSandbox, carrier: SendGrid) -> None:
    carrier.send(a_mail(subject="Noite\r\nBcc: x@y.z"))

    assert post.mails[0].body["subject"] == "Noite��Bcc: x@y.z"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "rita",
        "@example.com",
        "rita@",
        "a@b.c\r\nBcc: x@y.z",
        "a@b.c,d@e.f",
        "a b@c.d",
        "<a@b.c>",
    ],
)
def test_an_address_that_is_not_one_never_leaves(
    post: MailSandbox, carrier: SendGrid, address: str
) -> None:
    assert isinstance(refusal_of(carrier, a_mail(to_address=address)), BadValue)
    assert post.mails == []


def test_a_domain_with_accents_is_written_as_the_dns_does(
    post: MailSandbox, carrier: SendGrid
) -> None:
    carrier.send(a_mail(to_address="ana@café.example"))

    person = post.mails[0].body["personalizations"][0]["to"][0]
    assert person["email"] == "ana@xn--caf-dma.example"


@pytest.mark.parametrize(
    ("fault", "family", "retries"),
    [
        ("bad_request", MailRefused, False),
        ("too_large", MailRefused, False),
        ("unauthorized", Misconfigured, False),
        ("too_many", MailSilent, True),
        ("error_500", MailSilent, True),
        ("html_error", MailSilent, True),
    ],
)
def test_each_no_has_its_meaning(
    post: MailSandbox,
    carrier: SendGrid,
    fault: str,
    family: type[BoxOfficeError],
    retries: bool,  # noqa: FBT001  (a value of the table)
) -> None:
    post.board.set(faults_of_words([fault]))

    error = refusal_of(carrier, a_mail())

    assert (type(error), error.retryable) == (family, retries)
    assert not getattr(error, "may_have_left", False)
    assert carrier.send(a_mail())


@pytest.mark.parametrize(
    ("status", "family"),
    [
        (301, Misconfigured),
        (403, Misconfigured),
        (404, MailRefused),
        (405, MailRefused),
        (406, Misconfigured),
        (451, Misconfigured),
        (503, MailSilent),
    ],
)
def test_an_answer_of_anybody_in_between_is_read_too(
    server: Switch, carrier: SendGrid, status: int, family: type[BoxOfficeError]
) -> None:
    server.app = Response("<html>", status, {"location": "http://127.0.0.1:9/"})

    assert isinstance(refusal_of(carrier, a_mail()), family)


def test_too_many_waits_for_the_moment_that_is_told(post: MailSandbox, carrier: SendGrid) -> None:
    post.board.set(faults_of_words(["too_many", "reset_seconds=40"]))

    error = refusal_of(carrier, a_mail())

    assert isinstance(error, MailSilent)
    assert error.retry_seconds is not None
    assert 38 <= error.retry_seconds <= 44


_FAR_OFF = str(int(time.time()) + 10**6)


@pytest.mark.parametrize(
    "given",
    ["", "x", "-5", "99999999999999", _FAR_OFF],
    ids=["nothing", "word", "past", "huge", "far-off"],
)
def test_a_moment_that_makes_no_sense_is_bounded(
    server: Switch, carrier: SendGrid, given: str
) -> None:
    server.app = Response("{}", 429, {"X-RateLimit-Reset": given})

    error = refusal_of(carrier, a_mail())

    assert isinstance(error, MailSilent)
    assert (error.retry_seconds or 0) <= 3_603


def test_a_call_without_an_answer_may_have_left(post: MailSandbox, carrier: SendGrid) -> None:
    post.board.set(faults_of_words(["hang_after_accept"]))

    error = refusal_of(carrier, a_mail())

    assert isinstance(error, MailSilent)
    assert error.may_have_left
    assert len(post.mails) == 1


def test_a_call_that_reached_nobody_has_not_left() -> None:
    with closing(SendGrid("http://127.0.0.1:9", API_KEY, timeout_seconds=1)) as carrier:
        error = refusal_of(carrier, a_mail())

    assert isinstance(error, MailSilent)
    assert not error.may_have_left


def test_a_mail_over_the_bound_is_refused_before_it_is_sent(
    post: MailSandbox, carrier: SendGrid
) -> None:
    large = Attachment("a.pdf", "application/pdf", bytes(BYTES_MAX * 3 // 4))

    error = refusal_of(carrier, a_mail(attachments=[large]))

    assert isinstance(error, MailRefused)
    assert "30 MB" in error.message or "less than 30" in error.message
    assert post.mails == []


def test_the_key_is_told_to_nobody(
    server: Switch, carrier: SendGrid, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.app = Response(json.dumps({"errors": [{"message": f"bad key {API_KEY}"}]}), 401)

    error = refusal_of(carrier, a_mail())

    assert API_KEY not in repr(carrier) + error.message + error.hint + caplog.text
    assert "(key)" in error.message


@pytest.mark.parametrize("key", ["", "SG.a b", "SG.a\n", "SG.é"])
def test_a_key_that_cannot_be_one_is_refused_at_once(key: str) -> None:
    with pytest.raises(Misconfigured, match="key"):
        SendGrid("https://api.sendgrid.com", key)


@pytest.mark.parametrize("url", ["", "api.sendgrid.com", "ftp://x", "https://", "https://x?y"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(Misconfigured, match="address"):
        SendGrid(url, API_KEY)


@pytest.mark.parametrize("sender", ["", "Boxoffice", "a@b.c\nBcc: x@y.z, q"])
def test_a_sender_without_an_address_is_ours_to_mend(
    post: MailSandbox, carrier: SendGrid, sender: str
) -> None:
    assert isinstance(refusal_of(carrier, a_mail(sender=sender)), Misconfigured)
    assert post.mails == []


def test_the_check_sends_nothing(post: MailSandbox, carrier: SendGrid) -> None:
    assert "lets us send" in carrier.check()
    assert post.mails == []


def test_the_check_names_a_key_that_is_refused(post: MailSandbox, server: Switch) -> None:
    with (
        closing(SendGrid(server.url, "SG.another")) as carrier,
        pytest.raises(Misconfigured, match="refuses our key"),
    ):
        carrier.check()

    assert post.mails == []


def test_the_check_names_a_key_that_may_not_send(server: Switch, carrier: SendGrid) -> None:
    server.app = Response('{"scopes":["alerts.read"]}')

    with pytest.raises(Misconfigured, match="may not send"):
        carrier.check()
