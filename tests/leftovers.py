"""What rehearsals leave on a server that other tests rehearse on at the same time."""

from contextlib import closing

from boxoffice.db import Database
from boxoffice.rehearsal.leftovers import PREFIX


def scratch_databases(live_url: str) -> list[str]:
    """Return the scratch databases that belong to the live one at `live_url`, in use or not."""
    with closing(Database(live_url)) as live:
        if live.is_sqlite:
            return []
        with live.reading() as session:
            rows = session.connection().exec_driver_sql(
                "SELECT datname, (SELECT oid FROM pg_database WHERE datname = current_database()) "
                "FROM pg_database"
            )
            return sorted(name for name, own in rows if name.startswith(f"{PREFIX}{own}_"))
