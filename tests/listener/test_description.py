"""`/openapi.json` says what the routes do, and the routes do what it says."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from boxoffice.listener.app import create_app
from boxoffice.listener.described import Described
from boxoffice.listener.limits import Buckets
from boxoffice.listener.routes import ROUTES
from boxoffice.listener.shapes import Problem
from tests.listener.conftest import Post
from tests.services.switch import Switch

FEW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
OURS = [each for each in ROUTES if each.body is not None]
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=60),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=8,
)


@pytest.fixture
def told(gate: Post) -> Any:
    """The description, as anybody reads it."""
    return gate.client.get("/openapi.json").json()


def shaped(each: Described) -> st.SearchStrategy[dict[str, Any]]:
    """Return bodies of a route: mostly with its names, and anything in them."""
    assert each.body is not None
    names = sorted(each.body.model_fields)
    return st.fixed_dictionaries(
        {}, optional={name: st.text(min_size=1, max_size=64) | ANY_JSON for name in names}
    )


def is_as_described(each: Described, answer: httpx.Response) -> bool:
    """Say whether an answer has a status and a shape that the description has."""
    if answer.status_code in {200, *each.others}:
        if each.answer is None:
            return answer.headers["content-type"].startswith(each.media_type)
        read = each.answer.model_validate_json(answer.content)
        return set(answer.json()) <= set(type(read).model_fields) or bool(read.model_extra)
    Problem.model_validate_json(answer.content)
    return answer.status_code in each.refusals and set(answer.json()) <= {"error", "ref"}


def test_every_route_is_described_and_every_description_is_a_route(gate: Post, told: Any) -> None:
    app = create_app(gate.office, after_keeping=lambda: None)
    routes = {
        (route.path, method.lower())
        for route in app.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }

    described = {(path, method) for path, each in told["paths"].items() for method in each}

    assert len(routes) == len(app.routes)
    assert described == routes


def test_the_description_is_whole(told: Any) -> None:
    assert told["openapi"] == "3.1.0"
    named = set(told["components"]["schemas"])
    referred = set(json.dumps(told).split('"#/components/schemas/')[1:])
    assert {each.partition('"')[0] for each in referred} <= named
    for each in told["paths"].values():
        for route in each.values():
            assert {"summary", "responses"} <= set(route)
            assert "200" in route["responses"]


def test_bodies_are_described_by_the_models_that_read_them(told: Any) -> None:
    login = told["components"]["schemas"]["LoginBody"]

    assert set(login["required"]) == {"name", "password"}
    assert login["additionalProperties"] is False
    assert login["properties"]["password"]["maxLength"] == 512


@pytest.mark.parametrize("each", ROUTES, ids=lambda each: each.path)
def test_a_bare_request_is_answered_as_described(gate: Post, each: Described) -> None:
    answer = gate.client.request(each.method, each.path)

    assert is_as_described(each, answer)


@pytest.mark.parametrize("each", OURS, ids=lambda each: each.path)
@FEW
@given(data=st.data())
def test_any_body_is_answered_as_described(
    gate: Post, line: tuple[Switch, httpx.Client], each: Described, data: st.DataObject
) -> None:
    app: Any = line[0].app
    app.state.buckets = Buckets(burst=10**9)
    body = json.dumps(data.draw(shaped(each) | ANY_JSON)).encode()
    headers = {"content-type": "application/json"}

    answer = gate.client.post(each.path, content=body, headers=headers)

    assert is_as_described(each, answer), answer.text
    assert answer.status_code not in {500, 503}


@FEW
@given(raw=st.binary(max_size=300))
def test_any_bytes_are_answered_as_described(gate: Post, raw: bytes) -> None:
    for each in OURS:
        answer = gate.client.post(
            each.path, content=raw, headers={"content-type": "application/json"}
        )
        assert is_as_described(each, answer)
        assert answer.status_code not in {200, 500, 503}
