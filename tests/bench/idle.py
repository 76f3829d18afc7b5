"""Celery with our settings and a task that does nothing: the floor of everything it carries.

`celery -A tests.bench.idle worker` works it.
"""

from boxoffice.settings import Settings
from tasks.engine import make_app

NOTHING = "idle.nothing"

app = make_app(Settings.read())


@app.task(name=NOTHING)  # type: ignore[untyped-decorator]
def nothing(_text: str) -> None:
    """Do nothing."""
