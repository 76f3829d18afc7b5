"""A plan checks every row, says what is wrong with each, and changes nothing."""

import json
from pathlib import Path

import pytest

from boxoffice.bulk.plan_file import read_plan, rows_beside, told_of, write_plan
from boxoffice.errors import BadFile, BadValue, EventNotOnSale, Forbidden, NotFound
from boxoffice.events.models import EventState
from boxoffice.events.publish import move
from boxoffice.office import BoxOffice
from boxoffice.orders.place import Wanted
from boxoffice.people import Person
from boxoffice.text import clean_in, shown
from tests.bulk.files import (
    ANA,
    BIA,
    CID,
    HEAD,
    a_file,
    applied,
    brought,
    kept,
    many,
    mode,
    planned,
    told,
)
from tests.making import (
    DOOR,
    RITA,
    SLUG,
    a_plan,
    a_sale,
    a_tier,
    an_event,
    counts,
)
from tests.making import (
    applied as event_applied,
)

TWO_TIERS = (a_tier(quota=10), a_tier("Lote 2", price="150,00", quota=5, after="Lote 1"))


@pytest.fixture
def selling(office: BoxOffice) -> BoxOffice:
    an_event(office, *TWO_TIERS)
    return office


def test_each_row_becomes_an_order_of_its_quantity(selling: BoxOffice) -> None:
    plan = planned(selling, a_file())

    ana = Person("Ana Lima", "ana@example.com", RITA.document, "", "Aurora", "Gerente")
    first, second, third = plan.orders
    assert (first.external_id, first.buyer, first.note) == ("P1", ana, "mesa 4")
    assert first.lines == (Wanted("Lote 1", 1, (ana,)),)
    assert (second.places, third.places) == ({"Lote 1": 2}, {"Lote 2": 1})
    assert plan.problems == ()
    assert plan.total_minor == 3 * 100_00 + 150_00


def test_rows_with_one_external_id_are_one_order(selling: BoxOffice) -> None:
    plan = planned(selling, a_file(ANA, BIA, ANA.replace("Ana Lima", "Eva").replace("mesa 4", "")))

    assert [order.rows for order in plan.orders] == [(2, 4), (3,)]
    assert [h.name for line in plan.orders[0].lines for h in line.holders] == ["Ana Lima", "Eva"]
    assert plan.orders[0].buyer.name == "Ana Lima"


def test_a_plan_changes_nothing(selling: BoxOffice, tmp_path: Path) -> None:
    before = counts(selling)
    kept(selling, a_file(), tmp_path)

    assert counts(selling) == before


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("P9;;;;;Lote 1;1;;", "line 2, column Nome: is empty."),
        ("P9;Eva;eva;;;Lote 1;1;;", "line 2, column E-mail: is not an e-mail address: "),
        ("P9;Eva;;111.111.111-11;;Lote 1;1;;", "line 2, column CPF: is not a CPF: "),
        ("P9;Eva;;;;Lote 9;1;;", "line 2, column Lote: 'Lote 9' is no tier of this event."),
        ("P9;Eva;;;;;1;;", "line 2, column Lote: is empty."),
        ("P9;Eva;;;;Lote 1;0;;", "line 2, column Qtd: is not a whole number from 1 to 100."),
        ("P9;Eva;;;;Lote 1;-1;;", "line 2, column Qtd: is not a whole number from 1 to 100."),
        ("P9;Eva;;;;Lote 1;1,5;;", "line 2, column Qtd: is not a whole number from 1 to 100."),
        ("P9;Eva;;;;Lote 1;101;;", "line 2, column Qtd: is not a whole number from 1 to 100."),
        ("P9;Eva;;;;Lote 1", "line 2: is not as wide as the header: 6 against 9 cells."),
        ("P9;E\x07va;;;;Lote 1;1;;", "line 2, column Nome: holds the control character U+0007."),
        ("P" * 121 + ";Eva;;;;Lote 1;1;;", "line 2, column Pedido: has 121 characters; "),
        ("P9;Eva;;;;Lote 1;11;;", "line 2: Lote 1 has 10 places left for this row; 11 needed."),
    ],
)
def test_a_bad_row_is_told_by_line_and_column_and_the_others_are_planned(
    selling: BoxOffice, row: str, problem: str
) -> None:
    plan = planned(selling, a_file(row, BIA))

    assert len(told(plan)) == 1
    assert told(plan)[0].startswith(problem)
    assert [order.external_id for order in plan.orders] == ["P2"]
    assert plan.bad_rows == 1


def test_an_order_is_not_brought_in_without_one_of_its_rows(selling: BoxOffice) -> None:
    bad = "P1;Eva;no address;;;Lote 1;1;;"
    ragged = "P2;Ivo;;Lote 1"
    unreadable = 'P3;"Leo"x;;;;Lote 1;1;;'
    leo = "P3;Leo Pai;;;;Lote 1;1;;"

    plan = planned(selling, a_file(ANA, BIA, leo, CID, bad, ragged, unreadable))

    assert [order.buyer.name for order in plan.orders] == ["Cid d'Ávila"]
    assert [problem.line for problem in plan.problems] == [2, 3, 4, 6, 7, 8]
    assert told(plan)[0] == "line 2: order P1 has another row, and that one is wrong."


def test_a_bad_row_spoils_no_order_whose_id_only_stands_in_another_column(
    selling: BoxOffice,
) -> None:
    plan = planned(selling, a_file("1;Ana;;;;Lote 1;2;;", "2;Bia;no address;;;Lote 1;1;;"))

    assert [order.external_id for order in plan.orders] == ["1"]
    assert [problem.line for problem in plan.problems] == [3]


def test_places_are_counted_over_the_whole_file_in_its_order(selling: BoxOffice) -> None:
    rows = [f"P{number};Ana;;;;Lote 2;2;;" for number in range(3)]

    plan = planned(selling, a_file(*rows, "P9;Eva;;;;Lote 2;1;;"))

    assert [order.external_id for order in plan.orders] == ["P0", "P1", "P9"]
    assert told(plan) == ["line 4: Lote 2 has 1 places left for this row; 2 needed."]


def test_the_capacity_of_the_event_counts_too(office: BoxOffice) -> None:
    an_event(office, *TWO_TIERS, capacity=3)

    plan = planned(office, a_file())

    assert told(plan) == ["line 4: noite has 0 places left for this row; 1 needed."]


def test_an_order_over_the_limit_of_places_is_told_at_each_of_its_rows(office: BoxOffice) -> None:
    an_event(office, a_tier(quota=300))

    plan = planned(office, a_file(*["P1;Ana;;;;;60;;"] * 2))

    what = "order P1 has 120 places; the limit is 100."
    assert told(plan) == [f"line 2: {what}", f"line 3: {what}"]


def test_the_same_row_twice_without_an_id_is_not_taken_for_two(selling: BoxOffice) -> None:
    plan = planned(selling, a_file(CID, ANA, CID))

    assert told(plan) == ["line 4: is the same as line 2."]
    assert [order.buyer.name for order in plan.orders] == ["Cid d'Ávila", "Ana Lima"]


def test_an_event_with_one_tier_needs_no_column_for_it(office: BoxOffice) -> None:
    an_event(office, a_tier("Pista"))

    plan = planned(office, a_file("Ana;7", head="Nome;Mesa"))

    assert [order.places for order in plan.orders] == [{"Pista": 1}]


def test_a_column_is_found_where_map_says(selling: BoxOffice) -> None:
    raw = a_file("Ana;Bia;Lote 1", head="Comprador;Nome;Setor")

    plan = planned(selling, raw, name="comprador", tier="Setor")

    assert plan.orders[0].buyer.name == "Ana"
    assert plan.sheet.columns == {"name": "Comprador", "tier": "Setor"}
    assert plan.sheet.ignored == ("Nome",)


@pytest.mark.parametrize("headings", [{"names": "Nome"}, {"email": "Correio"}])
def test_a_map_to_nowhere_is_refused(selling: BoxOffice, headings: dict[str, str]) -> None:
    with pytest.raises(BadValue):
        planned(selling, a_file(), **headings)


def test_tiers_that_differ_only_by_an_accent_must_be_named_exactly(office: BoxOffice) -> None:
    an_event(office, a_tier("Área"), a_tier("Area"))

    plan = planned(office, a_file("P1;Ana;;;;Área;1;;", "P2;Bia;;;;ÁREA;1;;"))

    assert [order.places for order in plan.orders] == [{"Área": 1}]
    assert told(plan) == ["line 3, column Lote: 'ÁREA' is no tier of this event."]


def test_a_plan_is_the_owners_alone_even_where_an_older_one_was_not(
    selling: BoxOffice, tmp_path: Path
) -> None:
    for path in (tmp_path / "plan.json", tmp_path / "plan.json.orders.jsonl"):
        path.write_text("old")
        path.chmod(0o644)

    path = kept(selling, a_file(), tmp_path)

    assert (mode(path), mode(rows_beside(path))) == (0o600, 0o600)


def test_a_plan_tells_counts_money_and_first_rows_with_the_documents_masked(
    selling: BoxOffice, tmp_path: Path
) -> None:
    path = kept(selling, a_file(ANA, BIA, "P9;;;;;Lote 1;1;;"), tmp_path)

    plan = json.loads(path.read_text("utf-8"))
    assert plan["counts"] == {
        "rows": 3, "bad": 1, "orders": 2, "tickets": 3, "already": 0, "with_email": 2,
    }  # fmt: skip
    assert plan["money"] == {"total_minor": 300_00, "currency": "BRL"}
    assert plan["first"][0]["buyer_document"] == "***.533.447-**"
    assert plan["problems"] == [{"line": 4, "column": "Nome", "problem": "is empty.", "hint": ""}]
    assert RITA.document not in path.read_text("utf-8")


def test_a_plan_reads_back_as_it_was(selling: BoxOffice, tmp_path: Path) -> None:
    plan = planned(selling, a_file())
    write_plan(plan, tmp_path / "p", source="a.csv", by="local", now=selling.now())

    assert read_plan(tmp_path / "p").orders == plan.orders


def test_hostile_names_reach_the_plan_file_as_nothing_that_acts(
    selling: BoxOffice, tmp_path: Path
) -> None:
    name = "=cmd|'/c calc'!A1 [red] <b>\u00ad"
    plan = planned(selling, a_file(f"P1;{name};;;;Lote 1;1;;"))
    source = "a\x1b[31m\u202e.csv"
    write_plan(plan, tmp_path / "p", source=source, by="local", now=selling.now())

    text = (tmp_path / "p").read_text("utf-8")
    assert [line for line in text.splitlines() if shown(line) != line] == []
    assert read_plan(tmp_path / "p").orders[0].buyer.name == clean_in(name, name="name")


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "null", '{"schema": "plan/2", "act": "order.import"}', "[" * 9_999]
)
def test_what_is_no_plan_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "p").write_text(content)
    (tmp_path / "p.orders.jsonl").write_text("")

    with pytest.raises(BadFile):
        read_plan(tmp_path / "p")


def test_orders_that_are_not_the_plans_own_are_refused(selling: BoxOffice, tmp_path: Path) -> None:
    path = kept(selling, a_file(), tmp_path)
    rows = rows_beside(path)
    rows.write_bytes(rows.read_bytes().replace(b'"quantity": 2', b'"quantity": 9'))

    with pytest.raises(BadFile, match="is not what"):
        applied(selling, path)


def test_a_plan_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_plan(tmp_path / "p")


def test_a_draft_may_be_filled_and_a_cancelled_event_may_not(office: BoxOffice) -> None:
    event_applied(office, a_plan(*TWO_TIERS))
    assert len(planned(office, a_file()).orders) == 3

    with office.writing() as session:
        move(session, office.actor, SLUG, EventState.CANCELLED, now=office.now())

    with pytest.raises(EventNotOnSale):
        planned(office, a_file())


def test_the_door_may_not_plan(selling: BoxOffice) -> None:
    selling.actor = DOOR

    with pytest.raises(Forbidden):
        planned(selling, a_file())


def test_what_is_in_already_is_counted_and_needs_no_place(
    selling: BoxOffice, tmp_path: Path
) -> None:
    brought(selling, a_file(), tmp_path)
    a_sale(selling, ("Lote 1", 7))

    plan = planned(selling, a_file())

    assert (plan.orders, plan.problems, plan.already) == ((), (), 3)
    assert told_of(plan)["counts"]["tickets"] == 0


def test_headings_alone_make_an_empty_plan(selling: BoxOffice) -> None:
    assert planned(selling, (HEAD + "\n").encode()).orders == ()


def test_a_file_of_more_rows_than_one_plan_takes_is_refused_whole(
    selling: BoxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("boxoffice.bulk.plan.ROWS_MAX", 3)

    with pytest.raises(BadValue, match="has 4 rows; the limit of one plan is 3") as refusal:
        planned(selling, many(4))

    assert "split it" in refusal.value.hint
    assert len(planned(selling, many(3)).orders) == 3
