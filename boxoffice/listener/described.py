"""One description of every route: the app is built of it, and `GET /openapi.json` says it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from boxoffice import __doc__ as about
from boxoffice.listener.shapes import Problem

_WHY = {
    400: "The body is not what is asked for.",
    401: "Nobody knows who asks, or a secret is wrong.",
    403: "Whoever asks may not do it.",
    404: "It is not here.",
    408: "The body did not come in time.",
    409: "The rules say no.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    429: "Too many tries, or a lock; `Retry-After` says when to come again.",
    500: "Something unexpected; `ref` stands in the log.",
    503: "The database does not answer.",
}
TAKES_JSON = (400, 408, 413, 415, 429, 500, 503)


@dataclass(frozen=True, slots=True)
class Described:
    """One route: what it takes, what it answers, and how it says no."""

    method: str
    path: str
    summary: str
    endpoint: Callable[[Request], Awaitable[Response]]
    answer: type[BaseModel] | None  # `None` is `media_type`
    body: type[BaseModel] | None = None
    any_body: bool = False  # somebody else's JSON: it is kept, whatever it says
    refusals: Sequence[int] = (500, 503)
    body_max: int | None = None  # bytes, when it is not the app's
    needs: str = ""  # the name of a scheme below
    others: tuple[int, ...] = ()  # further statuses with the shape of `answer`
    media_type: str = "text/plain"  # of what is no JSON
    asks: Mapping[str, str] = field(default_factory=dict)  # words of the query, and what they ask

    @property
    def route(self) -> Route:
        """The route that answers."""
        return Route(self.path, self.endpoint, methods=[self.method], max_body_size=self.body_max)


SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "asaas": {"type": "apiKey", "in": "header", "name": "asaas-access-token"},
    "sendgrid": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Twilio-Email-Event-Webhook-Signature",
    },
}


def openapi(routes: Sequence[Described]) -> dict[str, Any]:
    """Describe the routes as OpenAPI 3.1 does."""
    shapes: dict[str, Any] = {}
    paths: dict[str, dict[str, Any]] = {}
    for each in routes:
        told: dict[str, Any] = {"summary": each.summary, "responses": _answers(each, shapes)}
        if each.needs:
            told["security"] = [{each.needs: []}]
        if each.body is not None or each.any_body:
            schema = {} if each.body is None else _ref(each.body, shapes)
            told["requestBody"] = {
                "required": True,
                "content": {"application/json": {"schema": schema}},
            }
        if each.asks:
            told["parameters"] = [
                {"name": name, "in": "query", "description": why, "schema": {"type": "string"}}
                for name, why in each.asks.items()
            ]
        paths.setdefault(each.path, {})[each.method.lower()] = told
    return {
        "openapi": "3.1.0",
        "info": {"title": "Boxoffice", "version": "1", "description": about or ""},
        "paths": paths,
        "components": {"schemas": shapes, "securitySchemes": SCHEMES},
    }


async def describe(request: Request) -> Response:
    """Answer with the description of every route, this one too."""
    return JSONResponse(request.app.state.described)


def _answers(each: Described, shapes: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {each.media_type: {"schema": {"type": "string"}}}
    if each.answer is not None:
        content = {"application/json": {"schema": _ref(each.answer, shapes)}}
    told: dict[str, Any] = {"200": {"description": "It is done.", "content": content}}
    for status in each.others:
        told[str(status)] = {"description": _WHY[status], "content": content}
    problem = {"application/json": {"schema": _ref(Problem, shapes)}}
    for status in each.refusals:
        told[str(status)] = {"description": _WHY[status], "content": problem}
    return told


def _ref(shape: type[BaseModel], shapes: dict[str, Any]) -> dict[str, str]:
    """Name a shape, and add it to those that are described."""
    shapes[shape.__name__] = shape.model_json_schema(ref_template="#/components/schemas/{model}")
    return {"$ref": f"#/components/schemas/{shape.__name__}"}
