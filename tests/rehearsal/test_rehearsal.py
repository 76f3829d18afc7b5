"""A rehearsal sells and lets in for real, finds what is broken, and leaves nothing behind."""

from pathlib import Path

import pytest
from sqlalchemy import text

from boxoffice.db import Database
from boxoffice.errors import BadValue, Forbidden, Refused
from boxoffice.office import BoxOffice
from boxoffice.promos.create import create
from boxoffice.promos.models import PromoKind
from boxoffice.promos.rules import Terms
from boxoffice.rehearsal.drill import Drill
from boxoffice.rehearsal.play import rehearse
from boxoffice.rehearsal.report import Report
from boxoffice.rehearsal.setup import Setup, setup_of
from tests.leftovers import scratch_databases
from tests.making import AUDITOR, LOTE, SLUG, a_plan, a_sale, a_tier, an_event, counts

SHORT = Drill(rate=30, seconds=1, hands=2, desks=2, offline=1, seed=3)
# What nobody would write on purpose: when a tier is sold out, it has five places more.
_SQLITE_BUG = """
CREATE TRIGGER careless AFTER UPDATE OF places_left ON tier WHEN NEW.places_left = 0
BEGIN UPDATE tier SET places_left = 5 WHERE id = NEW.id; END
"""
_POSTGRES_BUG = (
    """
    CREATE FUNCTION careless() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF NEW.places_left = 0 THEN NEW.places_left := 5; END IF; RETURN NEW; END $$
    """,
    "CREATE TRIGGER careless BEFORE UPDATE ON tier FOR EACH ROW EXECUTE FUNCTION careless()",
)


def a_setup(office: BoxOffice) -> Setup:
    with office.reading() as session:
        return setup_of(session, office.actor, SLUG, now=office.now())


def wrong(report: Report) -> list[str]:
    return [check.what for check in report.checks if not check.is_right]


def test_a_sound_event_is_sold_out_once_and_its_books_agree(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(
        office,
        a_tier(LOTE, quota=10),
        a_tier("Lote 2", quota=20, after=LOTE),
        a_tier("Meia", quota=10, category="half"),
        fee_percent=10,
        capacity=35,
    )
    a_sale(office)
    with office.writing() as session:
        terms = Terms(PromoKind.PERCENT, value=5_000, uses_max=4)
        create(session, office.actor, SLUG, "AMIGO-DO-JOAO", terms, now=office.now())
    before = counts(office)
    drill = Drill(
        rate=30, seconds=1.5, hands=2, desks=2, offline=1, seed=3,
        faults=("letters_lost=20%", "error_500=10%", "letters_repeated=20%"),
    )  # fmt: skip

    report = rehearse(office.database, tmp_path, a_setup(office), drill)

    assert wrong(report) == [], report.troubles
    assert sum(report.sold.values()) <= 35
    assert report.outcomes["sold"] > 0
    assert report.verdicts["ok"] > 0
    assert report.verdicts["ok_unsynced"] > 0
    assert report.missing == []
    assert any("your 45 buyers in" in line for line in report.advice)
    assert counts(office) == before
    assert scratch_databases(office.settings.database_url) == []


def test_an_oversell_bug_is_found(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office, a_tier(LOTE, quota=6))

    def careless(scratch: BoxOffice) -> None:
        is_sqlite = scratch.database.is_sqlite
        with scratch.writing() as session:
            for statement in [_SQLITE_BUG] if is_sqlite else _POSTGRES_BUG:
                session.connection().execute(text(statement))

    report = rehearse(office.database, tmp_path, a_setup(office), SHORT, prepare=careless)

    assert f"{LOTE}: no place sold twice" in wrong(report)
    assert f"{LOTE}: places taken = tickets that hold one" in wrong(report)
    assert report.advice[0].startswith("do not open this sale: ")


def test_a_missing_index_is_named_with_what_it_costs(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)

    def slow(scratch: BoxOffice) -> None:
        with scratch.writing() as session:
            session.connection().execute(text("DROP INDEX payment_order"))

    report = rehearse(office.database, tmp_path, a_setup(office), SHORT, prepare=slow)

    assert [(one.name, one.table, one.columns) for one in report.missing] == [
        ("payment_order", "payment", ("order_id",))
    ]
    assert report.look_up is not None
    assert report.look_up.without_millis > 2 * report.look_up.with_millis
    (line,) = (line for line in report.advice if "payment_order" in line)
    assert "CREATE INDEX payment_order ON payment (order_id)" in line
    assert "without an index" in line


def test_nobody_who_bought_and_no_code_that_names_somebody_is_copied(office: BoxOffice) -> None:
    an_event(office)
    a_sale(office)
    with office.writing() as session:
        terms = Terms(PromoKind.AMOUNT, value=500, uses_max=3, tiers=(LOTE,), note="for João")
        create(session, office.actor, SLUG, "AMIGO-DO-JOAO", terms, now=office.now())

    setup = a_setup(office)

    assert setup.promos == {
        "REHEARSAL-1": Terms(PromoKind.AMOUNT, value=500, uses_max=3, tiers=(LOTE,))
    }
    assert "JOAO" not in repr(setup)
    assert "Rita" not in repr(setup)


def test_only_who_may_edit_an_event_rehearses_it(office: BoxOffice) -> None:
    an_event(office)

    with office.reading() as session, pytest.raises(Forbidden):
        setup_of(session, AUDITOR, SLUG, now=office.now())


def test_an_event_that_only_gives_away_has_nothing_to_rehearse(office: BoxOffice) -> None:
    an_event(office, a_tier("Cortesia", price="0", category="courtesy"))

    with pytest.raises(Refused, match="no tier that the public buys"):
        a_setup(office)


def test_a_fault_that_is_none_is_refused_before_anything_is_made(
    office: BoxOffice, tmp_path: Path
) -> None:
    an_event(office)
    drill = Drill(rate=1, seconds=1, faults=("letters_loft",))

    with pytest.raises(BadValue, match="did you mean letters_lost"):
        rehearse(office.database, tmp_path / "scratch", a_setup(office), drill)

    assert scratch_databases(office.settings.database_url) == []


def test_a_rehearsal_that_breaks_off_leaves_no_database(office: BoxOffice, tmp_path: Path) -> None:
    an_event(office)

    def broken(_scratch: BoxOffice) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rehearse(office.database, tmp_path, a_setup(office), SHORT, prepare=broken)

    assert scratch_databases(office.settings.database_url) == []


def test_who_may_make_no_database_is_told_how(postgres_url: str, tmp_path: Path) -> None:
    owner = Database(postgres_url)
    with owner.rewriting() as line:
        line.exec_driver_sql("CREATE ROLE modest LOGIN")
    modest = Database(str(owner.url.set(username="modest").render_as_string(hide_password=False)))
    setup = Setup(plan=a_plan(), promos={})
    try:
        with pytest.raises(Refused, match="may not create the scratch database") as refused:
            rehearse(modest, tmp_path, setup, SHORT)
    finally:
        modest.close()
        with owner.rewriting() as line:
            line.exec_driver_sql("DROP ROLE modest")
        owner.close()

    assert refused.value.case == "rehearsal.no_database"
    assert "CREATEDB" in refused.value.hint
