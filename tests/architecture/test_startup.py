"""Help comes at once: it loads nothing that only a database, a network or a screen needs."""

import subprocess
import sys

import pytest

HEAVY = {
    "PIL",
    "alembic",
    "argon2",
    "celery",
    "cryptography",
    "httpx",
    "jwt",
    "psycopg",
    "qrcode",
    "redis",
    "reportlab",
    "sqlalchemy",
    "sqlmodel",
    "starlette",
    "textual",
    "uvicorn",
}
# The modules go to a line of their own, after whatever the command itself has to say.
PROGRAM = """
import sys
from boxoffice.cli.main import main
code = main(sys.argv[1:])
print("\\n" + " ".join(sys.modules), file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize(
    "words",
    [
        *("--help", "door --help", "door scan --help", "dashboard --help"),
        *("staff roles --help", "auth login --help"),
    ],
)
def test_help_loads_nothing_heavy(words: str) -> None:
    command = [sys.executable, "-c", PROGRAM, *words.split()]

    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603  (our own program)

    assert ran.returncode == 0, ran.stderr
    assert "--help" in ran.stdout
    assert HEAVY.intersection(ran.stderr.splitlines()[-1].split()) == set()
