"""Each guest of a campaign gets one mail, whatever happens to the worker."""

import email
import email.policy
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from boxoffice.mail import Attachment
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import SendCourtesy, TellUninvited
from boxoffice.outbox.messages import Message, MessageState
from boxoffice.outbox.models import JobState
from boxoffice.promos.models import CampaignRow, Promo, PromoState
from boxoffice.text import shown
from tasks.relay import run_due, run_until_empty
from tests.bulk.campaigns import (
    ANA,
    TICKETS,
    a_file,
    a_night,
    code_of,
    guests,
    invited,
    reclaimed,
    redeemed,
    states,
)
from tests.bulk.cancelling import ended
from tests.making import Clock, codes_of, rows, the_order
from tests.promos.codes import cancelled
from tests.tasks.working import Carrier, again, ran


@pytest.fixture
def giving(office: BoxOffice) -> BoxOffice:
    a_night(office, venue="Clube Naval")
    return office


def job_of(office: BoxOffice, name: str = "Ana Lima", copy: int = 0) -> SendCourtesy:
    (row,) = [row for row in rows(office, CampaignRow) if row.name == name]
    return SendCourtesy(row.id, copy)


def mails(office: BoxOffice) -> list[EmailMessage]:
    found = sorted((office.settings.home / "mail" / "new").glob("*"))
    return [email.message_from_bytes(p.read_bytes(), policy=email.policy.default) for p in found]


def body(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_the_guest_reads_the_code_its_places_and_its_last_moment(
    giving: BoxOffice, tmp_path: Path
) -> None:
    invited(giving, tmp_path, a_file(ANA), expires_at=giving.now() + timedelta(hours=5))

    assert ran(giving, job_of(giving)) is JobState.DONE

    (mail,) = mails(giving)
    assert str(mail["To"]) == "Ana Lima <ana@example.com>"
    assert "Noite das Farmácias" in str(mail["Subject"])
    said = body(mail)
    assert code_of(giving) in said
    assert "Ingressos   2" in said
    assert "Válido até  22/11/2026 17:00" in said
    assert list(mail.iter_attachments()) == []


def test_what_was_sent_is_written_down(giving: BoxOffice, tmp_path: Path) -> None:
    invited(giving, tmp_path, a_file(ANA))

    ran(giving, job_of(giving))

    (message,) = rows(giving, Message)
    assert (message.state, message.recipient) == (MessageState.SENT, "ana@example.com")
    assert (message.order_id, message.campaign_row_id) == (None, job_of(giving).campaign_row_id)
    assert (states(giving), guests(giving)[0].sent_at) == (["sent"], giving.now())
    assert rows(giving, Promo)[0].state is PromoState.SENT


def test_tickets_go_with_the_pdf_the_files_and_the_organizers_words(
    giving: BoxOffice, tmp_path: Path
) -> None:
    file = Attachment("mapa.txt", "text/plain", b"perto do mar")
    guest, *_ = invited(
        giving, tmp_path, a_file(ANA), TICKETS, message="Venha {com}\nalegria", files=(file,)
    )

    ran(giving, job_of(giving))

    (mail,) = mails(giving)
    pdf, sent = mail.iter_attachments()
    assert pdf.get_content().startswith(b"%PDF-")
    assert pdf.get_filename() == f"ingressos-{guest.order}.pdf"
    assert (sent.get_filename(), sent.get_content().strip()) == ("mapa.txt", "perto do mar")
    assert "Venha {com}\nalegria" in body(mail).replace("\r", "")
    assert codes_of(the_order(giving, guest.order or ""))[0] not in body(mail)


@pytest.mark.parametrize("how", ["codes", "tickets"])
def test_send_courtesy_twice_is_once(giving: BoxOffice, tmp_path: Path, how: str) -> None:
    invited(giving, tmp_path, a_file(ANA), type(TICKETS)(how))
    job = job_of(giving)
    ran(giving, job)

    assert again(giving, job) is JobState.DONE

    assert len(mails(giving)) == len(rows(giving, Message)) == 1


def test_a_mail_that_left_before_its_worker_died_does_not_leave_again(
    giving: BoxOffice, clock: Clock, tmp_path: Path
) -> None:
    def die() -> None:
        raise SystemExit("killed")

    invited(giving, tmp_path, a_file(ANA))
    giving.mailer = carrier = Carrier(afterwards=die)
    with pytest.raises(SystemExit):
        ran(giving, job_of(giving))
    clock.forward(minutes=1)

    assert run_due(giving, limit=1).done_count == 1

    assert (len(carrier.sent), states(giving)) == (1, ["sent"])


def test_a_guest_who_redeemed_before_the_mail_left_gets_none(
    giving: BoxOffice, tmp_path: Path
) -> None:
    invited(giving, tmp_path, a_file(ANA))
    redeemed(giving, code_of(giving))

    assert ran(giving, job_of(giving)) is JobState.DONE
    assert (mails(giving), states(giving)) == ([], ["redeemed"])


def test_a_guest_who_redeems_while_the_mail_leaves_stays_redeemed(
    giving: BoxOffice, tmp_path: Path
) -> None:
    invited(giving, tmp_path, a_file(ANA))
    giving.mailer = Carrier(lambda: redeemed(giving, code_of(giving)))

    ran(giving, job_of(giving))

    assert states(giving) == ["redeemed"]


def test_nobody_is_mailed_a_code_that_was_reclaimed_or_has_expired(
    giving: BoxOffice, clock: Clock, tmp_path: Path
) -> None:
    invited(giving, tmp_path, a_file(ANA), expires_at=giving.now() + timedelta(hours=1))
    (tmp_path / "b").mkdir()
    invited(giving, tmp_path / "b", a_file("Eva;eva@example.com;;;;1"), name="other")
    reclaimed(giving, name="other")
    clock.forward(hours=1)

    assert run_until_empty(giving).trouble_count == 0

    assert (mails(giving), sorted(states(giving))) == ([], ["expired", "revoked"])


def test_tickets_of_an_order_that_was_cancelled_are_not_mailed(
    giving: BoxOffice, tmp_path: Path
) -> None:
    guest, *_ = invited(giving, tmp_path, a_file(ANA), TICKETS)
    cancelled(giving, the_order(giving, guest.order or "").id)

    assert ran(giving, job_of(giving)) is JobState.DONE
    assert mails(giving) == []


def test_hostile_names_and_words_reach_the_mail_as_nothing_that_acts(
    giving: BoxOffice, tmp_path: Path
) -> None:
    name = '"Bcc: x@example.com" <Ana>'
    invited(giving, tmp_path, a_file('"""Bcc: x@example.com"" <Ana>";ana@example.com;;;;1'))

    ran(giving, job_of(giving, name))

    (mail,) = mails(giving)
    assert mail["Bcc"] is None
    assert [a.addr_spec for a in mail["To"].addresses] == ["ana@example.com"]
    assert shown(name) in body(mail)


def test_tell_uninvited_twice_is_once(giving: BoxOffice, tmp_path: Path) -> None:
    job = uninvited(giving, tmp_path)
    giving.mailer = carrier = Carrier()
    assert ran(giving, job) is JobState.DONE

    assert again(giving, job) is JobState.DONE

    (mail,) = carrier.sent
    assert (mail.to_address, mail.subject) == ("ana@example.com", "Cancelado: Noite das Farmácias")
    assert "o seu convite já não vale" in mail.text


def test_a_guest_who_was_never_invited_is_not_told_that_it_is_off(
    giving: BoxOffice, tmp_path: Path
) -> None:
    job = uninvited(giving, tmp_path, is_sent=False)
    giving.mailer = carrier = Carrier()

    assert ran(giving, job) is JobState.DONE

    assert carrier.sent == []


def uninvited(giving: BoxOffice, folder: Path, *, is_sent: bool = True) -> TellUninvited:
    """Invite guests, and cancel the event; return the job that tells Ana."""
    invited(giving, folder)
    if is_sent:
        run_until_empty(giving)
    ended(giving, folder)
    return TellUninvited(job_of(giving).campaign_row_id)
