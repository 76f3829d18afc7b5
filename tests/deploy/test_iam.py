"""The roles may do what the scripts do, and AWS knows every word of it."""

import inspect
import json
import re
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.model import ServiceModel

import deploy.cloud
from deploy import render
from deploy.stack import read_stack

FOLDER = Path(render.__file__).with_name("iam")
FILES = sorted(FOLDER.glob("*.json"))
STACK = read_stack(Path(render.__file__).with_name("stack.toml"))
CLIENTS = {"ecs": "ecs", "balancer": "elbv2", "alarms": "cloudwatch"}
PREFIXES = {"ecs": "ecs", "balancer": "elasticloadbalancing", "alarms": "cloudwatch"}


def statements(name: str) -> list[dict[str, Any]]:
    found = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    rows: list[dict[str, Any]] = found["Statement"]
    return rows


def allowed(name: str) -> set[str]:
    return {action for row in statements(name) for action in row["Action"]}


def operations(service: str) -> ServiceModel:
    client = boto3.session.Session(region_name="us-east-1").client(
        service, aws_access_key_id="x", aws_secret_access_key="x"
    )
    model: ServiceModel = client.meta.service_model
    return model


def test_the_role_that_deploys_may_do_what_the_scripts_ask_and_no_more() -> None:
    source = inspect.getsource(deploy.cloud)
    asked = {
        f"{PREFIXES[part]}:{''.join(word.title() for word in verb.split('_'))}"
        for part, verb in re.findall(r"self\.(ecs|balancer|alarms)\.([a-z_]+)\(", source)
    }

    assert len(asked) > 8
    assert allowed("deploy") == asked | {"iam:PassRole", "ecs:TagResource"}


@pytest.mark.parametrize(("part", "name"), [("ecs", "deploy"), ("balancer", "deploy")])
def test_every_action_is_one_of_the_service(part: str, name: str) -> None:
    known = set(operations(CLIENTS[part]).operation_names)
    ours = {one.split(":")[1] for one in allowed(name) if one.startswith(f"{PREFIXES[part]}:")}

    assert ours
    assert ours <= known


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_role_may_everything(file: Path) -> None:
    for row in statements(file.stem):
        actions = [row["Action"]] if isinstance(row["Action"], str) else row["Action"]
        assert not [action for action in actions if "*" in action]
        is_for_all = row.get("Resource") == "*"
        reading = (
            "ecr:GetAuth",
            "ecs:Register",
            "cloudwatch:Describe",
            "elasticloadbalancing:Desc",
        )
        assert not is_for_all or all(action.startswith(reading) for action in actions)


@pytest.mark.parametrize(
    ("name", "sub"),
    [
        ("push.trust", "repo:OWNER/REPOSITORY:ref:refs/tags/v*"),
        ("deploy.trust", "repo:OWNER/REPOSITORY:environment:production"),
    ],
)
def test_a_role_trusts_one_repository_alone(name: str, sub: str) -> None:
    (row,) = statements(name)
    condition = row["Condition"]

    assert condition["StringEquals"]["token.actions.githubusercontent.com:aud"] == (
        "sts.amazonaws.com"
    )
    assert sub in [text for rule in condition.values() for text in rule.values()], (
        "any repository could take the role"
    )


def test_the_roles_and_the_stack_speak_of_the_same_things() -> None:
    passed = next(row for row in statements("deploy") if row["Action"] == ["iam:PassRole"])
    secrets = next(row for row in statements("execution") if row["Sid"] == "Secrets")
    logs = next(row for row in statements("execution") if row["Sid"] == "Log")

    assert passed["Resource"] == [STACK.execution_role, STACK.task_role]
    beginning = secrets["Resource"].removesuffix("*")
    assert all(address.startswith(beginning) for address in STACK.secrets.values())
    assert f":log-group:{STACK.log_group}:*" in logs["Resource"]
