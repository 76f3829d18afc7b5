"""A scan by hand: the statements that the verb runs, one by one, for a guest who comes in."""

from collections.abc import Callable, Iterator
from typing import Any

from boxoffice.door.scan import new_nonce
from boxoffice.ids import new_id
from boxoffice.tickets.issue import digest_of
from tests.bench.databases import DAY
from tests.bench.raw import Raw, RawPostgres, insert
from tests.making import NOON

STATEMENTS = {"sqlite": 5, "postgres": 6}

_GATE = (
    "SELECT door_list.id, door_list.name, policy, door_list.opens_at, door_list.closes_at, room, "
    "takes_payment, event.id, slug, timezone, event.state, tier_id FROM door_list "
    "JOIN event ON event.id = door_list.event_id "
    "LEFT JOIN door_list_tier ON door_list_tier.list_id = door_list.id "
    "WHERE slug = ? ORDER BY turn, door_list.name"
)
_SHARE = "SELECT id FROM ticket WHERE id = ? FOR KEY SHARE"
_TICKET = (
    "SELECT ticket.id, ticket.event_id, ticket.tier_id, ticket.number, ticket.state, "
    "ticket.attention, ticket.holder_name, ticket.holder_company, tier.name, tier.category, "
    "orders.code, orders.state FROM ticket JOIN tier ON tier.id = ticket.tier_id "
    "JOIN orders ON orders.id = ticket.order_id WHERE ticket.code_digest = ?"
)
_ENTRIES = (
    "SELECT slot, entered_at, left_at, scan_id FROM entry WHERE list_id = ? AND ticket_id = ? "
    "ORDER BY entered_at, slot"
)


def raw_scans(raw: Raw, codes: Iterator[str]) -> Callable[[], None]:
    """Return a step that admits the next guest, in a transaction of its own."""

    def step() -> None:
        nonce, digest, scan_id = new_nonce(), digest_of(next(codes)), raw.value(new_id())
        with raw.transaction():
            door = raw.run(_GATE, [DAY]).fetchall()[0]
            ticket = raw.run(_TICKET, [digest]).fetchone()
            if isinstance(raw, RawPostgres):
                raw.run(_SHARE, [ticket[0]]).fetchone()
            raw.run(_ENTRIES, [door[0], ticket[0]]).fetchall()
            place = {"list_id": door[0], "ticket_id": ticket[0]}
            _admit(raw, place, scan_id, nonce=nonce, digest=digest)

    return step


def _admit(raw: Raw, place: dict[str, Any], scan_id: Any, *, nonce: str, digest: str) -> None:
    now = raw.value(NOON)
    entry = place | {"slot": "", "scan_id": scan_id, "entered_at": now, "left_at": None}
    scan = place | {
        "id": scan_id,
        "nonce": nonce,
        "gate": "A",
        "direction": "in",
        "scanned_at": now,
        "mode": "online",
        "source": "scanner",
        "unknown_text": None,
        "verdict": "ok",
        "operator": "dora",
        "annuls_id": None,
        "text_digest": digest,
        "first_scan_id": None,
        "proof": None,
        "reason": "",
        "approved_by": "",
        "desk_id": None,
        "desk_sequence": None,
        "device_at": None,
        "received_at": None,
        "skew_seconds": 0,
        "snapshot_at": None,
        "server_verdict": None,
    }
    for table, row in (("entry", entry), ("scan", scan)):
        sql, values = insert(table, row)
        kept = raw.run(f"{sql} ON CONFLICT DO NOTHING", values).rowcount
        assert kept == 1, "every guest is shown once"
