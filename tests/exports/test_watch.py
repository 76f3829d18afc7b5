"""Exports as people set them up: saved, scheduled, watched, verified."""

import json
import re
import shlex
from pathlib import Path

import pypdfium2
import pytest

from boxoffice.exports.asked import Asked
from boxoffice.office import BoxOffice
from tasks.exports import run_asked
from tests.commands import Commands
from tests.making import Clock, an_event

SAVED = """
[fin]
export = "attendees"
event = "noite"
columns = ["ticket", "tier"]
out = "fin-{date}.csv"
at = "0 6 * * *"
notify = "fin@example.com"
"""
RUN = "export run attendees -e noite --out"


@pytest.fixture
def selling(database_url: str, tmp_path: Path) -> Commands:
    made = Commands(database_url, tmp_path / "home", mail_url=f"maildir:{tmp_path}/mail")
    made.has_event()
    return made


def save(boxoffice: Commands, text: str = SAVED) -> None:
    (boxoffice.home / "exports.toml").write_text(text, encoding="utf-8")


def files(boxoffice: Commands) -> list[Path]:
    return sorted(boxoffice.home.glob("fin-*.csv"))


def test_a_saved_export_runs_by_its_name_and_says_nothing(selling: Commands) -> None:
    save(selling)
    selling.sells()

    ran = selling("export run fin")

    assert (ran.code, ran.out, ran.err) == (0, "", "")
    (out,) = files(selling)
    assert out.read_text().splitlines()[0] == "ticket,tier"
    assert json.loads(Path(f"{out}.manifest.json").read_bytes())["saved"] == "fin"


def test_flags_go_before_what_was_saved(selling: Commands, tmp_path: Path) -> None:
    save(selling)
    selling.sells()

    told = selling(f"export run fin --columns ticket --out {tmp_path}/x.jsonl --json").json

    assert told["format"] == "jsonl"
    assert set(json.loads((tmp_path / "x.jsonl").read_bytes())) == {"ticket"}


def test_saved_exports_are_listed_after_ours(selling: Commands) -> None:
    save(selling)

    told = selling("export list --json").rows[-1]

    assert (told["name"], told["saved"], told["at"]) == ("fin", True, "0 6 * * *")
    assert told["columns"] == ["ticket", "tier"]


def test_a_broken_file_is_told_by_its_line(selling: Commands) -> None:
    save(selling, SAVED + "kep = 3\n")

    ran = selling("export run fin --json")

    assert (ran.code, ran.error["code"]) == (2, "file.invalid")
    assert "did you mean keep?" in ran.error["hint"]


def test_a_name_that_is_not_there_is_told_with_those_that_are(selling: Commands) -> None:
    save(selling)

    ran = selling("export run finn --json")

    assert (ran.code, ran.error["code"]) == (3, "export.not_found")
    assert "fin" in ran.error["hint"].split(", ")
    assert selling("export run attendees --json").code == 2


def test_the_line_of_crontab_runs_without_our_shell(selling: Commands) -> None:
    save(selling)

    told = selling("export schedule fin --json").json

    line = told["crontab"].splitlines()[-1]
    assert line.startswith("0 6 * * * ")
    words = shlex.split(line.removeprefix("0 6 * * * ").replace("\\%", "%"))
    assert words[-7:] == ["export", "run", "fin", "--slot", "last", "--wait", "60s"]
    assert f"BOXOFFICE_HOME={selling.home}" in words
    program = next(word for word in words if "=" not in word)
    assert Path(program).is_absolute()
    assert Path(program).name == "boxoffice"


def test_no_secret_gets_into_a_crontab(selling: Commands) -> None:
    save(selling)
    secret = "a-very-secret-key"

    ran = selling.setting(asaas_api_key=secret)("export schedule fin")
    units = selling.setting(asaas_api_key=secret)("export schedule fin --systemd")

    assert "BOXOFFICE_ASAAS_API_KEY" in ran.err
    assert secret not in ran.out + ran.err + units.out + units.err
    assert re.search(r"^OnCalendar=\*-\*-\* 06:00:00 America/Sao_Paulo$", units.out, re.MULTILINE)


def test_a_schedule_without_a_time_is_refused(selling: Commands) -> None:
    save(selling, SAVED.replace('at = "0 6 * * *"\n', ""))

    assert selling("export schedule fin --json").code == 2
    assert selling('export schedule fin --at "0 6 * * 1" --json').json["at"] == "0 6 * * 1"


def test_an_export_that_was_not_written_lately_is_stale(selling: Commands) -> None:
    save(selling)
    assert selling("export status --max-age 26h").code == 8
    selling("export run fin")

    fresh = selling("export status --max-age 26h --json")
    old = selling("export status --max-age 0s --json")

    assert (fresh.code, fresh.rows[0]["ok"], fresh.rows[0]["rows"]) == (0, True, 0)
    assert (old.code, old.rows[0]["ok"]) == (8, False)


def test_a_failure_is_mailed_and_makes_it_unhealthy_until_it_runs_again(
    selling: Commands, tmp_path: Path
) -> None:
    save(selling)
    selling("export run fin")

    ran = selling("export run fin --event nowhere --json")

    assert (ran.code, ran.error["code"]) == (3, "event.not_found")
    assert len(list((tmp_path / "mail" / "new").glob("*"))) == 1
    sick = selling("export status --json")
    assert (sick.code, sick.rows[0]["problem"]) == (8, "there is no event nowhere.")
    selling("export run fin")
    assert selling("export status").code == 0


def test_nobody_is_told_who_did_not_ask(selling: Commands, tmp_path: Path) -> None:
    assert selling("export run attendees -e nowhere --out x.csv").code == 3
    assert not (tmp_path / "mail").exists()
    assert selling("export run attendees -e nowhere --out x.csv --notify a@example.com").code == 3
    assert len(list((tmp_path / "mail" / "new").glob("*"))) == 1


def test_an_old_file_that_cannot_be_deleted_is_a_part_that_failed(
    office: BoxOffice, clock: Clock, tmp_path: Path
) -> None:
    an_event(office)
    asked = Asked("attendees", f"{tmp_path}/{{date}}.csv", event="noite", keep=1)
    run_asked(office, office.actor, asked)
    (tmp_path / "2026-11-22.csv").unlink()
    (tmp_path / "2026-11-22.csv").mkdir()  # nobody deletes a folder as if it were a file
    clock.forward(days=1)

    _, pruned = run_asked(office, office.actor, asked)

    assert pruned == (0, 1)
    assert (tmp_path / "2026-11-23.csv").is_file()


def test_one_flipped_bit_is_noticed(selling: Commands, tmp_path: Path) -> None:
    selling.sells("--quantity 3")
    out = tmp_path / "x.csv"
    selling(RUN, str(out))
    whole = out.read_bytes()
    assert selling("export verify", str(out)).code == 0

    for at in range(0, len(whole), 37):
        flipped = bytearray(whole)
        flipped[at] ^= 1 << at % 8
        out.write_bytes(flipped)
        assert selling("export verify", str(out)).code == 8
    out.write_bytes(whole + b"\n")
    told = selling("export verify --json", str(out))

    assert (told.code, told.rows[0]["ok"]) == (8, False)


def test_a_file_without_its_manifest_is_not_believed(selling: Commands, tmp_path: Path) -> None:
    out = tmp_path / "x.csv"
    selling(RUN, str(out))
    Path(f"{out}.manifest.json").unlink()

    assert selling("export verify", str(out)).code == 8
    Path(f"{out}.manifest.json").write_text("[" * 99_999)
    assert selling("export verify", str(out)).code == 2


def test_a_door_list_is_printed_with_a_box_for_each_guest(
    selling: Commands, tmp_path: Path
) -> None:
    selling.sells("--quantity 9 --buyer-name", "Zé <b>&amp;</b>")
    out, again = tmp_path / "x.pdf", tmp_path / "y.pdf"

    assert selling("export run door-list -e noite --out", str(out)).code == 0
    selling("export run door-list -e noite --out", str(again))

    document = pypdfium2.PdfDocument(out.read_bytes())
    text = document[0].get_textpage().get_text_bounded()
    assert "9 na lista" in text
    assert (
        text.count("Zé <b>&amp;</b>") == 9 + 2
    )  # the head says whom the page begins and ends with
    assert out.read_bytes() == again.read_bytes()
    assert selling("export run orders --out", str(tmp_path / "z.pdf")).code == 2
