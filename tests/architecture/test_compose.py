"""compose.yaml and the Dockerfile speak of our commands, options and settings as they are."""

import json
import re
import tomllib
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml  # type: ignore[import-untyped]
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from boxoffice.cli.front import app
from boxoffice.outbox.models import Queue
from boxoffice.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
IMAGE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, BUILD = PYPROJECT["project"], PYPROJECT["build-system"]
OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
MONITORING = ROOT / "deploy" / "monitoring"
MONITORED = yaml.safe_load((MONITORING / "prometheus.yml").read_text(encoding="utf-8"))
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((MONITORING / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
OURS = [name for name, service in SERVICES.items() if "build" in service]
SECRETS = "/run/secrets/"


def parsed(words: list[str]) -> dict[str, Any]:
    """Read a command line as our program does, without running it; return its options.

    Raises:
        ClickException: there is no such command, option or value.
    """
    group: Any = typer.main.get_command(app)
    context = group.make_context("boxoffice", [], resilient_parsing=True)
    rest = list(words)
    while hasattr(group, "list_commands"):
        _, group, rest = group.resolve_command(context, rest)
        if hasattr(group, "list_commands"):
            context = group.make_context(group.name, list(rest), parent=context)
    return dict(group.make_context(group.name, list(rest), parent=context).params)


@pytest.mark.parametrize("name", OURS)
def test_each_part_runs_a_command_there_is(name: str) -> None:
    assert parsed(SERVICES[name]["command"]) is not None


def test_a_command_there_is_not_is_noticed() -> None:
    for wrong in (["job", "wrk"], ["job", "worker", "--threads", "4"], ["webhook", "serve", "x"]):
        with pytest.raises(Exception, match=r"(?i)no such|unexpected"):
            parsed(wrong)


def test_the_worker_works_every_queue() -> None:
    named = parsed(SERVICES["worker"]["command"])["queues"]

    assert named.split(",") == list(Queue)


def test_the_parts_that_ask_for_their_health_ask_with_our_commands() -> None:
    asked = [SERVICES[name]["healthcheck"].get("test", []) for name in OURS]
    ours = [test[2:] for test in asked if test[1:2] == ["boxoffice"]]

    assert ours
    assert all(parsed(words) is not None for words in ours)
    assert "/health/ready" in SERVICES["listener"]["healthcheck"]["test"][-1]


@pytest.mark.parametrize("name", OURS)
def test_each_setting_is_one_of_ours_and_each_secret_a_file(name: str, tmp_path: Path) -> None:
    service = SERVICES[name]
    given = {}
    for variable, text in service["environment"].items():
        given[variable] = text
        if variable.endswith("_FILE"):
            secret = text.removeprefix(SECRETS)
            assert secret in service["secrets"], variable
            (tmp_path / secret).write_text("x")
            given[variable] = str(tmp_path / secret)

    read = Settings.read(given)

    plain = [s for s in read.values.values() if s.setting.secret and s.origin in given]
    assert all(value.origin.endswith("_FILE") for value in plain)
    assert read.values["database_url"].origin == f"{PREFIX}DATABASE_URL_FILE"


def test_each_secret_is_declared_and_its_making_told() -> None:
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}

    assert used == set(COMPOSE["secrets"])
    assert [secret for secret in used if secret not in OPERATING] == []


def test_each_config_is_a_file_of_ours_and_is_used() -> None:
    files = {name: config["file"] for name, config in COMPOSE["configs"].items()}
    used = [c["source"] for service in SERVICES.values() for c in service.get("configs", [])]

    assert sorted(used) == sorted(files)
    assert [file for file in files.values() if not (ROOT / file).is_file()] == []


def test_prometheus_asks_the_listener_from_inside_and_only_when_it_is_wanted() -> None:
    port = parsed(SERVICES["listener"]["command"])["port"]
    (asked,) = MONITORED["scrape_configs"]

    assert asked["static_configs"] == [{"targets": [f"127.0.0.1:{port}"]}]
    assert SERVICES["prometheus"]["network_mode"] == "service:listener"
    assert {SERVICES[name]["profiles"][0] for name in ("prometheus", "grafana")} == {"monitoring"}


@pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])
def test_each_alarm_names_a_command_there_is(rule: dict[str, Any]) -> None:
    program, *words = rule["annotations"]["command"].split()

    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert parsed(words) is not None if program == "boxoffice" else words[-1] in SERVICES


def test_each_part_has_limits_and_tells_of_its_health() -> None:
    for name, service in SERVICES.items():
        limits = service["deploy"]["resources"]["limits"]
        assert {"cpus", "memory"} <= set(limits), name
        assert "healthcheck" in service, name
    for name in OURS:
        assert SERVICES[name]["read_only"], name
        assert SERVICES[name]["cap_drop"] == ["ALL"], name


def test_nobody_outside_this_machine_reaches_a_part() -> None:
    ports = {name: port for name, service in SERVICES.items() for port in service.get("ports", [])}
    port = parsed(SERVICES["listener"]["command"])["port"]

    assert ports == {"listener": f"127.0.0.1:{port}:{port}", "grafana": "127.0.0.1:3000:3000"}


def test_each_part_waits_for_parts_that_there_are() -> None:
    for service in SERVICES.values():
        for other, how in service.get("depends_on", {}).items():
            awaits_health = how["condition"] == "service_healthy"
            assert other in SERVICES
            assert not (awaits_health and SERVICES[other]["healthcheck"].get("disable"))


def test_the_redis_of_the_rings_throws_none_away() -> None:
    words = SERVICES["redis"]["command"]

    assert words[words.index("--maxmemory-policy") + 1] == "noeviction"


def test_the_image_runs_our_program_as_nobody_special() -> None:
    assert f'ENTRYPOINT ["{next(iter(PROJECT["scripts"]))}"]' in IMAGE
    (user,) = re.findall(r"^USER (\d+):\d+$", IMAGE, re.MULTILINE)
    (home,) = re.findall(rf"{PREFIX}HOME=(\S+)", IMAGE)
    assert int(user) > 0
    assert f"VOLUME {home}\n" in IMAGE
    assert SERVICES["worker"]["volumes"] == [f"home:{home}"]


def test_the_image_asks_for_its_health_with_a_command_there_is() -> None:
    (asked,) = re.findall(r"^HEALTHCHECK .* CMD (\[.*\])$", IMAGE, re.MULTILINE)

    assert parsed(json.loads(asked)[1:]) is not None


def closure(names: list[str]) -> set[str]:
    """Return what is installed with these, all the way down."""
    found: set[str] = set()
    waiting = [canonicalize_name(Requirement(name).name) for name in names]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        needed = [Requirement(line) for line in requires(name) or []]
        waiting += [
            canonicalize_name(one.name)
            for one in needed
            if one.marker is None or one.marker.evaluate({"extra": ""})
        ]
    return found


def test_what_the_image_takes_from_the_other_lock_is_whole() -> None:
    shipped, lock = (
        set(re.findall(r"^([a-z0-9-]+)==", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    named = {
        kind: set(names.split())
        for kind, names in re.findall(r'^ARG (\w+)="(.+)"$', IMAGE, re.MULTILINE)
    }
    extras = PROJECT["optional-dependencies"]

    assert named["EXTRAS"] == closure([*extras["s3"], *extras["xlsx"]]) - shipped
    assert named["BUILDS"] == closure(BUILD["requires"])
    assert named["EXTRAS"] | named["BUILDS"] <= lock


def test_the_image_is_made_of_what_is_here_on_a_python_that_we_run_on() -> None:
    named = re.findall(r"^COPY (?!--from)(.+) \S+$", IMAGE, re.MULTILINE)
    copied = {path for paths in named for path in paths.split()}
    admitted = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    pythons = re.findall(r"^FROM python:([\d.]+)-slim", IMAGE, re.MULTILINE)

    assert all((ROOT / path).exists() for path in copied)
    assert copied == set(admitted)
    assert len(set(pythons)) == 1
    assert SpecifierSet(PROJECT["requires-python"]).contains(pythons[0])
