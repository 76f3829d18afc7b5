"""What became of a mail: the same from the same events, in whatever order and however often."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice.outbox.mail_rules import (
    STATES,
    TROUBLE,
    TROUBLE_KINDS,
    WEIGHTS,
    Heard,
    MailState,
    became,
)
from boxoffice.outbox.messages import MessageState

SENT_AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
KINDS = [*STATES, "open", "click", "never heard of"]
HEARD = st.builds(
    Heard,
    st.sampled_from(KINDS),
    st.integers(0, 9).map(lambda minutes: SENT_AT + timedelta(minutes=minutes)),
    st.sampled_from(["", "550 no", "250 OK"]),
)


def heard(*kinds: str) -> list[Heard]:
    return [Heard(kind, SENT_AT + timedelta(minutes=n), kind) for n, kind in enumerate(kinds)]


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ([], MailState.SENT),
        (["processed"], MailState.SENT),
        (["deferred"], MailState.DEFERRED),
        (["deferred", "delivered"], MailState.DELIVERED),
        (["delivered", "bounce"], MailState.BOUNCED),
        (["delivered", "spamreport"], MailState.REPORTED),
        (["blocked"], MailState.BLOCKED),
        (["dropped"], MailState.DROPPED),
        (["delivered", "open", "click", "never heard of"], MailState.DELIVERED),
    ],
)
def test_every_order_of_the_events_means_the_same(kinds: list[str], state: MailState) -> None:
    for order in permutations(heard(*kinds)):
        assert became(MessageState.SENT, SENT_AT, order).state is state


@given(st.lists(HEARD, max_size=8), st.randoms())
def test_neither_order_nor_copies_change_what_became_of_it(
    events: list[Heard], luck: object
) -> None:
    shuffled = events * 2
    luck.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis types it as an object

    assert became(MessageState.SENT, SENT_AT, shuffled) == became(
        MessageState.SENT, SENT_AT, events
    )


@given(st.lists(HEARD, max_size=8), HEARD)
def test_one_event_more_never_takes_weight_away(events: list[Heard], more: Heard) -> None:
    before = became(MessageState.SENT, SENT_AT, events)
    after = became(MessageState.SENT, SENT_AT, [*events, more])

    assert WEIGHTS[after.state] >= WEIGHTS[before.state]


def test_an_event_proves_that_a_mail_left_whatever_we_wrote_down() -> None:
    told = became(MessageState.SENDING, SENT_AT, heard("delivered"))

    assert (told.state, told.is_trouble) == (MailState.DELIVERED, False)


def test_the_kinds_that_a_listing_looks_for_are_those_that_are_trouble() -> None:
    for kind in KINDS:
        is_trouble = became(MessageState.SENT, SENT_AT, heard(kind)).is_trouble
        assert is_trouble is (kind in TROUBLE_KINDS)
    assert MailState.REFUSED in TROUBLE
