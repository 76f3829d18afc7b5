"""What we ask of AWS: tasks and services of ECS, weights and health of the balancer, alarms.

Access comes from where boto3 finds it: in CI a role that lasts for minutes, through OIDC.
"""

from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from deploy.errors import MigrationFailed, RollFailed, WrongStack
from deploy.render import network, service_definition, task_definition
from deploy.stack import COLOURS, Stack
from deploy.wait import until

_ATTEMPTS = 8


@dataclass
class Cloud:
    """The clients of one stack."""

    stack: Stack
    ecs: Any = field(init=False)
    balancer: Any = field(init=False)
    alarms: Any = field(init=False)

    def __post_init__(self) -> None:
        """Make the clients; nobody is asked yet."""
        # AWS answers some calls with "later": a deployment must not end by that.
        patient = Config(
            region_name=self.stack.region,
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        )
        self.ecs, self.balancer, self.alarms = (
            boto3.client(service, config=patient) for service in ("ecs", "elbv2", "cloudwatch")
        )

    def register(self, part: str, image: str) -> str:
        """Register the task definition of a part, and return its address."""
        told = self.ecs.register_task_definition(**task_definition(self.stack, part, image))
        return str(told["taskDefinition"]["taskDefinitionArn"])

    def run_once(self, definition: str) -> None:
        """Run a task to its end.

        Raises:
            MigrationFailed: it could not start, ended badly, or did not end in time.
        """
        told = self.ecs.run_task(
            cluster=self.stack.cluster,
            taskDefinition=definition,
            launchType="FARGATE",
            networkConfiguration=network(self.stack),
            count=1,
            startedBy="deploy",
        )
        if not told["tasks"]:
            why = ", ".join(str(one.get("reason")) for one in told["failures"])
            raise MigrationFailed(f"the migration could not be started: {why}.")
        task = told["tasks"][0]["taskArn"]
        if not self._wait(lambda: self._task(task)["lastStatus"] == "STOPPED"):
            raise MigrationFailed(f"the migration did not end in time; it may still run: {task}.")
        ended = self._task(task)
        codes = [one.get("exitCode") for one in ended["containers"]]
        if any(code != 0 for code in codes):  # none: the container never started
            why = ended.get("stoppedReason") or "see its log"
            raise MigrationFailed(f"the migration ended with {codes}: {why}. {task}")

    def running(self, service: str) -> str | None:
        """Return the task definition that a service runs; `None`: there is no such service."""
        found = self._service(service)
        return None if found is None else str(found["taskDefinition"])

    def point(self, part: str, definition: str, *, count: int, colour: str = "") -> None:
        """Let a service run a task definition; the service is made when there is none."""
        service = self.stack.service(part, colour)
        if self._service(service) is None:
            made = service_definition(self.stack, part, colour)
            self.ecs.create_service(**made, taskDefinition=definition, desiredCount=count)
            return
        self.ecs.update_service(
            cluster=self.stack.cluster,
            service=service,
            taskDefinition=definition,
            desiredCount=count,
        )

    def settle(self, part: str, definition: str, *, colour: str = "") -> None:
        """Wait until a service runs nothing but a task definition.

        Raises:
            RollFailed: its tasks do not come up, or take too long.
        """
        service = self.stack.service(part, colour)
        if not self._wait(lambda: self._has_settled(service, definition)):
            raise RollFailed(f"{service} did not come up in time.")

    def empty(self, part: str, *, colour: str = "") -> None:
        """Stop every task of a service; the balancer lets a listener's requests end first."""
        service = self.stack.service(part, colour)
        if self._service(service) is not None:
            self.ecs.update_service(cluster=self.stack.cluster, service=service, desiredCount=0)

    def weights(self) -> dict[str, int]:
        """Return the share of the traffic that each colour gets.

        Raises:
            WrongStack: the rule does not share between our two target groups.
        """
        rule = self.balancer.describe_rules(RuleArns=[self.stack.traffic.rule])["Rules"][0]
        shared = {
            one["TargetGroupArn"]: int(one["Weight"])
            for action in rule["Actions"]
            for one in action.get("ForwardConfig", {}).get("TargetGroups", [])
        }
        groups = {colour: self.stack.traffic.group(colour) for colour in COLOURS}
        if set(shared) != set(groups.values()):
            raise WrongStack("the balancer's rule does not share between blue and green.")
        return {colour: shared[group] for colour, group in groups.items()}

    def share(self, colour: str, percent: int) -> None:
        """Send so much of the traffic to a colour, and the rest to the other."""
        groups = [
            {
                "TargetGroupArn": self.stack.traffic.group(each),
                "Weight": percent if each == colour else 100 - percent,
            }
            for each in COLOURS
        ]
        self.balancer.modify_rule(
            RuleArn=self.stack.traffic.rule,
            Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}],
        )

    def healthy_count(self, colour: str) -> int:
        """Return how many listeners of a colour the balancer finds healthy."""
        told = self.balancer.describe_target_health(TargetGroupArn=self.stack.traffic.group(colour))
        states = [one["TargetHealth"]["State"] for one in told["TargetHealthDescriptions"]]
        return states.count("healthy")

    def ringing(self) -> list[str]:
        """Return the alarms that ring.

        Raises:
            WrongStack: one of them is not there, and would never ring.
        """
        names = self.stack.traffic.alarms
        told = self.alarms.describe_alarms(AlarmNames=names, MaxRecords=100)
        found = {
            one["AlarmName"]: one["StateValue"]
            for one in [*told["MetricAlarms"], *told.get("CompositeAlarms", [])]
        }
        missing = sorted(set(names) - set(found))
        if missing:
            raise WrongStack(f"there is no alarm {', '.join(missing)}.")
        return sorted(name for name, state in found.items() if state == "ALARM")

    def _wait(self, is_so: Any) -> bool:
        return until(is_so, seconds=self.stack.patience_seconds, every=self.stack.poll_seconds)

    def _task(self, task: str) -> dict[str, Any]:
        told = self.ecs.describe_tasks(cluster=self.stack.cluster, tasks=[task])
        return dict(told["tasks"][0]) if told["tasks"] else {"lastStatus": "PROVISIONING"}

    def _service(self, service: str) -> dict[str, Any] | None:
        told = self.ecs.describe_services(cluster=self.stack.cluster, services=[service])
        found = [one for one in told["services"] if one["status"] == "ACTIVE"]
        return dict(found[0]) if found else None

    def _has_settled(self, service: str, definition: str) -> bool:
        found = self._service(service)
        if found is None:
            return False
        ours = [one for one in found["deployments"] if one["taskDefinition"] == definition]
        if any(one.get("rolloutState") == "FAILED" for one in ours):
            raise RollFailed(
                f"{service} did not come up: its tasks end, or fail their health check."
            )
        return (
            len(found["deployments"]) == len(ours) == 1
            and ours[0].get("rolloutState") == "COMPLETED"
            and found["runningCount"] == found["desiredCount"]
        )
