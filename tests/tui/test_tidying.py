"""Memory is tidied while nobody waits."""

import gc

import pytest

from boxoffice.door.models import Source
from boxoffice.door.queries import door_stats, gate_at
from boxoffice.door.rules import Asked, Verdict
from boxoffice.office import BoxOffice
from tests.making import LOTE, SLUG, a_sale, a_tier, an_event, codes_of
from tui.desk import LocalDesk
from tui.tidying import untidied


def test_nothing_is_tidied_until_all_is_loaded() -> None:
    with untidied() as loaded:
        assert not gc.isenabled()
        loaded()

        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    assert gc.get_freeze_count() == 0


def test_a_start_that_fails_leaves_memory_tidied_as_before() -> None:
    with pytest.raises(ValueError, match="no such list"), untidied():
        raise ValueError("no such list")

    assert gc.isenabled()


def test_getting_ready_leaves_no_scan_behind(office: BoxOffice) -> None:
    an_event(office, a_tier(LOTE))
    desk = LocalDesk(office, SLUG, None, "A")

    desk.warm()

    with office.reading() as session:
        assert door_stats(session, gate_at(session, SLUG, None)).scans == 0
    code, *_ = codes_of(a_sale(office, (LOTE, 1)))
    asked = Asked()
    assert desk.scan(code, nonce="1", asked=asked, source=Source.SCANNER).verdict is Verdict.OK
