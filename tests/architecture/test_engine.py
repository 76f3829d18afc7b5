"""The engine stays where it is: only the bell, the beat and the workers know Celery and Redis."""

import ast
import subprocess
import sys
from pathlib import Path

from boxoffice.outbox.models import Queue
from boxoffice.settings import Settings
from tasks.engine import celery_settings, make_app, queue_name

ROOT = Path(__file__).parents[2]
ENGINE = {"celery", "kombu", "billiard", "redis"}
MAY = {"tasks/bell.py", "tasks/beat.py", "tasks/engine.py", "tasks/worker.py"}
NEVER = {"apply_async", "delay", "retry", "countdown", "eta", "chord", "chain", "group", "canvas"}


def imports(path: Path) -> set[str]:
    """Return the packages that a module names in its imports, wherever they stand."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def ours() -> list[Path]:
    """Return every module of the program."""
    return [path for package in ("boxoffice", "tasks") for path in (ROOT / package).rglob("*.py")]


def test_only_the_bell_and_the_workers_know_celery_and_redis() -> None:
    knows = {str(path.relative_to(ROOT)) for path in ours() if imports(path) & ENGINE}

    assert knows == MAY


def test_nothing_of_ours_waits_chains_or_retries_through_celery() -> None:
    for name in MAY:
        tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
        attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        keywords = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword)}

        assert not attributes & NEVER, name
        assert not keywords & {"countdown", "eta", "link", "chain"}, name


def test_a_sale_loads_neither_celery_nor_redis(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from boxoffice.cli import order, door, webhook, job\n"
        "import boxoffice.listener.app, tasks.background, tasks.dispatch\n"
        "print(sorted({'celery', 'kombu', 'redis'} & set(sys.modules)))\n"
    )

    ran = subprocess.run(  # noqa: S603  (our own program)
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        timeout=60,
        check=False,
    )

    assert (ran.stdout.strip(), ran.stderr) == ("[]", "")


def test_the_settings_that_lose_or_repeat_work_are_off() -> None:
    settings = celery_settings("here")
    options = settings["broker_transport_options"]

    assert settings["result_backend"] is None
    assert settings["accept_content"] == ["json"]
    assert not settings["task_acks_late"]
    assert not settings["worker_enable_remote_control"]
    assert settings["worker_prefetch_multiplier"] == 1
    assert (options["socket_timeout"], options["max_retries"]) == (1.0, 0)


def test_each_queue_has_a_line_of_its_own_and_each_office_its_own_keys() -> None:
    app = make_app(Settings.read({"BOXOFFICE_REDIS_URL": "redis://x", "BOXOFFICE_INSTANCE": "a"}))

    assert {line.name for line in app.conf.task_queues} == {queue_name("a", q) for q in Queue}
    assert queue_name("a", Queue.MAIL) != queue_name("b", Queue.MAIL)
    assert app.conf.broker_transport_options["global_keyprefix"] == "box.a:"
