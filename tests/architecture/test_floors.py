"""The floors hold, and the linter that holds them would notice a broken one."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  (our own tool, our own arguments)
        [LINT_IMPORTS, "--no-logo", "--no-cache", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def verdict(folder: Path, contract: str) -> str:
    """Return `KEPT` or `BROKEN`; a linter that cannot even look answers neither."""
    done = lint(folder, "--contract", contract)
    found = re.search(r" (KEPT|BROKEN)\b", done.stdout)
    assert found, done.stdout + done.stderr
    return found[1]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Return a copy of the house in which a test may misbehave."""
    for package in linted_packages():
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def linted_packages() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages: list[str] = project["tool"]["importlinter"]["root_packages"]
    return packages


def test_every_module_stands_on_its_floor() -> None:
    done = lint(ROOT)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_package_of_ours_is_linted() -> None:
    packages = {found.parent.name for found in ROOT.glob("*/__init__.py")} - {"tests"}

    assert set(linted_packages()) == packages


@pytest.mark.parametrize(
    ("contract", "path", "line"),
    [
        ("floors", "boxoffice/events/x.py", "import boxoffice.audit"),
        ("plain-nouns", "boxoffice/adapters/x.py", "import httpx"),
    ],
)
def test_calling_down_is_allowed(house: Path, contract: str, path: str, line: str) -> None:
    (house / path).write_text(line, encoding="utf-8")

    assert verdict(house, contract) == "KEPT"


@pytest.mark.parametrize(
    ("contract", "path", "line"),
    [
        ("floors", "boxoffice/audit/x.py", "import boxoffice.events"),
        ("floors", "boxoffice/door/x.py", "import boxoffice.payments"),
        ("floors", "boxoffice/a_module_on_no_floor.py", ""),
        ("floors", "boxoffice/office.py", "import boxoffice.sandbox"),
        ("surfaces", "tasks/x.py", "import boxoffice.sandbox"),
        ("promise-up", "boxoffice/events/x.py", "def later():\n    import tasks"),
        ("plain-nouns", "boxoffice/events/x.py", "import rich"),
        ("plain-nouns", "boxoffice/money.py", "import httpx"),
    ],
)
def test_calling_up_or_aside_is_caught(house: Path, contract: str, path: str, line: str) -> None:
    (house / path).write_text(line, encoding="utf-8")

    assert verdict(house, contract) == "BROKEN"
