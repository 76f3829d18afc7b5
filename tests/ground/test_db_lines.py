"""Writing past the unit of work: savepoints still hold, and rows told together go in together."""

from sqlalchemy import text

from boxoffice.audit.models import AuditEntry
from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.ids import new_id
from boxoffice.inserts import insert_rows, together
from boxoffice.office import BoxOffice
from boxoffice.orders.models import SearchTerm
from boxoffice.staff.rules import LOCAL_ADMIN
from tests.making import NOON, an_event, an_order, rows


def told(office: BoxOffice) -> list[str]:
    return sorted(row.verb for row in rows(office, AuditEntry))


def tell(session: WriteSession, verb: str) -> None:
    record(session, LOCAL_ADMIN, verb, "order", new_id(), now=NOON)


def test_what_is_written_in_a_savepoint_goes_with_it(office: BoxOffice) -> None:
    with office.writing() as session:
        tell(session, "first")
        savepoint = session.begin_nested()
        tell(session, "second")
        savepoint.rollback()
        tell(session, "third")
        with session.begin_nested():
            tell(session, "fourth")

    assert told(office) == ["first", "fourth", "third"]


def test_rows_told_together_go_in_at_the_end_or_not_at_all(office: BoxOffice) -> None:
    an_event(office)
    order = an_order(office)
    before = told(office)

    with office.writing() as session:
        with together(session):
            insert_rows(session, SearchTerm, [{"term": "azul", "order_id": order.id}])
            tell(session, "zz.one")
            tell(session, "zz.two")
        savepoint = session.begin_nested()
        with together(session):
            tell(session, "zz.three")
        savepoint.rollback()
        tell(session, "zz.four")

    assert told(office) == [*before, "zz.four", "zz.one", "zz.two"]
    assert "azul" in {row.term for row in rows(office, SearchTerm)}


def test_more_rows_than_fit_into_one_statement_go_in(office: BoxOffice) -> None:
    an_event(office)
    order = an_order(office)
    terms = [{"term": f"w{number:03}", "order_id": order.id} for number in range(250)]

    with office.writing() as session:
        insert_rows(session, SearchTerm, terms)

    with office.reading() as session:
        count = session.connection().execute(
            text(
                "SELECT count(*) FROM search_term WHERE term >= 'w000' AND term <= 'w999' "
                "AND length(term) = 4"
            )
        )
        assert count.scalar_one() == 250
