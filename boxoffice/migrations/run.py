"""Bring a database to this program's schema, from empty or from any older one."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from boxoffice.db import Database, private_file


def upgrade(url: str) -> None:
    """Create or migrate the database at `url`. Running it twice is running it once.

    Raises:
        Misconfigured: the URL is not one of ours, or the file cannot be opened.
        DatabaseSilent: the server cannot be reached.
    """
    database = Database(url)
    try:
        if database.is_sqlite and database.url.database:
            private_file(Path(database.url.database))
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent))
        with database.migrating() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        database.close()
