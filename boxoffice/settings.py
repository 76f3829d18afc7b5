"""Settings: the environment first, then a file, then defaults. Unknown names are errors."""

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from boxoffice.errors import Misconfigured

PREFIX = "BOXOFFICE_"
FILE_NAME = "boxoffice.toml"
_PASSWORD = re.compile(r"(://[^:/@]*:).*(?=@)")  # it may hold colons and at-signs itself
_PASSWORD_PARAMETER = re.compile(r"([?&]\w*password=)[^&]*")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name, what it is for, and how it may be given."""

    name: str
    help: str
    default: str | None = None
    secret: bool = False  # may also come from a file named by NAME_FILE; masked when shown
    filed: bool = False  # may come from a file too; of what is shown, its password alone is masked

    @property
    def may_be_filed(self) -> bool:
        """Whether it may come from a file named by NAME_FILE."""
        return self.secret or self.filed


KNOWN = (
    Setting("home", "Folder that holds data, keys, mail and logs."),
    Setting(
        "database_url", "SQLite file or PostgreSQL server; by default a file in home.", filed=True
    ),
    Setting("exports", "File of saved exports; by default exports.toml in home."),
    Setting("secret_key", "Key that ticket codes are made with: 64 hex digits.", secret=True),
    Setting("token", "Token of a program that acts for itself, instead of a login.", secret=True),
    Setting("asaas_url", "Address of the Asaas API.", "https://api.asaas.com/v3"),
    Setting("asaas_api_key", "Key of the Asaas account.", secret=True),
    Setting("asaas_webhook_token", "Token that Asaas sends with each letter.", secret=True),
    Setting(
        "mail_url",
        "Who carries mail: maildir:/folder, smtp://user@host:587, smtps://user@host or sendgrid:; "
        "by default a maildir in home.",
    ),
    Setting("mail_password", "Password of the user in mail_url.", secret=True),
    Setting("redis_url", "Redis that rings the workers; without it jobs run here.", secret=True),
    Setting("log", "Where the log goes: file (boxoffice.log in home) or stderr.", "file"),
    Setting("lang", "Language of the screens: pt-BR or en; by default the system's."),
    Setting("instance", "Name of this box office on a Redis it shares.", "boxoffice"),
    Setting("job_lease_seconds", "A shorter lease for every job, to rehearse what breaks."),
    Setting("mail_from", "Sender of mail.", "Boxoffice <tickets@localhost.localdomain>"),
    Setting("sendgrid_url", "Address of the SendGrid API.", "https://api.sendgrid.com"),
    Setting("sendgrid_api_key", "Key of the SendGrid account.", secret=True),
    Setting("sendgrid_webhook_key", "Public key that SendGrid signs its events with."),
)
_BY_NAME = MappingProxyType({setting.name: setting for setting in KNOWN})


@dataclass(frozen=True, slots=True)
class Value:
    """The value of one setting, and where it came from."""

    setting: Setting
    text: str | None
    origin: str

    @property
    def shown(self) -> str:
        """The value for people: secrets and passwords masked."""
        if self.text is None:
            return "(not set)"
        if self.setting.secret:
            return "***"
        return _PASSWORD_PARAMETER.sub(r"\1***", _PASSWORD.sub(r"\1***", self.text))


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its value, read once."""

    values: Mapping[str, Value]

    @classmethod
    def read(
        cls, environment: Mapping[str, str] | None = None, config: Path | None = None
    ) -> "Settings":
        """Read the environment, then `config` (or `./boxoffice.toml`), home's file, the defaults.

        `boxoffice up` leaves `boxoffice.toml` in home, so that other terminals find its servers.

        Raises:
            Misconfigured: a name is unknown, a file cannot be read, or a value is not text.
        """
        given = os.environ if environment is None else environment
        from_file, file_name = _read_file(config)
        from_environment = _read_environment(given)
        values = {setting.name: Value(setting, setting.default, "default") for setting in KNOWN}
        values |= _values(from_file, file_name) | from_environment
        in_home = cls(MappingProxyType(values)).home / FILE_NAME
        if config is None and in_home.is_file():
            of_home, name = _read_file(in_home)
            values |= _values(of_home, name) | _values(from_file, file_name) | from_environment
        return cls(MappingProxyType(values))

    def get(self, name: str) -> str | None:
        """Return the text of one setting, or `None` when it is not set."""
        return self.values[name].text

    def need(self, name: str, *, why: str) -> str:
        """Return the text of one setting that must be there.

        Raises:
            Misconfigured: it is not set.
        """
        text = self.get(name)
        if not text:
            variable = PREFIX + name.upper()
            or_file = f" or {variable}_FILE" if _BY_NAME[name].may_be_filed else ""
            raise Misconfigured(
                f"{why}, and {variable} is not set.", hint=f"set {variable}{or_file}"
            )
        return text

    @property
    def home(self) -> Path:
        """The folder that holds data, keys, mail and logs."""
        given = self.get("home")
        if given:
            return Path(given).expanduser().absolute()
        from platformdirs import user_data_path  # noqa: PLC0415  (only without BOXOFFICE_HOME)

        return user_data_path("boxoffice", appauthor=False)

    @property
    def database_url(self) -> str:
        """The database: by default a SQLite file in home."""
        return self.get("database_url") or f"sqlite:///{self.home / 'boxoffice.db'}"

    @property
    def exports_path(self) -> Path:
        """The file of saved exports."""
        given = self.get("exports")
        return Path(given).expanduser().absolute() if given else self.home / "exports.toml"

    @property
    def log_path(self) -> Path:
        """The log file."""
        return self.home / "boxoffice.log"

    @property
    def logs_to_stderr(self) -> bool:
        """Whether the log goes where a container's log is gathered, and to no file.

        Raises:
            Misconfigured: BOXOFFICE_LOG is neither `file` nor `stderr`.
        """
        where = self.get("log")
        if where not in {"file", "stderr"}:
            raise Misconfigured("BOXOFFICE_LOG names no place for a log.", hint="file or stderr")
        return where == "stderr"


def _read_environment(given: Mapping[str, str]) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for variable in sorted(given):
        if not variable.startswith(PREFIX):
            continue
        name = variable.removeprefix(PREFIX).lower()
        setting = _BY_NAME.get(name)
        if setting is not None:
            values[name] = Value(setting, given[variable], variable)
            continue
        of_file = _BY_NAME.get(name.removesuffix("_file"))
        if of_file is None or not of_file.may_be_filed or not name.endswith("_file"):
            raise _unknown(variable, name, lambda known: PREFIX + known.upper())
        if PREFIX + of_file.name.upper() in given:
            raise Misconfigured(f"{variable} and {variable.removesuffix('_FILE')} are both set.")
        values[of_file.name] = Value(of_file, _read_secret(variable, given[variable]), variable)
    return values


def _values(found: Mapping[str, str], origin: str) -> dict[str, Value]:
    return {name: Value(_BY_NAME[name], text, origin) for name, text in found.items()}


def _read_secret(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"the file named by {variable} cannot be read.") from error


def _read_file(config: Path | None) -> tuple[dict[str, str], str]:
    path = config or Path(FILE_NAME)
    if config is None and not path.is_file():
        return {}, ""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Misconfigured(f"{path} cannot be read: {error}.") from error
    for name, value in found.items():
        if name not in _BY_NAME:
            raise _unknown(f"{name!r} in {path}", name)
        if not isinstance(value, str):
            raise Misconfigured(f"{name} in {path} must be text.", hint=f'write {name} = "…"')
    return found, str(path)


def _unknown(
    shown: str, name: str, written: Callable[[str], str] = lambda known: known
) -> Misconfigured:
    near = difflib.get_close_matches(name, _BY_NAME, n=1)
    hint = f"did you mean {written(near[0])}?" if near else "see them all: boxoffice config show"
    return Misconfigured(f"{shown} is not a setting of Boxoffice.", hint=hint)
