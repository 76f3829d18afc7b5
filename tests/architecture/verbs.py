"""Every verb that is given an actor, tried by every role: who gets past its first check."""

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from types import SimpleNamespace
from typing import Any, get_type_hints

from boxoffice.errors import Forbidden
from boxoffice.staff.rules import HUMAN_ROLES, Actor, Role

NOUNS = (
    "bulk door events exports orders outbox payments privacy promos reports staff tickets till"
).split()


class Reached(Exception):
    """The verb got past its checks and touched something."""


class Trap:
    """An argument that tells when it is touched, whatever is done to it."""

    def __getattr__(self, name: str) -> Any:
        raise Reached

    def _touched(self, *_: Any, **__: Any) -> Any:
        raise Reached

    __call__ = __iter__ = __len__ = __bool__ = __enter__ = __getitem__ = __str__ = _touched
    __lt__ = __gt__ = __le__ = __ge__ = __add__ = __sub__ = __contains__ = __fspath__ = _touched


def verbs() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield every public function of a noun that is given an actor, by its path."""
    for noun in NOUNS:
        try:
            package = import_module(f"boxoffice.{noun}")
        except ModuleNotFoundError:
            continue  # a floor that is kept free
        for found in pkgutil.walk_packages(package.__path__, f"boxoffice.{noun}."):
            module = import_module(found.name)
            for name, verb in inspect.getmembers(module, inspect.isfunction):
                is_own = verb.__module__ == module.__name__ and not name.startswith("_")
                if is_own and any(_carries(kind) for kind in _kinds(verb).values()):
                    yield f"{found.name.removeprefix('boxoffice.')}.{name}", verb


def who_may(verb: Callable[..., Any]) -> str:
    """Return the roles that get past the first check of a verb, or `anybody`."""
    let_in = [role for role in HUMAN_ROLES if _gets_in(verb, role)]
    return "anybody" if len(let_in) == len(HUMAN_ROLES) else " ".join(let_in)


def _gets_in(verb: Callable[..., Any], role: Role) -> bool:
    kinds = _kinds(verb)
    actor = Actor("somebody", role)
    given: dict[str, Any] = {}
    for name, parameter in inspect.signature(verb).parameters.items():
        if parameter.kind in {parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL}:
            continue
        kind = kinds.get(name)
        if kind is Actor:
            given[name] = actor
        elif kind == Actor | None:
            given[name] = None  # nobody lends a permission
        elif _carries(kind):
            given[name] = SimpleNamespace(actor=actor)
        else:
            given[name] = Trap()
    try:
        verb(**given)
    except Forbidden:
        return False
    except Exception:  # noqa: BLE001  (it got in, and fell over our traps: that is the answer)
        return True
    return True


def _kinds(verb: Callable[..., Any]) -> dict[str, Any]:
    """Return what a verb is given, by name."""
    return {name: kind for name, kind in get_type_hints(verb).items() if name != "return"}


def _carries(kind: Any) -> bool:
    """Whether a parameter of this kind is an actor, or has one."""
    if kind is Actor:
        return True
    return (
        isinstance(kind, type)
        and is_dataclass(kind)
        and any(each.name == "actor" for each in fields(kind))
    )
