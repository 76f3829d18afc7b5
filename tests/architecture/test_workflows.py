"""The workflows hold no hole that tools know of, and speak of our tools as they are."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
FILES = sorted((GITHUB / "workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+){0,2}")
SHELL = "#!/usr/bin/env bash\nset -eo pipefail\n"  # as GitHub runs a script


def read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def jobs() -> list[tuple[str, str, Any]]:
    return [
        (file.stem, name, job) for file in FILES for name, job in read(file)["jobs"].items()
    ]  # fmt: skip


def scripts() -> list[tuple[str, str]]:
    """Return every script in the workflows, and where it stands."""
    return [
        (f"{file} {job} {number}", step["run"])
        for file, job, found in jobs()
        for number, step in enumerate(found["steps"])
        if "run" in step
    ]


def ran(tool: str, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  (our own tool, our own words)
        [Path(sys.executable).with_name(tool), *words],
        cwd=ROOT, input=stdin, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("schema", "paths"),
    [
        ("vendor.github-workflows", [str(file.relative_to(ROOT)) for file in FILES]),
        ("vendor.dependabot", [".github/dependabot.yml"]),
        ("vendor.compose-spec", ["compose.yaml"]),
    ],
    ids=["workflows", "dependabot", "compose"],
)
def test_each_file_is_of_the_shape_that_its_reader_knows(schema: str, paths: list[str]) -> None:
    done = ran("check-jsonschema", "--builtin-schema", schema, *paths)

    assert done.returncode == 0, done.stdout + done.stderr


def test_zizmor_finds_no_hole() -> None:
    done = ran("zizmor", "--offline", "--no-progress", "--pedantic", str(GITHUB))

    assert done.returncode == 0, done.stdout + done.stderr


def test_zizmor_would_find_one(tmp_path: Path) -> None:
    file = tmp_path / "ci.yml"
    text = FILES[-1].read_text(encoding="utf-8")
    file.write_text(
        text.replace("        with:\n          persist-credentials: false\n", ""), encoding="utf-8"
    )

    done = ran("zizmor", "--offline", "--no-progress", "--format", "json", str(file))

    assert "artipacked" in {found["ident"] for found in json.loads(done.stdout)}


def test_shellcheck_finds_nothing_in_the_scripts() -> None:
    bad = {
        where: done.stdout
        for where, script in scripts()
        if (done := ran("shellcheck", "--shell", "bash", "-", stdin=SHELL + script)).returncode
    }
    files = [str(path) for path in (ROOT / ".ci").iterdir()]

    assert bad == {}
    assert ran("shellcheck", *files).returncode == 0
    assert ran("shellcheck", "--shell", "bash", "-", stdin=SHELL + "rm $x\n").returncode == 1


def test_nothing_of_a_run_is_pasted_into_a_script() -> None:
    assert [where for where, script in scripts() if "${{" in script] == []


def test_every_action_is_pinned_to_a_commit_and_says_of_which_version() -> None:
    used = [
        line.split("uses:")[1].strip()
        for file in FILES
        for line in file.read_text(encoding="utf-8").splitlines()
        if "uses:" in line
    ]

    assert len(used) > 10
    assert [line for line in used if not PINNED.fullmatch(line)] == []
    by_name = {(line.split("@")[0], line) for line in used}
    assert len({name for name, _ in by_name}) == len(by_name), "one action, one pin"


def test_every_job_says_what_it_may_and_how_long() -> None:
    assert all(read(file)["permissions"] == {} for file in FILES)
    assert [name for _, name, job in jobs() if not job.get("permissions")] == []
    assert [name for _, name, job in jobs() if not job.get("timeout-minutes")] == []
    trusted = {name for _, name, job in jobs() if job["permissions"].get("id-token")}
    assert trusted == {"push", "deploy"}
    assert {name for _, name, job in jobs() if job["permissions"].get("contents") == "write"} == {
        "release"
    }


def test_a_deployment_is_approved_and_not_cut_off_by_the_next() -> None:
    found = read(GITHUB / "workflows" / "cd.yml")

    assert found["jobs"]["deploy"]["environment"] == "production"
    assert found["concurrency"]["cancel-in-progress"] is False
    assert found["jobs"]["release"]["needs"] == ["deploy"]
    assert "secrets." not in (GITHUB / "workflows" / "cd.yml").read_text(encoding="utf-8")


def test_every_python_that_we_run_on_is_tested_and_no_other() -> None:
    (tested,) = [job["strategy"]["matrix"]["python"] for _, name, job in jobs() if name == "test"]
    wanted = SpecifierSet(PROJECT["requires-python"])

    assert [f"3.{minor}" for minor in range(30) if wanted.contains(f"3.{minor}")] == tested


def test_every_target_of_make_that_is_run_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    asked = {
        word
        for _, script in scripts()
        for words in re.findall(r"^make (.+)$", script, re.MULTILINE)
        for word in words.split()
    }

    assert {"check", "test", ".venv/.installed"} <= asked
    assert [
        word for word in asked if not re.search(rf"^{re.escape(word)}:", makefile, re.MULTILINE)
    ] == []
