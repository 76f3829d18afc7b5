"""AWS on a real socket: moto keeps what is asked of it, and `Fargate` plays who does it.

moto starts no tasks. Here a thread does what ECS would do with an image of a certain tag: it brings
tasks up, gives them to the balancer, or lets them fail.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import boto3
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ecs.models import ecs_backends
from moto.moto_api import state_manager
from moto.server import ThreadedMotoServer

from deploy.stack import COLOURS, Part, Stack, Traffic

REGION = "us-east-1"
ALARM = "listener-5xx"
_STEP_SECONDS = 0.02


@contextmanager
def an_aws() -> Iterator[None]:
    """Serve AWS on a free port, with the environment that leads boto3 there."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    environment = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "a-key",
        "AWS_SECRET_ACCESS_KEY": "a-secret",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    # A task ends when our Fargate says so, and not because somebody has looked at it.
    state_manager.set_transition("ecs::task", {"progression": "time", "seconds": 3600})
    try:
        with patch.dict(os.environ, environment):
            yield
    finally:
        state_manager.unset_transition("ecs::task")
        server.stop()


def a_client(service: str) -> Any:
    """Return a client of one service, as anybody has it."""
    return boto3.client(service, region_name=REGION)  # the shared session reads its models once


def a_stack(name: str) -> Stack:
    """Make the network, the balancer, its rule, the cluster and the alarm of a stack of its own."""
    ec2, balancer = a_client("ec2"), a_client("elbv2")
    network = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=network, EnableDnsHostnames={"Value": True})
    subnets = [
        ec2.create_subnet(
            VpcId=network, CidrBlock=f"10.7.{number}.0/24", AvailabilityZone=f"{REGION}{zone}"
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate("ab")
    ]
    guard = ec2.create_security_group(GroupName=name, Description=name, VpcId=network)["GroupId"]
    groups = {
        colour: balancer.create_target_group(
            Name=f"{name}-{colour}", Protocol="HTTP", Port=8787, VpcId=network, TargetType="ip"
        )["TargetGroups"][0]["TargetGroupArn"]
        for colour in COLOURS
    }
    made = balancer.create_load_balancer(Name=name, Subnets=subnets, SecurityGroups=[guard])
    listener = balancer.create_listener(
        LoadBalancerArn=made["LoadBalancers"][0]["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
    )["Listeners"][0]["ListenerArn"]
    weights = [
        {"TargetGroupArn": group, "Weight": 100 if colour == "blue" else 0}
        for colour, group in groups.items()
    ]
    rule = balancer.create_rule(
        ListenerArn=listener,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
        Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}],
    )["Rules"][0]["RuleArn"]
    a_client("ecs").create_cluster(clusterName=name)
    an_alarm(f"{name}-{ALARM}")
    part = Part(command=["doctor"], cpu=256, memory=512, stop_seconds=30, count=1)
    return Stack(
        name=name, region=REGION, cluster=name,
        execution_role="arn:aws:iam::123456789012:role/execution",
        task_role="arn:aws:iam::123456789012:role/task",
        subnets=subnets, security_groups=[guard], log_group=f"/{name}",
        patience_seconds=20, poll_seconds=0.05, settings={"log": "stderr"}, secrets={},
        parts={
            "migrate": part, "worker": part, "beat": part,
            "listener": replace(part, count=2, port=8787),
        },
        traffic=Traffic(
            rule=rule, **groups, canary_percent=10, canary_seconds=0.1, bake_seconds=0.1,
            alarms=[f"{name}-{ALARM}"],
        ),
    )  # fmt: skip


def an_alarm(name: str, state: str = "OK") -> None:
    """Make an alarm, or let one ring."""
    client = a_client("cloudwatch")
    client.put_metric_alarm(
        AlarmName=name, MetricName="HTTPCode_Target_5XX_Count", Namespace="AWS/ApplicationELB",
        Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    client.set_alarm_state(AlarmName=name, StateValue=state, StateReason="as the test wants it")


class Fargate:
    """Does what ECS does with tasks and services, and what an image of that tag would do.

    Tags: `no-migration` ends its migration with 1; `no-start` does not come up, `no-worker` not as
    a worker; `sick` is never healthy; `rings` makes the alarm ring, and `dies` a listener go, once
    it gets traffic. Any other does well.
    """

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._ecs = ecs_backends[DEFAULT_ACCOUNT_ID][REGION]
        self._balancer = a_client("elbv2")
        self._targets: dict[str, int] = {}
        self._over = threading.Event()
        self.ran: list[str] = []  # the images whose migration was run

    @contextmanager
    def working(self) -> "Iterator[Fargate]":
        """Work until the block ends."""
        thread = threading.Thread(target=self._work, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()

    def _work(self) -> None:
        while not self._over.wait(_STEP_SECONDS):
            for task in list(self._ecs.tasks.get(self._stack.cluster, {}).values()):
                if task.last_status != "STOPPED":
                    self._end(task)
            for service in list(self._ecs.services.values()):
                if service.cluster_name == self._stack.cluster:
                    self._bring_up(service)

    def _end(self, task: Any) -> None:
        image = self._image(task.task_definition_arn)
        task.containers[0].exitCode = 1 if "no-migration" in image else 0
        task.last_status = "STOPPED"
        self.ran.append(image)

    def _bring_up(self, service: Any) -> None:
        deployment = service.deployments[0]
        image = self._image(service.task_definition)
        part = service.name.removeprefix(f"{self._stack.name}-")
        if deployment["taskDefinition"] != service.task_definition:
            deployment.update(taskDefinition=service.task_definition, rolloutState="IN_PROGRESS")
            return
        service.running_count = service.desired_count
        fails = "no-start" in image or ("no-worker" in image and part == "worker")
        deployment["rolloutState"] = "FAILED" if fails else "COMPLETED"
        colour = part.removeprefix("listener-")
        if colour in COLOURS and not fails:
            self._serve(colour, image, service.desired_count)

    def _serve(self, colour: str, image: str, count: int) -> None:
        is_waiting = "rings" in image or "dies" in image
        has_traffic = is_waiting and self.weights()[colour] > 0
        if "rings" in image and has_traffic and count:
            an_alarm(self._stack.traffic.alarms[0], "ALARM")
        if "sick" in image:
            count = 0
        elif "dies" in image and has_traffic:
            count = min(count, 1)
        before, self._targets[colour] = self._targets.get(colour, 0), count
        group = self._stack.traffic.group(colour)
        targets = [{"Id": f"10.7.0.{number + 10}", "Port": 8787} for number in range(9)]
        if count < before:
            gone = targets[count:before]
            self._balancer.deregister_targets(TargetGroupArn=group, Targets=gone)
        elif count > before:
            come = targets[before:count]
            self._balancer.register_targets(TargetGroupArn=group, Targets=come)

    def weights(self) -> dict[str, int]:
        """Return the share of the traffic that each colour gets."""
        rule = self._balancer.describe_rules(RuleArns=[self._stack.traffic.rule])["Rules"][0]
        shared = {
            one["TargetGroupArn"]: int(one["Weight"])
            for one in rule["Actions"][0]["ForwardConfig"]["TargetGroups"]
        }
        return {colour: shared.get(self._stack.traffic.group(colour), 0) for colour in COLOURS}

    def in_use(self) -> dict[str, str]:
        """Return the image of each service that has tasks, by the service's own name."""
        return {
            service.name.removeprefix(f"{self._stack.name}-"): self._image(service.task_definition)
            for service in self._ecs.services.values()
            if service.cluster_name == self._stack.cluster and service.desired_count
        }

    def _image(self, definition: str | None) -> str:
        assert definition, "every service and task of ours has one"
        found = self._ecs.describe_task_definition(definition)
        return str(found.container_definitions[0]["image"])
