"""What rehearsals that were killed have left: found, named, and removed by the next one.

Whoever rehearses holds a lock that ends with the process, however it ends: on a file in its folder,
and in the live database on the name of its scratch database. What nobody holds, nobody uses.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from boxoffice.db import Database
from boxoffice.doctor import Finding
from boxoffice.errors import BoxOfficeError
from boxoffice.office import BoxOffice

PREFIX = "boxoffice_rehearsal_"  # then the live database, and the key of the lock
FOLDERS = ".rehearsal-*"

_FOLDER_PREFIX = FOLDERS.removesuffix("*")
_LOCK = "lock"
_MAKING = ".rehearsal.lock"
_KEY_BITS = 63  # of an advisory lock
# A server gives its databases numbers, which outlive a new name.
_OWN = "SELECT oid::text FROM pg_database WHERE datname = current_database()"
_NAMES = text("SELECT datname FROM pg_database WHERE datname ~ :ours ORDER BY 1")
_HELD = text(
    "SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks "
    "WHERE locktype = 'advisory' AND objsubid = 1 AND granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_HOLD = text("SELECT pg_try_advisory_lock(:key)")
_RELEASE = text("SELECT pg_advisory_unlock(:key)")
_STAYS = frozenset({"55006", "42501"})  # somebody is connected; it is another user's


@contextmanager
def folder_in(home: Path) -> Iterator[Path]:
    """Make a folder for a rehearsal in `home`; it is gone when the block ends.

    Those that killed rehearsals have left there are removed first.

    Raises:
        OSError: none can be made there.
    """
    # Race: a folder is made before it is locked. Nobody clears the home meanwhile.
    with (home / _MAKING).open("a") as making:
        fcntl.flock(making, fcntl.LOCK_EX)
        for left in _left_folders(home):
            shutil.rmtree(left, ignore_errors=True)
        folder = Path(mkdtemp(prefix=_FOLDER_PREFIX, dir=home))
        lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


@contextmanager
def locked_name(live: Database) -> Iterator[str]:
    """Yield a name for a scratch database of `live`, which is a PostgreSQL, and hold its lock.

    Raises:
        DatabaseSilent: the server cannot be reached.
        Misconfigured: a pooler stands between.
    """
    with (
        closing(Database(live.url.render_as_string(hide_password=False))) as holder,
        holder.rewriting() as line,
    ):
        key = secrets.randbits(_KEY_BITS)
        line.exec_driver_sql("SET idle_session_timeout = 0")
        # Race: another rehearsal clears what nobody holds. Held before there is a database.
        assert line.execute(_HOLD, {"key": key}).scalar_one(), "nobody has drawn it yet"
        yield f"{_own_prefix(line.exec_driver_sql(_OWN).scalar_one())}{key:016x}"


def clear_databases(live: Database) -> None:
    """Remove the scratch databases that killed rehearsals of `live` have left.

    One that somebody is still connected to stays, for the next time.

    Raises:
        DatabaseSilent: the server cannot be reached.
        Misconfigured: a pooler stands between.
    """
    left = [] if live.is_sqlite else _left_databases(live)
    if not left:
        return
    with live.rewriting() as line:
        line.exec_driver_sql("SET statement_timeout = '60s'")
        for name in left:
            key = {"key": _key_of(name)}
            # Race: two rehearsals clear at once. One gets the lock, the other goes on.
            if line.execute(_HOLD, key).scalar_one():
                try:
                    line.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}"')
                except DBAPIError as error:
                    if getattr(error.orig, "sqlstate", None) not in _STAYS:
                        raise
                finally:
                    line.execute(_RELEASE, key)
    live.close()


def examine_leftovers(office: BoxOffice) -> Iterator[Finding]:
    """Check that no killed rehearsal has left a folder in home, or a database on the server."""
    check = "rehearsals"
    try:
        home, live = office.settings.home, office.database
        found = [path.name for path in _left_folders(home)]
        found += [] if live.is_sqlite else _left_databases(live)
    except BoxOfficeError as error:
        yield Finding(check, is_ok=False, says=error.message, mend=error.hint)
        return
    says = f"killed ones have left {', '.join(found)}" if found else "none has left anything"
    mend = "boxoffice rehearse: the next one removes them"
    yield Finding(check, is_ok=not found, says=says, mend=mend)


def _left_folders(home: Path) -> list[Path]:
    return [path for path in sorted(home.glob(FOLDERS)) if not _is_held(path / _LOCK)]


def _is_held(lock: Path) -> bool:
    try:
        with lock.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False  # killed before it could lock
    except OSError:
        return True  # another user's
    return False


def _left_databases(live: Database) -> list[str]:
    with live.reading() as session:
        line = session.connection()
        prefix = _own_prefix(line.exec_driver_sql(_OWN).scalar_one())
        names = line.execute(_NAMES, {"ours": f"^{prefix}[0-9a-f]{{16}}$"}).scalars().all()
        # Names first: who makes one holds its lock before.
        held = set(line.execute(_HELD).scalars()) if names else set()
    return [name for name in names if _key_of(name) not in held]


def _own_prefix(live: str) -> str:
    return f"{PREFIX}{live}_"


def _key_of(name: str) -> int:
    return int(name.rpartition("_")[2], 16)
