"""Settings: the environment, then the file, then defaults; and no secret is ever shown."""

from pathlib import Path

import pytest

from boxoffice.errors import Misconfigured
from boxoffice.settings import KNOWN, Settings


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "boxoffice.toml"
    path.write_text('mail_from = "Box <box@example.com>"\nmail_url = "maildir:/var/mail"\n')
    return path


def test_the_environment_goes_before_the_file_and_the_file_before_defaults(config: Path) -> None:
    read = Settings.read({"BOXOFFICE_MAIL_URL": "maildir:/tmp/mail", "PATH": "/bin"}, config)

    assert read.get("mail_url") == "maildir:/tmp/mail"
    assert read.get("mail_from") == "Box <box@example.com>"
    assert read.get("asaas_url") == "https://api.asaas.com/v3"
    assert read.get("secret_key") is None
    assert {name: read.values[name].origin for name in ("mail_url", "mail_from", "asaas_url")} == {
        "mail_url": "BOXOFFICE_MAIL_URL",
        "mail_from": str(config),
        "asaas_url": "default",
    }


def test_a_file_in_the_working_folder_is_read_without_asking(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(config.parent)

    assert Settings.read({}).get("mail_url") == "maildir:/var/mail"


@pytest.mark.parametrize(
    ("variable", "hint"),
    [
        ("BOXOFFICE_DATABSE_URL", "did you mean BOXOFFICE_DATABASE_URL?"),
        ("BOXOFFICE_XYZZY", "see them all: boxoffice config show"),
        ("BOXOFFICE_HOME_FILE", "did you mean BOXOFFICE_HOME?"),
        ("BOXOFFICE_", "see them all: boxoffice config show"),
    ],
)
def test_an_unknown_variable_is_an_error_that_helps(variable: str, hint: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        Settings.read({variable: "x"})

    assert caught.value.message == f"{variable} is not a setting of Boxoffice."
    assert caught.value.hint == hint


@pytest.mark.parametrize("content", ["mail_ulr = 'x'", "mail_url = 5", "[event]", "no toml", "\0"])
def test_a_file_that_cannot_be_used_is_an_error(config: Path, content: str) -> None:
    config.write_text(content)

    with pytest.raises(Misconfigured) as caught:
        Settings.read({}, config)

    assert str(config) in caught.value.message


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        Settings.read({}, tmp_path / "nowhere.toml")


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("$aact_hmlg_x\n")

    read = Settings.read({"BOXOFFICE_ASAAS_API_KEY_FILE": str(secret)})

    assert read.get("asaas_api_key") == "$aact_hmlg_x"
    assert read.values["asaas_api_key"].origin == "BOXOFFICE_ASAAS_API_KEY_FILE"


def test_a_database_with_a_password_may_come_from_a_file_and_is_shown_without_it(
    tmp_path: Path,
) -> None:
    address = tmp_path / "database_url"
    address.write_text("postgresql://box:sesame@db/box\n")

    read = Settings.read({"BOXOFFICE_DATABASE_URL_FILE": str(address)})

    assert read.database_url == "postgresql://box:sesame@db/box"
    assert read.values["database_url"].shown == "postgresql://box:***@db/box"


def test_a_secret_given_twice_is_an_error(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("one")
    given = {"BOXOFFICE_SECRET_KEY": "two", "BOXOFFICE_SECRET_KEY_FILE": str(secret)}

    with pytest.raises(Misconfigured, match="both set"):
        Settings.read(given)


def test_a_secret_file_that_cannot_be_read_is_an_error_without_its_content(tmp_path: Path) -> None:
    broken = tmp_path / "key"
    broken.write_bytes(b"sesame\xff")

    for path in (broken, tmp_path / "nowhere", tmp_path):
        with pytest.raises(Misconfigured) as caught:
            Settings.read({"BOXOFFICE_SECRET_KEY_FILE": str(path)})
        assert "sesame" not in caught.value.message


def test_every_secret_is_masked(tmp_path: Path) -> None:
    secrets = [setting.name for setting in KNOWN if setting.secret]

    read = Settings.read(
        {f"BOXOFFICE_{name.upper()}": "sesame" for name in secrets}, _empty(tmp_path)
    )

    assert secrets == [
        "secret_key",
        "token",
        "asaas_api_key",
        "asaas_webhook_token",
        "mail_password",
        "redis_url",
        "sendgrid_api_key",
    ]
    assert {read.values[name].shown for name in secrets} == {"***"}


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://rita:sesame@db/box", "postgresql://rita:***@db/box"),
        ("postgresql://rita:ses:ame@db/box", "postgresql://rita:***@db/box"),
        ("postgresql://rita:ses@me@db/box", "postgresql://rita:***@db/box"),
        ("postgresql://:sesame@db/box", "postgresql://:***@db/box"),
        ("postgresql://rita@db/box", "postgresql://rita@db/box"),
        ("postgresql:///box?user=rita&password=sesame", "postgresql:///box?user=rita&password=***"),
        ("postgresql:///box?password=sesame&user=r", "postgresql:///box?password=***&user=r"),
        ("sqlite:////var/box.db", "sqlite:////var/box.db"),
    ],
)
def test_a_password_in_an_address_is_masked(url: str, shown: str, tmp_path: Path) -> None:
    read = Settings.read({"BOXOFFICE_DATABASE_URL": url}, _empty(tmp_path))

    assert read.values["database_url"].shown == shown


def test_what_is_not_set_says_so() -> None:
    assert Settings.read({}).values["asaas_api_key"].shown == "(not set)"


def test_a_setting_that_is_needed_names_its_variable_and_its_file() -> None:
    with pytest.raises(Misconfigured) as caught:
        Settings.read({"BOXOFFICE_ASAAS_API_KEY": ""}).need("asaas_api_key", why="PIX needs it")

    assert caught.value.message == "PIX needs it, and BOXOFFICE_ASAAS_API_KEY is not set."
    assert caught.value.hint == "set BOXOFFICE_ASAAS_API_KEY or BOXOFFICE_ASAAS_API_KEY_FILE"


def test_the_database_is_a_file_at_home_unless_it_is_named(tmp_path: Path) -> None:
    given = {"BOXOFFICE_HOME": str(tmp_path)}

    assert Settings.read(given).database_url == f"sqlite:///{tmp_path}/boxoffice.db"
    assert Settings.read(given).log_path == tmp_path / "boxoffice.log"


def _empty(folder: Path) -> Path:
    path = folder / "empty.toml"
    path.touch()
    return path
