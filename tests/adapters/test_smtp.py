"""SMTP over a real socket: what is sent, over which line, and what each answer means."""

import email
import email.policy
import logging
import socket
import threading
from pathlib import Path

import pytest

from boxoffice.adapters.smtp import Smtp
from boxoffice.errors import BadValue, BoxOfficeError, MailRefused, MailSilent, Misconfigured
from boxoffice.mail import Attachment, Mail
from tests.services.smtp import PASSWORD, USER, Server, a_certificate, a_mail_server

ID = "0190a0b0-c0d0-7000-8000-000000000001"


def a_mail(
    *,
    to_name: str = "Rita Nogueira",
    to_address: str = "rita@example.com",
    subject: str = "Seus ingressos",
    text: str = "Olá!\n.\nTchau.\n",
) -> Mail:
    pdf = Attachment("ingressos-K7QX2M.pdf", "application/pdf", bytes(range(256)))
    sender = "Noite <tickets@example.org>"
    return Mail(ID, sender, to_name, to_address, subject, text, "<p>Olá!</p>", [pdf])


def carrier_to(server: Server, *, must_encrypt: bool | None = None) -> Smtp:
    url = f"smtp://127.0.0.1:{server.port}"
    return Smtp(url, timeout_seconds=2, must_encrypt=must_encrypt)


def refusal_of(carrier: Smtp, mail: Mail) -> BoxOfficeError:
    with pytest.raises(BoxOfficeError) as caught:
        carrier.send(mail)
    return caught.value


def test_a_mail_arrives_whole_in_text_html_and_pdf() -> None:
    with a_mail_server() as server:
        assert carrier_to(server).send(a_mail()) == ""

    (raw,) = server.taken
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    (pdf,) = mail.iter_attachments()
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == ["Olá!", ".", "Tchau."]
    assert html.get_content().strip() == "<p>Olá!</p>"
    assert pdf.get_content() == bytes(range(256))
    assert server.receivers == ["rita@example.com"]
    assert str(mail["Message-ID"]) == f"<{ID}@boxoffice.invalid>"


def test_two_tries_carry_one_message_id() -> None:
    with a_mail_server() as server:
        for _ in range(2):
            carrier_to(server).send(a_mail())

    ids = {email.message_from_bytes(raw)["Message-ID"] for raw in server.taken}
    assert (len(server.taken), len(ids)) == (2, 1)


@pytest.mark.parametrize(
    "mail",
    [
        a_mail(subject="Noite\r\nBcc: x@y.z"),
        a_mail(subject="Noite\nBcc: x@y.z"),
        a_mail(to_name="Ana\r\nBcc: x@y.z"),
        a_mail(to_address="a@b.c\r\nRCPT TO:<x@y.z>"),
        a_mail(to_address="a@b.c>\nBcc: x@y.z"),
        a_mail(to_address="a@b.c,x@y.z"),
    ],
)
def test_a_second_header_cannot_be_smuggled_in(mail: Mail) -> None:
    with a_mail_server() as server:
        refused = refusal_of(carrier_to(server), mail)

    assert isinstance(refused, BadValue)
    assert server.taken == []


@pytest.mark.parametrize(
    "name", ['"><script>alert(1)</script>', "Lima, Ana; <x@y.z>", "=?utf-8?q?=0A?="]
)
def test_a_hostile_name_stays_a_name(name: str) -> None:
    with a_mail_server() as server:
        carrier_to(server).send(a_mail(to_name=name))

    mail = email.message_from_bytes(server.taken[0], policy=email.policy.default)
    (receiver,) = mail["To"].addresses
    assert receiver.addr_spec == "rita@example.com"
    assert mail["Bcc"] is None


def test_the_line_is_encrypted_with_starttls_and_then_logs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = a_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with a_mail_server(certificate, must_log_in=True) as server:
        url = f"smtp://{USER}@127.0.0.1:{server.port}"
        Smtp(url, PASSWORD, must_encrypt=True, timeout_seconds=2).send(a_mail())

    assert server.was_encrypted == [True]


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with a_mail_server(a_certificate(tmp_path)) as server:
        error = refusal_of(carrier_to(server, must_encrypt=True), a_mail())

    assert isinstance(error, Misconfigured)
    assert "certificate" in error.message
    assert server.taken == []


def test_a_server_elsewhere_without_encryption_gets_nothing() -> None:
    with a_mail_server() as server:
        error = refusal_of(carrier_to(server, must_encrypt=True), a_mail())

    assert isinstance(error, Misconfigured)
    assert "no encryption" in error.message
    assert server.taken == []


@pytest.mark.parametrize(
    ("host", "is_here"),
    [("127.0.0.1", True), ("localhost", True), ("[::1]", True), ("mail.example.org", False)],
)
def test_only_this_machine_is_trusted_without_encryption(host: str, is_here: bool) -> None:  # noqa: FBT001  (a value of the table)
    assert Smtp(f"smtp://{host}")._must_encrypt is not is_here  # noqa: SLF001  (a decision, seen without a server elsewhere)


def test_a_wrong_password_is_ours_to_mend_and_is_told_to_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    certificate = a_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with a_mail_server(certificate, must_log_in=True) as server:
        carrier = Smtp(f"smtp://{USER}@127.0.0.1:{server.port}", "not-this-one", must_encrypt=True)
        error = refusal_of(carrier, a_mail())

    assert isinstance(error, Misconfigured)
    assert "not-this-one" not in repr(carrier) + error.message + error.hint + caplog.text


@pytest.mark.parametrize(
    ("answers", "family"),
    [
        ({"rcpt": "550 5.1.1 no such mailbox"}, MailRefused),
        ({"rcpt": "450 4.2.1 later"}, MailSilent),
        ({"data": "554 5.7.1 spam"}, MailRefused),
        ({"data": "552 5.3.4 too large"}, MailRefused),
        ({"data": "451 4.3.0 later"}, MailSilent),
        ({"mail": "553 5.7.1 not your sender"}, Misconfigured),
        ({"mail": "421 4.3.2 closing"}, MailSilent),
    ],
)
def test_a_code_of_500_is_for_good_and_one_of_400_for_now(
    answers: dict[str, str], family: type[BoxOfficeError]
) -> None:
    with a_mail_server() as server:
        for name, answer in answers.items():
            setattr(server, name, answer)
        error = refusal_of(carrier_to(server), a_mail())

    assert type(error) is family
    assert not getattr(error, "may_have_left", False)
    assert server.taken == []


def test_a_line_cut_after_the_mail_leaves_it_open_whether_it_left() -> None:
    with a_mail_server() as server:
        server.cuts_after_data = True
        error = refusal_of(carrier_to(server), a_mail())

    assert isinstance(error, MailSilent)
    assert error.may_have_left
    assert len(server.taken) == 1


def test_nobody_there_is_silence_and_nothing_has_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    error = refusal_of(Smtp(f"smtp://127.0.0.1:{port}", timeout_seconds=1), a_mail())

    assert isinstance(error, MailSilent)
    assert not error.may_have_left


def test_a_server_that_says_nothing_is_given_up_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        carrier = Smtp(f"smtp://127.0.0.1:{mute.getsockname()[1]}", timeout_seconds=0.3)
        error = refusal_of(carrier, a_mail())

    assert isinstance(error, MailSilent)
    assert not error.may_have_left


def test_a_server_that_is_slow_at_every_step_gets_no_mail_that_nobody_waits_for() -> None:
    with a_mail_server() as server:
        server.step_seconds = 0.35
        carrier = Smtp(f"smtp://127.0.0.1:{server.port}", timeout_seconds=0.45)
        error = refusal_of(carrier, a_mail())

    assert isinstance(error, MailSilent)
    assert not error.may_have_left
    assert server.taken == []


def test_a_server_that_answers_nonsense_is_silence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as odd:

        def answer() -> None:
            line, _ = odd.accept()
            with line:
                line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 3)

        thread = threading.Thread(target=answer)
        thread.start()
        error = refusal_of(
            Smtp(f"smtp://127.0.0.1:{odd.getsockname()[1]}", timeout_seconds=1), a_mail()
        )
        thread.join()

    assert isinstance(error, MailSilent)


def test_the_check_logs_in_and_sends_nothing() -> None:
    with a_mail_server() as server:
        assert "lets us in" in carrier_to(server).check()

    assert server.taken == []


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("smtp://", "names no mail server"),
        ("smtp://host:x", "names no mail server"),
        ("smtp://host/path", "names no mail server"),
        ("http://host", "names no mail server"),
        ("smtp://user:secret@host", "holds a password"),
        ("smtp://user@host", "MAIL_PASSWORD is not set"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_at_once(url: str, told: str) -> None:
    with pytest.raises(Misconfigured, match=told) as caught:
        Smtp(url)

    assert "secret" not in caught.value.message + caught.value.hint
