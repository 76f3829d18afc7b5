"""A month through a gateway with every fault on ends with the books of a month without any."""

from pathlib import Path

import pytest

from boxoffice.migrations.run import upgrade
from boxoffice.sandbox.faults import Faults
from tests.journeys.month import STORM, month


@pytest.mark.parametrize(("database", "orders"), [("sqlite", 200), ("postgres", 40)])
def test_a_month_of_faults_ends_with_equal_books_and_nobody_charged_twice(
    request: pytest.FixtureRequest, tmp_path: Path, database: str, orders: int
) -> None:
    url: str = request.getfixturevalue(f"{database}_url")
    calm_url = f"sqlite:///{tmp_path / 'calm.sqlite'}"
    upgrade(calm_url)

    calm = month(calm_url, tmp_path / "calm", orders, Faults())
    stormy = month(url, tmp_path / "stormy", orders, STORM)

    assert stormy == calm
    assert (stormy.charged_twice, stormy.agree) == (0, True)
    assert stormy.received_minor == orders * 4 // 5 * 10_000
