"""What is released works where nothing of this folder is: the wheel, and the wheel of the sdist."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PATIENCE_SECONDS = 300


def built(root: Path, out: Path) -> Path:
    """Build the wheel of a tree."""
    return Path(next(WheelBuilder(str(root)).build(directory=str(out), versions=["standard"])))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def fresh(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with our wheel; the libraries alone are those of this one, by path."""
    home = tmp_path_factory.mktemp("fresh") / "venv"
    uv = str(Path(sys.executable).with_name("uv"))
    for line in (
        f"venv --offline --quiet --python {sys.executable} {home}",
        f"pip install --offline --quiet --no-deps --python {home} {wheel}",
    ):
        subprocess.run([uv, *line.split()], check=True, timeout=PATIENCE_SECONDS)  # noqa: S603  (our own tool)
    (site,) = (home / "lib").glob("python3*/site-packages")
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return home / "bin"


def ran(program: Path, *words: str, cwd: Path) -> str:
    """Run a program outside of this folder, with no setting of ours, and return what it said."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("BOXOFFICE_")}
    kept.pop("PYTHONPATH", None)
    done = subprocess.run(  # noqa: S603  (our own program)
        [program, *words], cwd=cwd, env=kept | {"BOXOFFICE_HOME": str(cwd / "home")},
        capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_installed_program_is_ours_and_tells_the_version_of_the_project(
    fresh: Path, tmp_path: Path
) -> None:
    where = ran(fresh / "python", "-c", "import boxoffice; print(boxoffice.__file__)", cwd=tmp_path)

    assert Path(where.strip()).is_relative_to(fresh.parent)
    assert ran(fresh / "boxoffice", "--version", cwd=tmp_path) == (
        f"boxoffice {PROJECT['version']}\n"
    )


def test_the_installed_program_plays_a_whole_night_and_its_books_agree(
    fresh: Path, tmp_path: Path
) -> None:
    night = ran(fresh / "boxoffice", "demo", "--folder", "night", "--json", cwd=tmp_path)

    assert json.loads(night)["agree"]
    assert list((tmp_path / "night" / "tickets").glob("*.pdf"))


def test_a_version_is_three_numbers() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", PROJECT["version"])


def test_the_sdist_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    made = Path(next(SdistBuilder(str(ROOT)).build(directory=str(tmp_path))))
    with tarfile.open(made) as archive:
        archive.extractall(tmp_path, filter="data")
    unpacked = tmp_path / made.name.removesuffix(".tar.gz")

    again = built(unpacked, tmp_path / "again")

    assert zipfile.ZipFile(again).namelist() == zipfile.ZipFile(wheel).namelist()
    assert (unpacked / "deploy" / "stack.toml").is_file()
    assert not (unpacked / ".venv").exists()
