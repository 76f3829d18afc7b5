"""Webhooks as Asaas keeps them: up to ten, the token shown only once, when it is made."""

import re
import secrets
from typing import TYPE_CHECKING

from boxoffice.sandbox.refusal import Refusal
from boxoffice.sandbox.wire import Row, page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from boxoffice.sandbox.letters import Letters
    from boxoffice.sandbox.queue import Queue

HOOKS_MAX = 10
_TOKEN = re.compile(r"\S{32,255}")
_CHANGEABLE = ("name", "url", "email", "enabled", "interrupted", "authToken", "sendType", "events")
_SEND_TYPES = {"SEQUENTIALLY", "NON_SEQUENTIALLY"}


def hook_row(body: Row, hook_id: str) -> Row:
    """Return a new webhook, its token included. Without `events` it takes every letter."""
    return {
        "id": hook_id,
        "name": body.get("name"),
        "url": body.get("url"),
        "email": body.get("email"),
        "enabled": body.get("enabled", True),
        "interrupted": body.get("interrupted", False),
        "apiVersion": body.get("apiVersion", 3),
        "authToken": body.get("authToken"),
        "sendType": body.get("sendType", "SEQUENTIALLY"),
        "events": body.get("events", []),
        "penalizedRequestsCount": 0,
    }


class Hooks:
    """The part of the API that tells where letters go."""

    def __init__(self, letters: "Letters") -> None:
        self._letters = letters

    def create(self, body: Row) -> Row:
        """Make a webhook; one without a token is given one. Two may have one address."""
        if len(self._letters.hooks()) >= HOOKS_MAX:
            raise Refusal("invalid_action", "Limite de webhooks atingido.")
        for name in ("name", "url", "email"):
            if not body.get(name):
                raise Refusal("invalid_object", f"O campo {name} deve ser informado.")
        token = body.get("authToken") or secrets.token_urlsafe(32)
        row = hook_row({**body, "authToken": token}, f"whk_{secrets.token_hex(8)}")
        _check(row)
        self._letters.add_hook(row)
        return {**_shown(row), "authToken": token}

    def listed(self, query: "Mapping[str, str]") -> Row:
        """List the webhooks."""
        return page([_shown(row) for row in self._letters.hooks()], query)

    def read(self, hook_id: str) -> Row:
        """Read one webhook."""
        return _shown(self._find(hook_id).hook)

    def update(self, hook_id: str, body: Row) -> Row:
        """Change a webhook; `interrupted: false` sends again what was kept meanwhile."""
        queue = self._find(hook_id)
        changes = {name: body[name] for name in _CHANGEABLE if name in body}
        _check({**queue.hook, **changes}, is_token_new="authToken" in changes)
        queue.hook.update(changes)
        if changes.get("interrupted") is False:
            queue.resume()
        self._letters.keep_hook(hook_id)
        return _shown(queue.hook)

    def delete(self, hook_id: str) -> Row:
        """Remove a webhook, with the letters that wait for it."""
        self._find(hook_id)
        self._letters.drop_hook(hook_id)
        return {"deleted": True, "id": hook_id}

    def remove_backoff(self, hook_id: str) -> None:
        """Skip the wait that a webhook's failures earned it."""
        self._find(hook_id).skip_wait()

    def _find(self, hook_id: str) -> "Queue":
        queue = self._letters.queue(hook_id)
        if queue is None:
            raise Refusal("not_found", "Webhook não encontrado.", status=404)
        return queue


def _check(row: Row, *, is_token_new: bool = True) -> None:
    url, token = row["url"], row["authToken"]
    if not isinstance(url, str) or not re.match(r"https?://\S+$", url):
        raise Refusal("invalid_object", "A URL informada é inválida.")
    is_token_good = isinstance(token, str) and _TOKEN.fullmatch(token) and len(set(token)) > 1
    if is_token_new and not is_token_good:
        raise Refusal("invalid_object", "O token deve ter entre 32 e 255 caracteres.")
    events = row["events"]
    has_events = isinstance(events, list) and all(isinstance(each, str) for each in events)
    if row["sendType"] not in _SEND_TYPES or not has_events:
        raise Refusal("invalid_object", "O tipo de envio ou os eventos são inválidos.")
    if not isinstance(row["enabled"], bool) or not isinstance(row["interrupted"], bool):
        raise Refusal("invalid_object", "enabled e interrupted devem ser verdadeiro ou falso.")


def _shown(row: Row) -> Row:
    shown = {**row, "hasAuthToken": row["authToken"] is not None}
    del shown["authToken"]
    return shown
