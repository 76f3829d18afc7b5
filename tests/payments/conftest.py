"""An office whose gateway is the truth in memory."""

import pytest

from boxoffice.office import BoxOffice
from tests.payments.truth import Truth


@pytest.fixture
def truth(office: BoxOffice) -> Truth:
    made = Truth()
    office.provider = made
    return made
