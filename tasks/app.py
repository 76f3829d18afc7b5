"""The app that `celery -A tasks.app` finds: that of the settings in the environment."""

from boxoffice.settings import Settings
from tasks.engine import make_app

app = make_app(Settings.read())
