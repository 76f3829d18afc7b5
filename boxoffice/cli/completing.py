"""What TAB offers: slugs, codes and names, read straight from the database.

A shell waits for us at each TAB, so nothing of ours that takes long is loaded: SQLite is asked by
the standard library, PostgreSQL by its driver alone, for a second at most. Whatever goes wrong,
nothing is offered. No name of a buyer or a guest is among it.
"""

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from boxoffice.errors import BoxOfficeError
from boxoffice.settings import Settings
from boxoffice.text import shown

_MAX = 100  # words that are offered; more is a screen that nobody reads
_OF_EVENT = "{0} JOIN event ON event.id = {0}.event_id"

# What is offered, where it is read from, and what comes first.
_SOURCES = {
    "slugs": ("event.slug", "event", "starts_at DESC"),
    "orders": ("orders.code", "orders", "placed_at DESC"),
    "tickets": (
        "orders.code || '-' || ticket.number",
        "ticket JOIN orders ON orders.id = ticket.order_id",
        "placed_at DESC, ticket.number",
    ),
    "staff": ("name", "staff_member", "name"),
}
_SOURCES_OF_EVENT = {
    "tiers": ("tier.name", _OF_EVENT.format("tier"), "1"),
    "lists": ("door_list.name", _OF_EVENT.format("door_list"), "1"),
    "promos": ("promo.code", _OF_EVENT.format("promo"), "1"),
    "campaigns": ("campaign.name", _OF_EVENT.format("campaign"), "1"),
}
_UPPER = {"orders", "tickets", "promos"}  # codes are typed in either case

# A parameter by its name, or with its noun where the name alone does not say what it is.
_OFFERED = {
    "event": "slugs",
    "slug": "slugs",
    "order": "orders",
    "ticket": "tickets",
    "tier": "tiers",
    "tiers": "tiers",
    "list_name": "lists",
    "campaign": "campaigns",
    "order code": "orders",
    "payment code": "orders",
    "promo code": "promos",
    "ticket name": "tickets",
    "staff name": "staff",
    "auth name": "staff",
    "export name": "exports",
    "list name": "lists",
}


def offer(noun: str, command: Any) -> None:
    """Let each parameter of a command offer what there is."""
    for parameter in getattr(command, "params", ()):
        kind = _OFFERED.get(f"{noun} {parameter.name}") or _OFFERED.get(str(parameter.name))
        if kind is not None:
            parameter._custom_shell_complete = _completer(kind)  # noqa: SLF001  (each by hand would be 90 times)


def _completer(kind: str) -> Callable[[Any, Any, str], list[str]]:
    def complete(ctx: Any, _parameter: Any, incomplete: str) -> list[str]:
        event = ctx.params.get("event") or ctx.params.get("slug")
        try:
            settings = Settings.read(config=ctx.find_root().params.get("config"))
            words = _words(settings, kind, event, incomplete)
        except (BoxOfficeError, sqlite3.Error, OSError):
            return []
        return [_escaped(shown(word)) for word in words]

    return complete


def _words(settings: Settings, kind: str, event: str | None, incomplete: str) -> list[str]:
    if kind == "exports":
        from boxoffice.exports.catalogue import DEFINITIONS
        from boxoffice.exports.saved import read_saved

        names = [*DEFINITIONS, *read_saved(settings.exports_path)]
        return [name for name in names if name.startswith(incomplete)]
    begin = incomplete.upper() if kind in _UPPER else incomplete
    what, where, order = (_SOURCES | _SOURCES_OF_EVENT)[kind]
    is_bound = kind in _SOURCES_OF_EVENT and event is not None
    statement = (
        f"SELECT {'DISTINCT ' if kind in _SOURCES_OF_EVENT else ''}{what} FROM {where}"  # noqa: S608  (ours)
        f" WHERE substr({what}, 1, {len(begin)}) = ?{' AND event.slug = ?' if is_bound else ''}"
        f" ORDER BY {order} LIMIT {_MAX}"
    )
    values = [begin, str(event)] if is_bound else [begin]
    return [str(word) for (word,) in _asked(settings.database_url, statement, values)]


def _asked(url: str, statement: str, values: Sequence[str]) -> list[Any]:
    scheme, _, address = url.partition("://")
    if scheme == "sqlite":
        path = Path(address.removeprefix("/"))
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as line:
            return line.execute(statement, values).fetchall()
    import psycopg

    try:
        with psycopg.connect(
            f"postgresql://{address}", connect_timeout=2, options="-c statement_timeout=1s"
        ) as line:
            return line.execute(statement.replace("?", "%s").encode(), values).fetchall()
    except psycopg.Error:
        return []


def _escaped(word: str) -> str:
    """Return a word as the shell wants it: bash takes it as it is, the others quote it."""
    if os.environ.get("_BOXOFFICE_COMPLETE") != "complete_bash":
        return word
    return "".join(each if each.isalnum() or each in "-_.,:@" else f"\\{each}" for each in word)
