"""`staff` and `auth`: people log in, and from then on nobody else gets in."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands import Commands, Ran

PASSWORD = b"four words long enough\n"
NEW = b"five other words long enough\n"


@pytest.fixture
def staffed(boxoffice: Commands) -> Commands:
    """A program that rita has logged in to, with dora at the door."""
    for line in ("rita --role admin --email rita@example.com", "dora --role door"):
        assert boxoffice(f"staff add {line} --password-stdin", stdin=PASSWORD).code == 0
        logs_in(boxoffice)
    return boxoffice


def logs_in(boxoffice: Commands, name: str = "rita", password: bytes = PASSWORD) -> Ran:
    return boxoffice(f"auth login {name} --password-stdin --json", stdin=password)


def login_of(boxoffice: Commands) -> Path:
    return boxoffice.home / "session.json"


def mailed_code(boxoffice: Commands) -> bytes:
    """Return the code of the newest mail."""
    mails = sorted((boxoffice.home / "mail" / "new").iterdir(), key=lambda p: p.stat().st_mtime_ns)
    text = mails[-1].read_text("utf-8")
    return next(w for w in text.split() if len(w) == 8 and w.isalnum() and w.isupper()).encode()


def test_a_fresh_laptop_needs_no_login(boxoffice: Commands) -> None:
    boxoffice.has_event()

    assert boxoffice("auth whoami --json --fields name,role").json == {
        "name": "local",
        "role": "admin",
    }
    assert boxoffice("auth login rita --password-stdin --json").error["code"] == "staff.none"


def test_the_first_of_the_staff_ends_that(boxoffice: Commands) -> None:
    added = boxoffice("staff add rita --role admin --password-stdin --json", stdin=PASSWORD)

    assert (added.json["name"], added.json["role"]) == ("rita", "admin")
    assert "boxoffice auth login rita" in added.err
    for line in ("event list", "order list", "till open", "staff list", "auth whoami", "job list"):
        ran = boxoffice(f"{line} --json")
        assert (ran.code, ran.error["code"]) == (4, "login.needed")
        assert "boxoffice auth login" in ran.error["hint"]


def test_who_is_logged_in_acts_under_that_name(staffed: Commands) -> None:
    staffed.has_event()
    opened = staffed("till open --json").json

    assert opened["clerk"] == "rita"
    assert staffed("auth whoami --json").json["role"] == "admin"


def test_the_door_may_not_sell_or_give_money_back_and_nothing_changes(staffed: Commands) -> None:
    staffed.has_event()
    code = staffed.sells()["order"]["code"]
    before = staffed(f"order show {code} --json").json
    logs_in(staffed, "dora")

    for line in (
        f"order refund {code} --yes",
        "order sell -e noite -t 'Lote 1'",
        "staff add eve --role admin --machine",
        "staff list",
        "auth sessions --all",
        "event pause noite",
        "export run attendees -e noite --out x.csv",
    ):
        ran = staffed(f"{line} --json")
        assert (ran.code, ran.error["code"]) == (4, "forbidden"), line

    assert staffed(f"order show {code} --json").json == before
    log = [json.loads(row) for row in (staffed.home / "boxoffice.log").read_text().splitlines()]
    told = [(row["actor"], row["permission"]) for row in log if row["fact"] == "not allowed"]
    assert told[0] == ("dora", "refund")
    assert len(told) == 7


def test_programs_of_ours_need_no_login(staffed: Commands) -> None:
    staffed.has_event()
    staffed.sells("--buyer-name Rita --buyer-email rita@example.com")
    staffed("auth logout")

    assert staffed("job run --until-empty").code == 0
    assert staffed("doctor").code in {0, 8}
    assert staffed("staff roles --json").code == 0


def test_a_program_acts_by_a_token_in_a_file(staffed: Commands, tmp_path: Path) -> None:
    staffed.has_event()
    assert staffed("staff add nightly --role auditor --machine").code == 0
    path = tmp_path / "nightly.token"
    made = staffed("staff token nightly --json --out", str(path))
    assert made.json["days"] == 90
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().strip() not in made.out + made.err
    staffed("auth logout")
    cron = staffed.setting(token_file=str(path))

    assert cron("auth whoami --json --fields name,role").json == {
        "name": "nightly",
        "role": "auditor",
    }
    assert cron("event pause noite --json").error["code"] == "forbidden"
    assert staffed("staff token nightly --out", str(path)).code == 4
    (login,) = (row for row in logged(staffed) if row["kind"] == "machine")
    assert staffed(f"auth revoke {login['id']}").code == 0
    assert cron("event list --json").error["code"] == "login.invalid"


def logged(staffed: Commands) -> list[dict[str, str]]:
    """Log rita in, and return every login that stands."""
    logs_in(staffed)
    return staffed("auth sessions --all --json").rows


def test_the_login_is_a_private_file(staffed: Commands) -> None:
    assert login_of(staffed).stat().st_mode & 0o777 == 0o600
    assert set(json.loads(login_of(staffed).read_text())) == {
        "name",
        "access_token",
        "refresh_token",
    }


def is_a_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def is_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


def is_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir(0o700)


def says(**fields: object) -> Callable[[Path], object]:
    """Return what makes a login say something else as well."""
    return lambda path: path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def has_another_signature(path: Path) -> None:
    access = json.loads(path.read_text())["access_token"]
    says(access_token=access[:-9] + "AAAAAAAAA")(path)


TAMPERED: dict[str, Callable[[Path], object]] = {
    "a link": is_a_link,
    "a second name": lambda path: os.link(path, path.with_name("elsewhere")),
    "read by others": lambda path: path.chmod(0o644),
    "a pipe": is_a_pipe,
    "a folder": is_a_folder,
    "huge": says(name="x" * 10_000),
    "cut short": lambda path: path.write_text(path.read_text()[:-20]),
    "no text": lambda path: path.write_bytes(b"\xff\xfe\x00"),
    "a list": lambda path: path.write_text("[]"),
    "a number": says(access_token=7),
    "another name": says(name="root"),
    "one more field": says(role="admin"),
    "another signature": has_another_signature,
}


@pytest.mark.parametrize("how", TAMPERED)
def test_a_login_that_was_tampered_with_is_refused(on_sqlite: Commands, how: str) -> None:
    on_sqlite("staff add rita --role admin --password-stdin", stdin=PASSWORD)
    logs_in(on_sqlite)
    TAMPERED[how](login_of(on_sqlite))

    ran = on_sqlite("event list --json")

    assert (ran.code, ran.error["code"]) == (4, "login.invalid")


def test_logging_in_again_mends_it(on_sqlite: Commands) -> None:
    on_sqlite("staff add rita --role admin --password-stdin", stdin=PASSWORD)
    logs_in(on_sqlite)
    is_a_link(login_of(on_sqlite))

    assert logs_in(on_sqlite).code == 0

    assert not login_of(on_sqlite).is_symlink()
    assert on_sqlite("event list --json").code == 0


def test_a_copy_of_a_login_that_was_logged_out_is_worth_nothing(staffed: Commands) -> None:
    copy = login_of(staffed).read_bytes()
    assert staffed("auth logout --json").json == {"ended": True}
    assert staffed("auth logout --json").json == {"ended": False}
    login_of(staffed).touch(0o600)
    login_of(staffed).write_bytes(copy)

    assert staffed("event list --json").error["code"] == "login.over"


def test_a_changed_role_holds_at_the_next_command(staffed: Commands) -> None:
    dora = Commands("", staffed.home / "dora")
    dora.settings = staffed.settings | {"BOXOFFICE_HOME": str(dora.home)}
    logs_in(dora, "dora")
    assert dora("report courtesies --json").code in {0, 2}
    assert dora("staff list --json").error["code"] == "forbidden"

    staffed("staff role dora auditor")
    assert dora("staff list --json").code == 0
    staffed("staff disable dora")
    assert dora("staff list --json").error["code"] == "login.over"


def test_your_own_password_needs_the_old_one(staffed: Commands) -> None:
    wrong = staffed("staff passwd --password-stdin --json", stdin=NEW + NEW)
    assert wrong.error["code"] == "login.wrong"

    changed = staffed("staff passwd --password-stdin --json", stdin=PASSWORD + NEW)

    assert changed.json["name"] == "rita"
    assert staffed("event list --json").error["code"] == "login.over"
    assert logs_in(staffed, password=NEW).code == 0


def test_a_forgotten_password_comes_back_by_mail(staffed: Commands) -> None:
    assert staffed("auth verify").code == 0
    assert staffed("auth verify --with-code --password-stdin", stdin=mailed_code(staffed)).code == 0
    staffed("auth logout")
    known, unknown = staffed("auth reset rita"), staffed("auth reset ghost")
    assert (known.code, known.out) == (unknown.code, unknown.out)

    done = staffed(
        "auth reset rita --with-code --password-stdin", stdin=mailed_code(staffed) + b"\n" + NEW
    )

    assert done.code == 0, done.err
    assert logs_in(staffed, password=NEW).code == 0


def test_a_pin_is_set_and_taken_away(staffed: Commands) -> None:
    assert staffed("staff pin --password-stdin --json", stdin=b"2719\n").json["pin"] is True
    assert staffed("staff pin --remove --json").json["pin"] is False
    assert staffed("staff pin --password-stdin --json", stdin=b"1234\n").code == 2


def test_secrets_are_never_arguments_and_never_shown(staffed: Commands) -> None:
    for line in ("staff add eve --role door", "auth login rita", "staff passwd", "staff pin"):
        ran = staffed(f"{line} --password geheim --json")
        assert (ran.code, ran.error["code"]) == (2, "usage")
    logs_in(staffed, password=PASSWORD[1:])
    told = logs_in(staffed)

    log = (staffed.home / "boxoffice.log").read_text("utf-8")
    assert "wrong password" in log
    tokens = json.loads(login_of(staffed).read_text())
    for secret in (PASSWORD.decode().strip(), tokens["access_token"], tokens["refresh_token"]):
        assert secret not in told.out + told.err + log


def test_without_a_terminal_and_without_stdin_nobody_is_asked(on_sqlite: Commands) -> None:
    ran = on_sqlite("staff add rita --role admin --json")

    assert (ran.code, ran.error["code"]) == (2, "value.invalid")
    assert "--password-stdin" in ran.error["hint"]


def test_a_password_file_must_be_its_owners_alone(on_sqlite: Commands, tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_bytes(PASSWORD)
    path.chmod(0o644)
    add = "staff add rita --role admin --json --password-file"
    assert on_sqlite(add, str(path)).code == 2

    path.chmod(0o600)
    assert on_sqlite(add, str(path)).code == 0


@pytest.mark.parametrize(
    "name",
    ["", "a b", "[red]x", "\x1b[31mx", "'; DROP TABLE staff_member; --", "é", "-x", "x" * 99],
)
def test_hostile_names_are_refused_inert(on_sqlite: Commands, name: str) -> None:
    ran = on_sqlite("staff add --role admin --machine --json --", name)

    assert ran.code == 2
    assert "\x1b" not in ran.err
    assert on_sqlite("auth login --password-stdin --json --", name, stdin=PASSWORD).code in {2, 5}


def test_roles_are_one_table(on_sqlite: Commands) -> None:
    rows = on_sqlite("staff roles --json").rows

    assert [row["role"] for row in rows] == [
        "admin", "manager", "finance", "box_office", "door_lead", "door", "auditor",
    ]  # fmt: skip
    assert rows[5]["permissions"] == ["scan", "see_people"]
    lines = on_sqlite("staff roles").out.splitlines()
    assert "scan at the door\t✔\t✔\t·\t·\t✔\t✔\t·" in lines
