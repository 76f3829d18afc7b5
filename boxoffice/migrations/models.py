"""Every table, imported in one place so that the metadata is whole."""

# ruff: noqa: F401  (a table is known once its module is imported)

from sqlmodel import SQLModel

import boxoffice.audit.models
import boxoffice.door.models
import boxoffice.events.models
import boxoffice.exports.models
import boxoffice.orders.models
import boxoffice.outbox.messages
import boxoffice.outbox.models
import boxoffice.payments.models
import boxoffice.privacy.models
import boxoffice.promos.models
import boxoffice.staff.models
import boxoffice.tickets.models
import boxoffice.till.models
from boxoffice.columns import with_conditions

metadata = with_conditions(SQLModel.metadata)
