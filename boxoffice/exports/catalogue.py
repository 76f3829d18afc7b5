"""Every export that there is, by name."""

from types import MappingProxyType

from boxoffice.errors import NotFound
from boxoffice.exports.definition import Definition
from boxoffice.exports.definitions.attendees import ATTENDEES
from boxoffice.exports.definitions.audit import AUDIT
from boxoffice.exports.definitions.conflicts import CONFLICTS
from boxoffice.exports.definitions.courtesies import COURTESIES
from boxoffice.exports.definitions.door_list import DOOR_LIST
from boxoffice.exports.definitions.half_price import HALF_PRICE
from boxoffice.exports.definitions.orders import ORDERS
from boxoffice.exports.definitions.payments import PAYMENTS
from boxoffice.exports.definitions.promos import PROMOS
from boxoffice.exports.definitions.refunds import REFUNDS
from boxoffice.exports.definitions.scans import SCANS
from boxoffice.exports.definitions.till import TILL

DEFINITIONS: MappingProxyType[str, Definition] = MappingProxyType(
    {
        definition.name: definition
        for definition in (
            *(ATTENDEES, ORDERS, PAYMENTS, REFUNDS, TILL, SCANS, CONFLICTS),
            *(PROMOS, COURTESIES, HALF_PRICE, DOOR_LIST, AUDIT),
        )
    }
)


def definition_named(name: str) -> Definition:
    """Return the export of this name.

    Raises:
        NotFound: there is none.
    """
    found = DEFINITIONS.get(name)
    if found is None:
        raise NotFound("export", name[:40], hint="there are: " + ", ".join(DEFINITIONS))
    return found
