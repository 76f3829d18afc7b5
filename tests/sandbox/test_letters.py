"""The letters of the stand-in: what they say, how they arrive, and how they go astray."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from boxoffice.listener.serving import serve
from boxoffice.sandbox.faults import Faults
from boxoffice.sandbox.ledger import Sandbox
from boxoffice.sandbox.letters import UNKNOWN_EVENT
from boxoffice.sandbox.queue import RETRY_SECONDS
from tests.sandbox.charges import a_charge
from tests.services.switch import Switch

TOKEN = "a-token-of-at-least-thirty-two-characters"


class Mailbox:
    """A webhook that keeps every letter and answers as told, then 200."""

    def __init__(self) -> None:
        self.letters: list[dict[str, Any]] = []
        self.tokens: list[str | None] = []
        self.answers: list[int] = []

    async def take(self, request: Request) -> Response:
        """Keep one letter."""
        self.letters.append(await request.json())
        self.tokens.append(request.headers.get("asaas-access-token"))
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    @property
    def events(self) -> list[str]:
        """What came, in order of arrival."""
        return [letter["event"] for letter in self.letters]

    @property
    def ids(self) -> list[str]:
        """The event ids, in order of arrival."""
        return [letter["id"] for letter in self.letters]


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def posted(server: Switch, mailbox: Mailbox) -> Iterator[Sandbox]:
    """A sandbox whose letters go to `mailbox`."""
    server.app = Starlette(routes=[Route("/hook", mailbox.take, methods=["POST"])])
    url = f"{server.url}/hook"
    with closing(Sandbox(webhook_url=url, webhook_token=TOKEN, retry_scale=0.0)) as made:
        yield made


def test_a_letter_tells_what_happened_when_it_happened(posted: Sandbox, mailbox: Mailbox) -> None:
    charge_id = a_charge(posted, externalReference="K7QX2M")
    posted.pay(charge_id)
    posted.flush()

    created, received = mailbox.letters
    assert mailbox.events == ["PAYMENT_CREATED", "PAYMENT_RECEIVED"]
    assert mailbox.tokens == [TOKEN, TOKEN]
    assert (created["payment"]["status"], received["payment"]["status"]) == ("PENDING", "RECEIVED")
    assert received["payment"]["externalReference"] == "K7QX2M"
    assert received["account"]["ownerId"] is None


def test_event_ids_share_their_first_part_by_type(posted: Sandbox, mailbox: Mailbox) -> None:
    a_charge(posted)
    posted.delete(a_charge(posted))
    posted.flush()

    kinds, numbers = zip(*(event_id.split("&") for event_id in mailbox.ids), strict=True)
    assert kinds[0] == kinds[1] != kinds[2]
    assert all(len(kind) == len("evt_") + 32 for kind in kinds)
    assert len(set(numbers)) == 3


def test_each_turn_of_a_charge_writes_its_letter(posted: Sandbox, mailbox: Mailbox) -> None:
    charge_id = a_charge(posted, billingType="BOLETO")
    turns: list[Callable[[str], Any]] = [posted.overdue, posted.delete, posted.restore]
    for turn in [*turns, posted.pay, posted.settle]:
        turn(charge_id)
    posted.flush()

    names = ["CREATED", "OVERDUE", "DELETED", "RESTORED", "CONFIRMED", "RECEIVED"]
    assert mailbox.events == [f"PAYMENT_{name}" for name in names]


def test_a_duplicated_letter_keeps_its_id(posted: Sandbox, mailbox: Mailbox) -> None:
    posted.board.set(Faults(letters_duplicated=3))
    a_charge(posted)
    posted.flush()

    assert len(mailbox.ids) == 3
    assert len(set(mailbox.ids)) == 1


def test_reordered_letters_arrive_newest_first(posted: Sandbox, mailbox: Mailbox) -> None:
    posted.board.set(Faults(letters_reordered=True))
    posted.pay(a_charge(posted))
    posted.flush()

    assert mailbox.events == ["PAYMENT_RECEIVED", "PAYMENT_CREATED"]


def test_a_lost_letter_never_arrives(posted: Sandbox, mailbox: Mailbox) -> None:
    posted.board.set(Faults(letters_lost=1))
    posted.pay(a_charge(posted))
    posted.flush()

    assert mailbox.events == ["PAYMENT_RECEIVED"]
    assert posted.counts()["letters"]["lost"] == 1


def test_an_unknown_letter_follows_each_known_one(posted: Sandbox, mailbox: Mailbox) -> None:
    posted.board.set(Faults(letters_unknown=True))
    charge_id = a_charge(posted)
    posted.flush()

    assert mailbox.events == ["PAYMENT_CREATED", UNKNOWN_EVENT]
    assert mailbox.letters[1]["payment"]["id"] == charge_id


def test_a_refused_letter_is_sent_again_and_holds_up_the_next(
    posted: Sandbox, mailbox: Mailbox
) -> None:
    mailbox.answers = [500, 204, 302]
    posted.pay(a_charge(posted))
    posted.flush()

    sent = [(delivery.event, delivery.status_code) for delivery in posted.letters.deliveries]
    assert sent == [
        ("PAYMENT_CREATED", 500),
        ("PAYMENT_CREATED", 204),
        ("PAYMENT_CREATED", 302),
        ("PAYMENT_CREATED", 200),
        ("PAYMENT_RECEIVED", 200),
    ]
    assert len(set(mailbox.ids[:4])) == 1


def test_after_fifteen_failures_the_queue_rests_until_it_is_resumed(
    posted: Sandbox, mailbox: Mailbox
) -> None:
    mailbox.answers = [500] * len(RETRY_SECONDS)
    a_charge(posted)
    with pytest.raises(TimeoutError):
        posted.flush()
    interrupted = posted.letters.is_interrupted
    posted.letters.resume()
    posted.flush()

    assert interrupted
    assert len(mailbox.letters) == 16
    assert posted.letters.deliveries[-1].status_code == 200


def test_the_waits_are_the_vendors() -> None:
    assert len(RETRY_SECONDS) == 15
    assert sum(RETRY_SECONDS) == 12 * 3600 + 50 * 60


def test_a_webhook_that_is_not_there_is_tried_in_vain() -> None:
    with serve(Starlette()) as root:
        gone = root
    with closing(Sandbox(webhook_url=gone, retry_scale=0.0)) as sandbox:
        a_charge(sandbox)
        with pytest.raises(TimeoutError):
            sandbox.flush(timeout_seconds=0.5)

        assert {delivery.status_code for delivery in sandbox.letters.deliveries} == {0}
