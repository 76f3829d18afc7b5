"""Read the body of a request: its type, its size, its time and its form are checked."""

import asyncio
import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

BODY_MAX = 16_384  # bytes: tokens and names are short
BODY_SECONDS = 10

T = TypeVar("T", bound=BaseModel)


async def body_of(request: Request, shape: type[T]) -> T:
    """Return the body as `shape` has it.

    Raises:
        HTTPException: 415 not JSON by its type, 413 too large, 408 too slow, 400 not in this shape.
            What was sent is never repeated: it holds secrets.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise HTTPException(415, "not application/json")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            raw = await request.body()  # the route's limit answers 413 while it is read
    except TimeoutError as error:
        raise HTTPException(408, "too slow") from error
    except ClientDisconnect as error:
        raise HTTPException(400, "cut off") from error
    try:
        told = json.loads(raw, object_pairs_hook=_each_once, parse_constant=_no_constant)
        return shape.model_validate(told)
    except (ValidationError, ValueError, RecursionError):
        pass  # what they say quotes the body
    raise HTTPException(400, "not what is asked for here")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice")  # two readers would read two things
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON
