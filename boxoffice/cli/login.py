"""Who acts on this machine: the login that lies in home, or a program's token."""

import json
import os
import secrets
import stat
from dataclasses import asdict, dataclass
from pathlib import Path

from boxoffice.errors import NotLoggedIn
from boxoffice.office import BoxOffice
from boxoffice.settings import Settings
from boxoffice.staff.rules import LOCAL_ADMIN, Actor

_FILE_MAX = 8_192  # bytes


@dataclass(frozen=True, slots=True)
class Login:
    """What a login leaves in home: who it was, and the two tokens."""

    name: str
    access_token: str
    refresh_token: str


def login_path(settings: Settings) -> Path:
    """Return where the login lies."""
    return settings.home / "session.json"


def identify(office: BoxOffice) -> Actor:
    """Find out who acts. As long as nobody was ever added, whoever holds the files is the admin.

    A login that is older than a quarter of an hour is renewed, and written down, on the way.

    Raises:
        NotLoggedIn: there are people, and none of them has logged in here, or the
            login was changed.
    """
    from boxoffice.staff.queries import has_staff

    with office.reading() as session:
        if not has_staff(session):
            return LOCAL_ADMIN
    from boxoffice.staff.sessions import actor_of_access, actor_of_token

    token = office.settings.get("token")
    if token:
        with office.reading() as session:
            return actor_of_token(session, token, now=office.now())
    path = login_path(office.settings)
    login = read_login(path)
    try:
        access = office.staff_keys.read(login.access_token, now=office.now())
    except NotLoggedIn as error:
        if error.case != "login.expired":
            raise
        return _renewed(office, path, login)
    with office.reading() as session:
        actor = actor_of_access(session, access, now=office.now())
    if actor.name != login.name:
        raise _bad(path, "was changed: it names somebody else than its tokens do")
    return actor


def _renewed(office: BoxOffice, path: Path, login: Login) -> Actor:
    from boxoffice.staff.sessions import refresh

    new = refresh(office.database, office.staff_keys, login.refresh_token, now=office.now())
    write_login(path, Login(new.actor.name, new.access_token, new.refresh_token))
    return new.actor


def read_login(path: Path) -> Login:
    """Read the login that lies at `path`.

    Raises:
        NotLoggedIn: there is none, it is not ours alone, or it was tampered with.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise NotLoggedIn("nobody is logged in here.", hint="boxoffice auth login NAME") from error
    except OSError as error:
        raise _bad(path, "cannot be opened, or is a link") from error
    try:
        about = os.fstat(handle)
        is_alone = stat.S_ISREG(about.st_mode) and about.st_nlink == 1
        if not is_alone or about.st_uid != os.getuid() or about.st_mode & 0o077:
            raise _bad(path, "is not yours alone")
        raw = os.read(handle, _FILE_MAX + 1)
    finally:
        os.close(handle)
    try:
        told = json.loads(raw) if len(raw) <= _FILE_MAX else None
    except (ValueError, RecursionError) as error:
        raise _bad(path, "was damaged") from error
    fields = set(Login.__slots__)
    if not isinstance(told, dict) or set(told) != fields:
        raise _bad(path, "was damaged")
    if not all(isinstance(value, str) for value in told.values()):
        raise _bad(path, "was damaged")
    return Login(**told)


def write_login(path: Path, login: Login) -> None:
    """Write a login for its owner's eyes alone. Whatever lay there before, a link too, is gone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".session.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(login), file)
            file.flush()
            os.fsync(handle)
        # Race: two commands renew one login. The name is one file's or the other's, never a half.
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def forget_login(path: Path) -> None:
    """Take the login away."""
    path.unlink(missing_ok=True)


def _bad(path: Path, problem: str) -> NotLoggedIn:
    return NotLoggedIn(
        f"the login in {path} {problem}.",
        hint=f"rm {path}; boxoffice auth login NAME",
        code="login.invalid",
    )
