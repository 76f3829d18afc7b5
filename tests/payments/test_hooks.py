"""Where the gateway may send its letters, and what keeps them from us."""

from dataclasses import replace

import pytest

from boxoffice.errors import BadValue
from boxoffice.office import BoxOffice
from boxoffice.outbox.jobs import CheckHooks
from boxoffice.outbox.models import JobState
from boxoffice.payments.exceptions import Kind
from boxoffice.payments.hooks import hook_address, ours, problems_of
from boxoffice.payments.provider import Hook
from tests.making import counts
from tests.payments.charged import Charged
from tests.payments.test_reconcile import ran_now
from tests.payments.truth import Truth
from tests.tasks.working import again, ran

HOOK = Hook(
    id="whk_1",
    name="boxoffice",
    url="https://a.example/webhooks/asaas",
    is_enabled=True,
    is_interrupted=False,
    penalized_count=0,
    events=(),
    has_token=True,
)
STOPPED = replace(HOOK, is_interrupted=True)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://a.example", "https://a.example/webhooks/asaas"),
        ("https://a.example/", "https://a.example/webhooks/asaas"),
        ("https://a.example:8443/x/", "https://a.example:8443/x/webhooks/asaas"),
        ("https://a.example/webhooks/asaas", "https://a.example/webhooks/asaas"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/webhooks/asaas"),
        ("http://127.9.9.9", "http://127.9.9.9/webhooks/asaas"),
        ("http://[::1]:8000", "http://[::1]:8000/webhooks/asaas"),
    ],
)
def test_letters_may_go_over_a_safe_line_or_to_this_machine(text: str, address: str) -> None:
    assert hook_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.example",
        "http://a.example",
        "http://127.0.0.1.evil.example",
        "http://127.0.0.1@evil.example",
        "https://user:word@a.example",
        "http://127.0.0.1evil.example",
        "http://127.1",
        "http://localhost.evil.example",
        "http://localhost",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://2130706433",
        "http://[::1",
        "http://127.0.0.1:port",
        "http://127.0.0.1\\@evil.example",
        "ftp://127.0.0.1",
        "https://",
        "https://a.example/?x=1",
        "https://a.example/#x",
        "https://a.example/\nx",
    ],
)
def test_letters_go_to_no_other_address(text: str) -> None:
    with pytest.raises(BadValue):
        hook_address(text)


def test_each_thing_that_is_wrong_with_a_hook_has_its_command() -> None:
    worst = replace(STOPPED, is_enabled=False, has_token=False)

    assert problems_of([HOOK]) == []
    assert [one.mend.split()[2] for one in problems_of([HOOK, worst])] == [
        "reactivate",
        "register",
        "register",
    ]


def test_hooks_of_other_systems_are_not_ours_to_mend() -> None:
    assert ours([HOOK, replace(HOOK, url="https://shop.example/hook")]) == [HOOK]


def test_letters_that_have_stopped_are_told_once_by_reconciling(
    office: BoxOffice, truth: Truth
) -> None:
    Charged(office, truth)
    truth.hook = STOPPED

    (one,) = ran_now(office).exceptions
    truth.hook = HOOK

    assert (one.kind, one.mend) == (Kind.HOOK, "boxoffice webhook reactivate")
    assert ran_now(office).agree


def test_check_hooks_twice_is_once(office: BoxOffice, truth: Truth) -> None:
    truth.hook = STOPPED
    job = CheckHooks("2026-11-22T15:00")
    first = ran(office, job)
    before = counts(office)

    assert (first, again(office, job)) == (JobState.DONE, JobState.DONE)
    assert counts(office) == before
