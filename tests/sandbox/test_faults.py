"""Misbehaviour to order: counts, rates, and what people type."""

from typing import Any

import httpx
import pytest

from boxoffice.sandbox.faults import FaultBoard, Faults, abouts, fault_of, knobs_of, read_faults
from boxoffice.sandbox.ledger import Sandbox
from tests.sandbox.charges import a_charge


def drawn(seed: int, name: str = "error_500") -> list[bool]:
    board = FaultBoard(seed=seed)
    board.set(read_faults({name: "30%"}))
    return [board.take(name) for _ in range(200)]


def test_a_rate_is_drawn_from_its_seed() -> None:
    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    assert drawn(1) != drawn(1, "too_many")
    assert 30 < sum(drawn(1)) < 90


def test_one_fault_does_not_change_the_luck_of_another() -> None:
    board = FaultBoard(seed=1)
    board.set(read_faults({"error_500": "30%", "too_many": "50%"}))

    taken = []
    for _ in range(200):
        board.take("too_many")
        taken.append(board.take("error_500"))

    assert taken == drawn(1)


@pytest.mark.parametrize(("rate", "count"), [("0%", 0), ("100%", 50), ("999%", 50)])
def test_never_and_always_are_rates_too(rate: str, count: int) -> None:
    board = FaultBoard()
    board.set(read_faults({"letters_lost": rate}))

    assert sum(board.take("letters_lost") for _ in range(50)) == count


def test_a_count_takes_the_place_of_a_rate_and_runs_down() -> None:
    board = FaultBoard()
    board.set(read_faults({"error_500": "100%"}))
    board.set(read_faults({"error_500": 2}, beside=board.now))

    assert [board.take("error_500") for _ in range(4)] == [True, True, False, False]


@pytest.mark.parametrize(
    ("text", "knob"),
    [
        ("late-boleto", ("late_boleto", 1)),
        ("error_500=3", ("error_500", 3)),
        ("error_500=20%", ("error_500", "20%")),
        ("letters_unknown", ("letters_unknown", True)),
        ("letters-unknown=off", ("letters_unknown", False)),
        ("latency_ms=250", ("latency_ms", 250)),
    ],
)
def test_faults_are_read_as_people_type_them(text: str, knob: tuple[str, Any]) -> None:
    assert fault_of(text) == knob


@pytest.mark.parametrize("text", ["late_boletos", "", "=3", "letters_unknown=perhaps"])
def test_a_fault_that_is_none_cannot_be_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"fault|on or off"):
        fault_of(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("error_500", -1),
        ("error_500", "lots"),
        ("error_500", 1.5),
        ("error_500", True),
        ("letters_unknown", "20%"),
        ("latency_ms", "20%"),
        ("latency_ms", 60_001),
        ("percent", ()),
    ],
)
def test_a_value_that_is_not_of_its_kind_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=name):
        read_faults({name: value})


def test_every_knob_is_told_and_reads_back() -> None:
    faults = read_faults({"letters_lost": "20%", "late_boleto": 3, "fields_unknown": True})

    assert read_faults(knobs_of(faults)) == faults
    assert set(abouts()) == set(knobs_of(Faults()))


def test_the_panel_changes_some_knobs_or_all(client: httpx.Client) -> None:
    client.post("/sandbox/faults", json={"late_boleto": 1})
    changed = client.patch("/sandbox/faults", json={"refund_stuck": "10%"}).json()
    replaced = client.post("/sandbox/faults", json={"refund_stuck": 2}).json()

    told = {row["name"]: row["value"] for row in client.get("/sandbox/faults").json()["data"]}
    assert (changed["late_boleto"], changed["refund_stuck"]) == (1, "10%")
    assert (replaced["late_boleto"], replaced["refund_stuck"]) == (0, 2)
    assert told == replaced


def test_calls_fail_at_their_rate_and_alike_each_time(
    sandbox: Sandbox, client: httpx.Client
) -> None:
    a_charge(sandbox)
    sandbox.board.set(read_faults({"too_many": "50%"}))

    statuses = [client.get("/v3/payments").status_code for _ in range(40)]

    assert [status == 429 for status in statuses] == drawn_half()
    assert set(statuses) == {200, 429}


def drawn_half() -> list[bool]:
    board = FaultBoard()
    board.set(read_faults({"too_many": "50%"}))
    return [board.take("too_many") for _ in range(40)]
