"""What runs at AWS, as `stack.toml` says it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from deploy.errors import WrongStack

COLOURS = ("blue", "green")
ONCE, LISTENER, ROLLED = "migrate", "listener", ("worker", "beat")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of task: what it runs and what it may use. `cpu` in 1/1024, `memory` in MiB."""

    command: list[str]
    cpu: int
    memory: int
    stop_seconds: int
    health: list[str] | None = None
    count: int = 0
    port: int | None = None


@dataclass(frozen=True, slots=True)
class Traffic:
    """How the balancer is told which listener to send people to, and what must not ring."""

    rule: str
    blue: str
    green: str
    canary_percent: int
    canary_seconds: float
    bake_seconds: float
    alarms: list[str]

    def group(self, colour: str) -> str:
        """Return the target group of a colour."""
        return self.blue if colour == COLOURS[0] else self.green


@dataclass(frozen=True, slots=True)
class Stack:
    """Everything that is not the same for everybody."""

    name: str
    region: str
    cluster: str
    execution_role: str
    task_role: str
    subnets: list[str]
    security_groups: list[str]
    log_group: str
    patience_seconds: float
    poll_seconds: float
    settings: Mapping[str, str]
    secrets: Mapping[str, str]
    parts: Mapping[str, Part]
    traffic: Traffic

    def service(self, part: str, colour: str = "") -> str:
        """Return what the service of a part is called."""
        return "-".join(filter(None, (self.name, part, colour)))


def read_stack(path: Path) -> Stack:
    """Read the file of a stack.

    Raises:
        WrongStack: it cannot be read, or a name in it is unknown, missing or of another kind.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WrongStack(f"{path} cannot be read: {error}.") from error
    parts = {
        name: _made(Part, part, f"parts.{name}") for name, part in found.pop("parts", {}).items()
    }
    if set(parts) != {ONCE, LISTENER, *ROLLED}:
        raise WrongStack(f"the parts of a stack are {ONCE}, {LISTENER} and {', '.join(ROLLED)}.")
    traffic = _made(Traffic, found.pop("traffic", {}), "traffic")
    if not 0 < traffic.canary_percent < 100:  # noqa: PLR2004  (percent)
        raise WrongStack("canary_percent is a share of the traffic: 1 to 99.")
    return _made(Stack, {**found, "parts": parts, "traffic": traffic}, "the file")


def _made(kind: type[T], found: Any, where: str) -> T:
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type]  # they are all dataclasses
    strange = sorted(set(found) - known)
    if strange:
        raise WrongStack(f"{where} does not know {', '.join(strange)}.")
    try:
        return kind(**found)
    except TypeError as error:
        raise WrongStack(f"{where} is not whole: {error}.") from error
