"""Saved exports: read from exports.toml, named for their moment, kept so many at a time."""

import json
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from boxoffice.errors import BadFile, BadValue, NotFound
from boxoffice.exports.asked import Asked
from boxoffice.exports.formats import Format
from boxoffice.exports.models import ExportRun
from boxoffice.exports.naming import out_named
from boxoffice.exports.saved import read_saved, saved_named
from boxoffice.office import BoxOffice
from tasks.exports import run_asked
from tests.making import NOON, SLUG, Clock, a_sale, an_event, rows

BRAZIL = ZoneInfo("America/Sao_Paulo")
FINE = '[fin]\nexport = "orders"\nout = "fin.csv"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "exports.toml"
    path.write_text(text, encoding="utf-8")
    return path


def named(out: str, event: str | None = SLUG, form: Format = Format.CSV) -> str:
    return out_named(out, export="fin", event=event, form=form, at=NOON, zone=BRAZIL)


def test_a_saved_export_says_all_that_flags_say(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        [fin]
        export = "orders"
        event = "noite"
        columns = ["order", "total"]
        where = ["state=paid", "total>=100"]
        format = "excel-br"
        out = "/srv/{event}-{date}.csv"
        since = "last"
        as_of = "-1d"
        keep = 14
        at = "0 6 * * *"
        timezone = "Europe/Lisbon"
        notify = "fin@Example.com"
        with_documents = true
        """,
    )

    fin = saved_named(path, "fin")

    assert fin.asked == Asked(
        export="orders",
        out="/srv/{event}-{date}.csv",
        name="fin",
        event="noite",
        format="excel-br",
        columns=("order", "total"),
        where=("state=paid", "total>=100"),
        since="last",
        as_of="-1d",
        has_documents=True,
        keep=14,
    )
    assert fin.at is not None
    assert (fin.at.text, fin.zone.key, fin.notify) == (
        "0 6 * * *",
        "Europe/Lisbon",
        "fin@example.com",
    )


def test_without_a_file_nothing_is_saved(tmp_path: Path) -> None:
    assert read_saved(tmp_path / "exports.toml") == {}
    with pytest.raises(NotFound):
        saved_named(tmp_path / "exports.toml", "fin")


def test_a_relative_place_lies_beside_the_file(tmp_path: Path) -> None:
    fin = saved_named(written(tmp_path, FINE), "fin")

    assert fin.asked.out == str(tmp_path.resolve() / "fin.csv")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[fin", "cannot be read"),
        ("x = 1", "no table"),
        ('["../x"]\nexport = "orders"\nout = "a"', "the name"),
        ('["a\\u0000"]\nexport = "orders"\nout = "a"', "the name"),
        ('[orders]\nexport = "orders"\nout = "a"', "the name"),
        ('[fin]\nout = "a"', "export is missing"),
        ('[fin]\nexport = "orders"', "out is missing"),
        ('[fin]\nexport = "nothing"\nout = "a"', "there is no export"),
        (FINE + 'colums = ["a"]', "colums is not known"),
        (FINE + 'columns = ["nope"]', "no column"),
        (FINE + 'columns = "order"', "another kind"),
        (FINE + "columns = []", "names a column twice"),
        (FINE + "keep = 0", "another kind"),
        (FINE + "keep = true", "another kind"),
        (FINE + 'keep = "3"', "another kind"),
        (FINE + 'at = "daily"', "no time of crontab"),
        (FINE + 'timezone = "Mars/Base"', "not a time zone"),
        (FINE + 'notify = "nobody"', "notify"),
        (FINE + 'notify = "a@example.com\\nBcc: b@example.com"', "notify"),
        (FINE + "with_documents = 1", "another kind"),
        ('[fin]\nexport = "orders"\nout = "../x.csv"', "leads out"),
        ('[fin]\nexport = "orders"\nout = "a/../../x.csv"', "leads out"),
        ('[fin]\nexport = "orders"\nout = "link/x.csv"', "leads out"),
        ('[fin]\nexport = "orders"\nout = "a\\u0000.csv"', "no file name"),
        ('[fin]\nexport = "orders"\nout = "-"', "no file name"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_name(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "link").symlink_to("/")

    with pytest.raises(BadFile, match=problem):
        read_saved(written(tmp_path, text))


@pytest.mark.parametrize(
    ("out", "name"),
    [
        ("a.csv", "a.csv"),
        ("-", "-"),
        ("/x/{event}-{date}-{time}.csv", "/x/noite-2026-11-22-120000.csv"),
        ("s3://b/{event}/{date}.csv", "s3://b/noite/2026-11-22.csv"),
        ("/nowhere/", "/nowhere/fin-noite-2026-11-22-120000.csv"),
        ("s3://b/night/", "s3://b/night/fin-noite-2026-11-22-120000.csv"),
    ],
)
def test_a_file_is_named_for_its_moment(out: str, name: str) -> None:
    assert named(out) == name


def test_a_file_of_all_events_is_named_for_all() -> None:
    assert named("{event}.csv", event=None) == "all.csv"
    assert named("/x/", event=None, form=Format.EXCEL_BR) == "/x/fin-2026-11-22-120000.csv"


def test_a_folder_that_is_there_gets_a_file(tmp_path: Path) -> None:
    assert named(str(tmp_path)) == f"{tmp_path}/fin-noite-2026-11-22-120000.csv"


@pytest.mark.parametrize("out", ["", "a\0b", "a\nb", "{name}.csv", "{", "}", "{date", "\x1b[2J"])
def test_what_names_no_file_is_refused(out: str) -> None:
    with pytest.raises(BadValue):
        named(out)


def test_so_many_files_are_kept_and_nothing_else_is_touched(
    office: BoxOffice, clock: Clock, tmp_path: Path
) -> None:
    an_event(office)
    a_sale(office)
    folder = tmp_path / "out"
    folder.mkdir()
    asked = Asked("attendees", f"{folder}/{{date}}.csv", event=SLUG, keep=2)
    mine = folder / "2026-01-01.csv"
    mine.write_text("somebody's own")
    run_asked(office, office.actor, Asked("orders", f"{folder}/{{date}}.jsonl", event=SLUG))

    for day in range(5):
        run_asked(office, office.actor, asked)
        if day == 1:  # somebody put a file of theirs in the place of ours
            (folder / "2026-11-23.csv").write_text("theirs")
            (folder / "2026-11-23.csv.manifest.json").write_text(json.dumps({"run": "theirs"}))
        clock.forward(days=1)

    assert sorted(path.name for path in folder.glob("*.*") if path.name[0] != ".") == [
        "2026-01-01.csv",
        "2026-11-22.jsonl",
        "2026-11-22.jsonl.manifest.json",
        "2026-11-23.csv",
        "2026-11-23.csv.manifest.json",
        "2026-11-25.csv",
        "2026-11-25.csv.manifest.json",
        "2026-11-26.csv",
        "2026-11-26.csv.manifest.json",
    ]
    gone = [run for run in rows(office, ExportRun) if not run.destination]
    assert len(gone) == 3


def test_a_run_that_fails_deletes_nothing(office: BoxOffice, clock: Clock, tmp_path: Path) -> None:
    an_event(office)
    asked = Asked("attendees", f"{tmp_path}/{{date}}.csv", event=SLUG, keep=1)
    run_asked(office, office.actor, asked)
    clock.forward(days=1)

    with pytest.raises(BadValue):
        run_asked(office, office.actor, replace(asked, where=("nope=1",)))

    assert (tmp_path / "2026-11-22.csv").is_file()


def test_files_named_for_their_moment_share_one_memory(
    office: BoxOffice, clock: Clock, tmp_path: Path
) -> None:
    an_event(office)
    asked = Asked("attendees", f"{tmp_path}/{{time}}.csv", event=SLUG, since="last")
    a_sale(office)

    counts = []
    for _ in range(3):
        counts.append(run_asked(office, office.actor, asked)[0].rows)
        clock.forward(minutes=1)
        if len(counts) == 2:
            a_sale(office)

    assert counts == [1, 0, 1]
