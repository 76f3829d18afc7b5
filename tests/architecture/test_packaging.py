"""What is installed is what is here: the locks answer pyproject.toml, the wheel is whole."""

import re
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock"]
PIN = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[^ ]+)( ; [^\\]+)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pins(lock: str) -> dict[str, str]:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    return {found["name"]: found["version"] for found in map(PIN.fullmatch, lines) if found}


def unmet(requirements: list[str], lock: str) -> list[str]:
    """Return the requirements that `lock` pins at no fitting version."""
    pinned = pins(lock)
    asked = map(Requirement, requirements)
    return [
        str(one)
        for one in asked
        if not one.specifier.contains(pinned.get(canonicalize_name(one.name), "0"))
    ]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_pins_and_hashes_and_names_no_place(lock: str) -> None:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if not PIN.fullmatch(line) and not HASH.fullmatch(line)] == []
    assert len(pins(lock)) > len(project()["project"]["dependencies"])


@pytest.mark.parametrize("lock", LOCKS)
def test_every_dependency_is_locked_at_a_version_we_allow(lock: str) -> None:
    assert unmet(project()["project"]["dependencies"], lock) == []


def test_every_tool_is_locked_at_a_version_we_allow() -> None:
    assert unmet(project()["dependency-groups"]["dev"], "requirements-dev.lock") == []


def test_the_build_needs_nothing_beyond_the_lock() -> None:
    assert unmet(project()["build-system"]["requires"], "requirements-dev.lock") == []


def test_what_we_test_with_is_what_we_ship() -> None:
    tested = pins("requirements-dev.lock")

    assert {name: tested.get(name) for name in pins("requirements.lock")} == pins(
        "requirements.lock"
    )


def test_a_requirement_that_nothing_pins_is_noticed() -> None:
    assert unmet(["typer>=9000", "no-such-thing>=1"], "requirements.lock") == [
        "typer>=9000",
        "no-such-thing>=1",
    ]


def test_the_wheel_holds_every_file_of_ours_and_nothing_else(tmp_path: Path) -> None:
    ours = {
        path.relative_to(ROOT).as_posix()
        for package in ROOT.glob("*/__init__.py")
        if package.parent.name not in {"tests", "deploy"}
        for path in package.parent.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    wheel = next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))

    names = zipfile.ZipFile(wheel).namelist()
    assert {name for name in names if ".dist-info/" not in name} == ours
