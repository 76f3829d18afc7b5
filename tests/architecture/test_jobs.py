"""Each kind of job has a handler, and a test by its name that doing it twice is doing it once."""

import ast
import re
from pathlib import Path

from boxoffice.outbox.jobs import KINDS
from tasks import relay  # noqa: F401  (it registers all handlers)
from tasks.registry import HANDLERS

TESTS = Path(__file__).parents[1]
TWICE = re.compile(r"test_(\w+)_twice_is_once$")


def kinds() -> set[str]:
    """Return what each kind is called in the names of tests: `OpenCharge` is `open_charge`."""
    return {re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower() for kind in KINDS.values()}


def done_twice() -> set[str]:
    """Return what the tests do `_twice_is_once`; a test that does nothing again does not count."""
    found = set()
    for path in TESTS.rglob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        if "_twice_is_once" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            named = isinstance(node, ast.FunctionDef) and TWICE.match(node.name)
            if named and "again(" in ast.unparse(node):
                found.add(named[1])
    return found


def test_doing_each_kind_of_job_twice_is_tested_by_name() -> None:
    missing = kinds() - done_twice()

    assert not missing, f"write for each: def test_{{…}}_twice_is_once, with `again`: {missing}"


def test_each_kind_of_job_has_a_handler() -> None:
    assert set(HANDLERS) == set(KINDS)
