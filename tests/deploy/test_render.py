"""The task definitions speak of our commands, settings and image as they are."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from boxoffice.outbox.models import Queue
from boxoffice.settings import PREFIX, Settings
from deploy import render
from deploy.__main__ import main
from deploy.errors import WrongStack
from deploy.render import service_definition, task_definition
from deploy.stack import Stack, read_stack
from tests.architecture.test_compose import IMAGE as DOCKERFILE
from tests.architecture.test_compose import parsed

FILE = Path(render.__file__).with_name("stack.toml")
IMAGE = "123456789012.dkr.ecr.sa-east-1.amazonaws.com/boxoffice@sha256:" + "0" * 64
PARTS = ["beat", "listener", "migrate", "worker"]
FARGATE_MIB = {256: (512, 2048), 512: (1024, 4096), 1024: (2048, 8192)}  # smallest, largest
ECS = ServiceModel(Loader().load_service_model("ecs", "service-2"), "ecs")


@pytest.fixture
def stack() -> Stack:
    return read_stack(FILE)


@pytest.mark.parametrize("name", PARTS)
def test_each_part_is_what_the_api_takes(stack: Stack, name: str) -> None:
    shape = ECS.operation_model("RegisterTaskDefinition").input_shape

    found = ParamValidator().validate(task_definition(stack, name, IMAGE), shape)

    assert found.generate_report() == ""


@pytest.mark.parametrize(("name", "colour"), [("worker", ""), ("listener", "blue")])
def test_each_service_is_what_the_api_takes(stack: Stack, name: str, colour: str) -> None:
    shape = ECS.operation_model("CreateService").input_shape

    found = ParamValidator().validate(service_definition(stack, name, colour), shape)

    assert found.generate_report() == ""


@pytest.mark.parametrize("name", PARTS)
def test_each_part_runs_a_command_there_is_and_asks_for_its_health_with_one(
    stack: Stack, name: str
) -> None:
    part = stack.parts[name]

    assert parsed(part.command) is not None
    if part.health is not None and part.health[1] == "boxoffice":
        assert parsed(part.health[2:]) is not None
    assert (part.health is None) == (name == "migrate")


def test_each_setting_is_one_of_ours_and_no_secret_stands_in_the_file(stack: Stack) -> None:
    (container,) = task_definition(stack, "worker", IMAGE)["containerDefinitions"]
    given = {one["name"]: one["value"] for one in container["environment"]}
    secret = {one["name"]: one["valueFrom"] for one in container["secrets"]}
    ours = {name: text for name, text in given.items() if name.startswith(PREFIX)}

    read = Settings.read(ours | dict.fromkeys(secret, "x"))

    plain = [value for value in read.values.values() if value.origin in ours]
    assert plain
    assert not [value for value in plain if value.setting.may_be_filed]
    assert all(address.startswith("arn:aws:secretsmanager:") for address in secret.values())
    assert read.logs_to_stderr
    assert {f"{PREFIX}DATABASE_URL", f"{PREFIX}REDIS_URL", f"{PREFIX}SECRET_KEY"} <= set(secret)


@pytest.mark.parametrize("name", PARTS)
def test_each_part_has_a_size_that_there_is_and_no_right_it_does_not_need(
    stack: Stack, name: str
) -> None:
    definition = task_definition(stack, name, IMAGE)
    (container,) = definition["containerDefinitions"]
    smallest, largest = FARGATE_MIB[int(definition["cpu"])]

    assert smallest <= int(definition["memory"]) <= largest
    assert container["readonlyRootFilesystem"]
    assert container["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}
    assert container["stopTimeout"] <= 120
    assert f"USER {container['user']}\n" in DOCKERFILE
    (mounted,) = container["mountPoints"]
    assert f"VOLUME {mounted['containerPath']}\n" in DOCKERFILE
    assert container["logConfiguration"]["options"]["awslogs-stream-prefix"] == name


def test_the_worker_works_every_queue_and_the_listener_has_its_port(stack: Stack) -> None:
    worker, listener = stack.parts["worker"], stack.parts["listener"]

    assert parsed(worker.command)["queues"].split(",") == list(Queue)
    assert parsed(listener.command)["port"] == listener.port
    assert f":{listener.port}/health/live" in (listener.health or [""])[-1]


def test_render_prints_a_definition_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", IMAGE]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert sorted(json.loads(line)["family"] for line in lines) == [f"boxoffice-{p}" for p in PARTS]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('region = "sa-east-1"', "", "not whole: .*region"),
        ("canary_percent = 10", "canary_percent = 100", "1 to 99"),
        ("bake_seconds", "brew_seconds", "does not know brew_seconds"),
        ("[parts.beat]", "[parts.bat]", "the parts of a stack are"),
        ('cluster = "boxoffice"', "cluster =", "cannot be read"),
    ],
)
def test_a_stack_that_is_not_as_it_must_be_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, told: str
) -> None:
    wrong = tmp_path / "stack.toml"
    wrong.write_text(FILE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    with pytest.raises(WrongStack, match=told):
        read_stack(wrong)

    assert main(["--stack", str(wrong), "render", IMAGE]) == 1
    assert capsys.readouterr().err.startswith("error: ")


def test_a_colour_is_one_of_two(stack: Stack) -> None:
    traffic = replace(stack.traffic, blue="b", green="g")

    assert [traffic.group(colour) for colour in ("blue", "green")] == ["b", "g"]
