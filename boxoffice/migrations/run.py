"""Bring a database to this program's schema, from empty or from any older one."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from boxoffice.db import SCHEMA, Database, private_file
from boxoffice.schema import is_newer, must_fit

SCRIPTS = Path(__file__).parent


def upgrade(url: str, *, to: str = "head", scripts: Path = SCRIPTS) -> None:
    """Create or migrate the database at `url`. Running it twice is running it once.

    A database that a newer program has migrated stays as it is, where this one may run on it.

    Raises:
        Misconfigured: the URL is not one of ours, the file cannot be opened, or the database has
            a schema that is too new for this program.
        DatabaseBusy: another migration, or somebody who reads for long, is in the way.
        DatabaseSilent: the server cannot be reached.
    """
    database = Database(url)
    try:
        if database.is_sqlite and database.url.database:
            private_file(Path(database.url.database))
        config = Config()
        config.set_main_option("script_location", str(scripts))
        with database.migrating() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
            if scripts == SCRIPTS and is_newer(found, SCHEMA):
                must_fit(found, SCHEMA)
                return
            config.attributes["connection"] = connection
            command.upgrade(config, to)
    finally:
        database.close()
