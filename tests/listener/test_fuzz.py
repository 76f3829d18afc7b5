"""Schemathesis reads `/openapi.json` and asks the real listener whatever comes to its mind.

Its seed is fixed: one tree, one answer. It checks that a status, a content type and a shape are
those of the description, that nothing fails, and that a body the description forbids is refused.
"""

from typing import Any
from unittest.mock import patch

import httpx
import pytest
import requests
from argon2 import PasswordHasher
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from boxoffice.listener.described import Described
from boxoffice.listener.limits import Buckets
from boxoffice.listener.routes import ROUTES
from boxoffice.staff import hashing
from boxoffice.staff.rules import Role
from tests.commands import TOKEN
from tests.listener.conftest import Post
from tests.listener.test_desk import a_token
from tests.making import a_sale, an_event
from tests.services.switch import Switch
from tests.staff.people import PASSWORD, added

FEW = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
CHECKS: Any = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
]
ASKED = [
    (each, mode)
    for each in ROUTES
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or each.body is not None
]


@pytest.fixture
def secrets(gate: Post, line: tuple[Switch, httpx.Client]) -> dict[str, dict[str, str]]:
    """What opens the routes under each first folder; nobody is told to slow down."""
    an_event(gate.office)
    a_sale(gate.office)
    desk = a_token(gate)
    app: Any = line[0].app
    app.state.buckets = app.state.enrol_buckets = Buckets(burst=10**9)
    with patch.object(hashing, "HASHER", PasswordHasher(time_cost=1, memory_cost=64)):
        added(gate.office, "rita", Role.ADMIN)
        answer = gate.client.post("/auth/login", json={"name": "rita", "password": PASSWORD})
    return {
        "desk": {"authorization": f"Bearer {desk}"},
        "auth": {"authorization": f"Bearer {answer.json()['access_token']}"},
        "webhooks": {"asaas-access-token": TOKEN},
    }


@pytest.mark.parametrize(("each", "mode"), ASKED, ids=lambda one: getattr(one, "path", one))
def test_every_answer_is_one_that_is_described(
    gate: Post, secrets: dict[str, dict[str, str]], each: Described, mode: GenerationMode
) -> None:
    schema = openapi.from_dict(gate.client.get("/openapi.json").json())
    headers = secrets.get(each.path.split("/")[1], {})
    operation = schema[each.path][each.method]
    statuses = set[int]()

    @FEW
    @given(operation.as_strategy(generation_mode=mode), st.booleans())
    def asks(case: Any, is_known: bool) -> None:  # noqa: FBT001  (hypothesis draws it)
        answer = case.call(
            base_url=str(gate.client.base_url), headers=headers if is_known else {}, session=wire
        )
        case.validate_response(answer, checks=CHECKS)
        statuses.add(answer.status_code)

    with requests.Session() as wire:
        wire.trust_env = False
        asks()

    assert statuses
    assert max(statuses) < 500
