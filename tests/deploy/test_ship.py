"""A deployment ends with the new version in use, or with the old one: nothing between."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from deploy.cloud import Cloud
from deploy.errors import CanaryFailed, DeployError, MigrationFailed, RollFailed, WrongStack
from deploy.ship import ship
from deploy.stack import Stack
from tests.services.fargate import ALARM, Fargate, a_client, a_stack, an_alarm, an_aws

NUMBERS = count()
OLD, NEW = "boxoffice:old", "boxoffice:new"


@pytest.fixture(scope="module")
def aws() -> Iterator[None]:
    with an_aws():
        yield


@pytest.fixture
def stack(aws: None) -> Stack:
    assert aws is None
    return a_stack(f"box{next(NUMBERS)}")


@pytest.fixture
def fargate(stack: Stack) -> Iterator[Fargate]:
    with Fargate(stack).working() as made:
        yield made


@pytest.fixture
def running(stack: Stack, fargate: Fargate) -> Fargate:
    """The old version, in use: its listeners are green, because blue was first."""
    shipped(stack, OLD)
    assert fargate.in_use() == in_use(OLD, "green")
    return fargate


def shipped(stack: Stack, image: str) -> tuple[list[str], list[dict[str, int]]]:
    """Ship an image; return what was said, and how the traffic was shared on the way."""
    said: list[str] = []
    shares: list[dict[str, int]] = []
    cloud = Cloud(stack)

    def note(params: Any, **_: Any) -> None:
        groups = params["Actions"][0]["ForwardConfig"]["TargetGroups"]
        by_group = {one["TargetGroupArn"]: one["Weight"] for one in groups}
        shares.append({c: by_group[stack.traffic.group(c)] for c in ("blue", "green")})

    name = "provide-client-params.elastic-load-balancing-v2.ModifyRule"
    cloud.balancer.meta.events.register(name, note)
    try:
        ship(cloud, image, said.append)
    except DeployError as error:
        error.add_note(repr((said, shares)))
        raise
    return said, shares


def in_use(image: str, colour: str) -> dict[str, str]:
    return {f"listener-{colour}": image, "worker": image, "beat": image}


def test_a_version_takes_the_place_of_the_one_before_step_by_step(
    stack: Stack, running: Fargate
) -> None:
    said, shares = shipped(stack, NEW)

    assert running.in_use() == in_use(NEW, "blue")
    assert running.ran == [OLD, NEW]
    assert shares == [
        {"blue": 0, "green": 100},
        {"blue": 10, "green": 90},
        {"blue": 100, "green": 0},
    ]
    assert said[-1] == f"in use: {NEW}"


def test_colours_take_turns(stack: Stack, running: Fargate) -> None:
    shipped(stack, NEW)
    shipped(stack, "boxoffice:newer")

    assert running.in_use() == in_use("boxoffice:newer", "green")
    assert running.weights() == {"blue": 0, "green": 100}


@pytest.mark.parametrize(
    ("image", "why"),
    [
        ("boxoffice:rings", "the alarm .* rings"),
        ("boxoffice:dies", "a blue listener is not healthy any more"),
        ("boxoffice:sick", "does not find the blue listeners healthy"),
        ("boxoffice:no-start", "did not come up"),
    ],
)
def test_a_canary_that_does_badly_sends_everybody_back(
    stack: Stack, running: Fargate, image: str, why: str
) -> None:
    patience = 4 if "sick" in image else stack.patience_seconds  # it is never found healthy
    watchful = replace(stack.traffic, canary_seconds=30)  # which ends at the first trouble

    with pytest.raises(CanaryFailed, match=why):
        shipped(replace(stack, patience_seconds=patience, traffic=watchful), image)

    assert running.in_use() == in_use(OLD, "green")
    assert running.weights() == {"blue": 0, "green": 100}


def test_a_migration_that_fails_stops_everything_before_anything_changed(
    stack: Stack, running: Fargate
) -> None:
    with pytest.raises(MigrationFailed, match=r"ended with \[1\]") as caught:
        shipped(stack, "boxoffice:no-migration")

    assert running.in_use() == in_use(OLD, "green")
    assert "'green': 100" not in caught.value.__notes__[0]


def test_a_worker_that_does_not_come_up_turns_everything_back(
    stack: Stack, running: Fargate
) -> None:
    with pytest.raises(RollFailed, match="worker did not come up"):
        shipped(stack, "boxoffice:no-worker")

    assert running.in_use() == in_use(OLD, "green")
    assert running.weights() == {"blue": 0, "green": 100}


def test_the_first_version_of_all_leaves_nothing_running_when_it_fails(
    stack: Stack, fargate: Fargate
) -> None:
    with pytest.raises(RollFailed):
        shipped(stack, "boxoffice:no-worker")

    assert fargate.in_use() == {}
    assert fargate.weights() == {"blue": 100, "green": 0}


def test_whoever_stops_a_deployment_half_way_leaves_the_old_version(
    stack: Stack, running: Fargate
) -> None:
    def stop(sentence: str) -> None:
        if "% of the traffic" in sentence:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ship(Cloud(stack), NEW, stop)

    assert running.in_use() == in_use(OLD, "green")
    assert running.weights() == {"blue": 0, "green": 100}


def test_a_run_that_was_killed_half_way_is_made_up_by_the_next(
    stack: Stack, running: Fargate
) -> None:
    cloud = Cloud(stack)
    cloud.point("listener", cloud.register("listener", NEW), count=2, colour="blue")
    cloud.share("blue", 10)

    shipped(stack, NEW)

    assert running.in_use() == in_use(NEW, "blue")
    assert running.weights() == {"blue": 100, "green": 0}


def test_nothing_begins_while_an_alarm_rings_or_is_not_there(
    stack: Stack, running: Fargate
) -> None:
    strange = replace(stack, traffic=replace(stack.traffic, alarms=["no-such-alarm"]))
    with pytest.raises(WrongStack, match="no alarm no-such-alarm"):
        shipped(strange, NEW)
    an_alarm(f"{stack.name}-{ALARM}", "ALARM")
    with pytest.raises(WrongStack, match="rings already"):
        shipped(stack, NEW)

    assert running.ran == [OLD]


def test_nothing_begins_with_a_rule_that_shares_between_others(
    stack: Stack, running: Fargate
) -> None:
    group = stack.traffic.blue
    a_client("elbv2").modify_rule(
        RuleArn=stack.traffic.rule,
        Actions=[
            {
                "Type": "forward",
                "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": group, "Weight": 1}]},
            }
        ],
    )

    with pytest.raises(WrongStack, match="does not share between blue and green"):
        shipped(stack, NEW)

    assert running.ran == [OLD]


def as_toml(stack: Stack) -> str:
    """Write a stack as its file has it."""

    def value(found: Any) -> str:
        return json.dumps(found)  # a text, number or list of texts is the same in both

    given = asdict(stack)
    tables = {name: given.pop(name) for name in ("settings", "secrets", "traffic")}
    tables |= {f"parts.{name}": part for name, part in given.pop("parts").items()}
    lines = [f"{name} = {value(found)}" for name, found in given.items()]
    for table, rows in tables.items():
        lines.append(f"[{table}]")
        lines += [f"{name} = {value(found)}" for name, found in rows.items() if found is not None]
    return "\n".join(lines)


def command(stack: Stack, folder: Path, image: str) -> list[str]:
    """Return the command that ships an image, as CI runs it."""
    file = folder / "stack.toml"
    file.write_text(as_toml(stack), encoding="utf-8")
    return [sys.executable, "-m", "deploy", "--stack", str(file), "ship", image]


def test_the_command_ships_and_tells_its_steps(
    stack: Stack, running: Fargate, tmp_path: Path
) -> None:
    done = subprocess.run(  # noqa: S603  (our own program)
        command(stack, tmp_path, NEW), capture_output=True, text=True, check=False, timeout=60
    )

    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == [
        "the database is migrated",
        "blue: healthy; 10 % of the traffic goes there",
        "blue: all of the traffic goes there",
        "worker: takes the new version, task by task",
        "beat: takes the new version, task by task",
        f"in use: {NEW}",
    ]
    assert running.in_use() == in_use(NEW, "blue")


def test_a_command_that_is_cancelled_sends_everybody_back_first(
    stack: Stack, running: Fargate, tmp_path: Path
) -> None:
    slow = replace(stack, traffic=replace(stack.traffic, canary_seconds=60))

    with subprocess.Popen(  # noqa: S603  (our own program)
        command(slow, tmp_path, NEW), stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        said = [process.stderr.readline() for _ in range(2)]
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()

    assert "10 % of the traffic goes there" in said[1]
    assert (process.returncode, rest) == (143, "green: all of the traffic goes back there\n")
    assert running.in_use() == in_use(OLD, "green")
    assert running.weights() == {"blue": 0, "green": 100}
