"""Every table, imported in one place so that the metadata is whole."""

from sqlmodel import SQLModel

import boxoffice.audit.models
import boxoffice.door.models
import boxoffice.events.models
import boxoffice.exports
import boxoffice.orders.models
import boxoffice.outbox.messages
import boxoffice.outbox.models
import boxoffice.payments.models
import boxoffice.tickets.models  # noqa: F401

metadata = SQLModel.metadata
