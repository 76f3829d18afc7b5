"""The task definitions of Fargate, all from one stack."""

from typing import Any

from deploy.stack import Part, Stack

HOME = "/var/lib/boxoffice"  # as the image has it; a volume takes its owner from there
_USER = "10001:10001"
_GRACE_SECONDS = 60  # for a start, before a health check counts


def task_definition(stack: Stack, name: str, image: str) -> dict[str, Any]:
    """Return what `RegisterTaskDefinition` wants for one part."""
    part = stack.parts[name]
    return {
        "family": stack.service(name),
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
        "cpu": str(part.cpu),
        "memory": str(part.memory),
        "executionRoleArn": stack.execution_role,
        "taskRoleArn": stack.task_role,
        "volumes": [{"name": "home"}],
        "containerDefinitions": [_container(stack, name, part, image)],
    }


def _container(stack: Stack, name: str, part: Part, image: str) -> dict[str, Any]:
    container: dict[str, Any] = {
        "name": name,
        "image": image,
        "command": part.command,
        "cpu": part.cpu,
        "memory": part.memory,
        "essential": True,
        "user": _USER,
        "readonlyRootFilesystem": True,
        "linuxParameters": {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}},
        "mountPoints": [{"sourceVolume": "home", "containerPath": HOME}],
        "environment": [
            # The one place that is written to, and it goes with the task.
            {"name": "TMPDIR", "value": HOME},
            *(_variable(key, text) for key, text in sorted(stack.settings.items())),
        ],
        "secrets": [
            {"name": _named(key), "valueFrom": address}
            for key, address in sorted(stack.secrets.items())
        ],
        "stopTimeout": part.stop_seconds,
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": stack.log_group,
                "awslogs-region": stack.region,
                "awslogs-stream-prefix": name,
                # A log that is not taken must not stop a sale.
                "mode": "non-blocking",
                "max-buffer-size": "4m",
            },
        },
    }
    if part.port is not None:
        container["portMappings"] = [{"containerPort": part.port, "protocol": "tcp"}]
    if part.health is not None:
        container["healthCheck"] = {
            "command": part.health,
            "interval": 30,
            "timeout": 20,
            "retries": 3,
            "startPeriod": _GRACE_SECONDS,
        }
    return container


def service_definition(stack: Stack, name: str, colour: str = "") -> dict[str, Any]:
    """Return what `CreateService` wants for one part, but for what it runs and how often."""
    part = stack.parts[name]
    definition: dict[str, Any] = {
        "cluster": stack.cluster,
        "serviceName": stack.service(name, colour),
        "launchType": "FARGATE",
        "networkConfiguration": network(stack),
        "propagateTags": "SERVICE",
        "tags": [{"key": "project", "value": stack.name}],
        "deploymentConfiguration": {
            "minimumHealthyPercent": 100,
            "maximumPercent": 200,
            # Tasks that do not come up end the deployment, and the version before comes back.
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        },
    }
    if colour:
        group = stack.traffic.group(colour)
        definition["loadBalancers"] = [
            {"targetGroupArn": group, "containerName": name, "containerPort": part.port}
        ]
        definition["healthCheckGracePeriodSeconds"] = _GRACE_SECONDS
    return definition


def network(stack: Stack) -> dict[str, Any]:
    """Return where tasks stand: in private networks, without an address of their own outside."""
    return {
        "awsvpcConfiguration": {
            "subnets": stack.subnets,
            "securityGroups": stack.security_groups,
            "assignPublicIp": "DISABLED",
        }
    }


def _named(key: str) -> str:
    return f"BOXOFFICE_{key.upper()}"


def _variable(key: str, text: str) -> dict[str, str]:
    return {"name": _named(key), "value": text}
