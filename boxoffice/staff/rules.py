"""Who may do what: roles, permissions, and the actor that every changing verb is given."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from boxoffice.errors import Forbidden
from boxoffice.log import log


class Permission(StrEnum):
    """One thing that somebody may do."""

    EDIT_EVENT = "edit an event"
    CANCEL_EVENT = "cancel a whole event"
    INVITE = "give places away by campaign"
    SELL = "sell and place orders"
    IMPORT = "import orders sold elsewhere"
    CANCEL_ORDER = "cancel an order"
    DROP_TICKET = "drop or block a ticket"
    REFUND = "give money back"
    APPROVE_REFUND = "give back what no drawer holds, and approve it for others"
    SETTLE_LATE = "decide what becomes of late money"
    SCAN = "scan at the door"
    UNDO_SCAN = "undo a scan"
    OVERRIDE_DOOR = "let a guest in against the rules"
    ENROL_DESK = "enrol and revoke desks"
    RESOLVE_CONFLICT = "close a conflict of the door"
    SEE_PEOPLE = "see who bought and who comes"
    EXPORT = "export data"
    EXPORT_DOCUMENTS = "see and export whole document numbers"
    AUDIT = "read the audit"
    PRIVACY = "answer and erase for a person"
    STAFF = "add people and change what they may do"
    BACKUP = "back up and restore"
    RUN_JOBS = "run jobs"
    KEEP_LETTERS = "keep and read letters"


class Role(StrEnum):
    """A bundle of permissions that a person or a program holds."""

    ADMIN = "admin"
    MANAGER = "manager"
    FINANCE = "finance"
    BOX_OFFICE = "box_office"
    DOOR_LEAD = "door_lead"
    DOOR = "door"
    AUDITOR = "auditor"
    SYSTEM = "system"  # our own workers


HUMAN_ROLES = tuple(role for role in Role if role is not Role.SYSTEM)

_P = Permission
_DOOR = {_P.SCAN, _P.SEE_PEOPLE}
_DOOR_LEAD = _DOOR | {_P.UNDO_SCAN, _P.OVERRIDE_DOOR, _P.ENROL_DESK, _P.RESOLVE_CONFLICT}
# A clerk gives cash back too, out of a drawer that is counted.
_COUNTER = {_P.SELL, _P.CANCEL_ORDER, _P.DROP_TICKET, _P.REFUND, _P.SEE_PEOPLE}
_MONEY = {_P.CANCEL_ORDER, _P.DROP_TICKET, _P.REFUND, _P.APPROVE_REFUND, _P.SETTLE_LATE}
_MONEY |= {_P.SEE_PEOPLE, _P.EXPORT}
PERMISSIONS: MappingProxyType[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.ADMIN: frozenset(Permission),
        Role.MANAGER: frozenset(
            _COUNTER
            | _DOOR_LEAD
            | _MONEY
            | {_P.EDIT_EVENT, _P.CANCEL_EVENT, _P.INVITE, _P.IMPORT, _P.RUN_JOBS}
        ),
        Role.FINANCE: frozenset(_MONEY | {_P.EXPORT_DOCUMENTS, _P.AUDIT}),
        Role.BOX_OFFICE: frozenset(_COUNTER),
        Role.DOOR_LEAD: frozenset(_DOOR_LEAD),
        Role.DOOR: frozenset(_DOOR),
        Role.AUDITOR: frozenset({_P.SEE_PEOPLE, _P.EXPORT, _P.AUDIT}),
        # What exports.toml says: whoever writes it holds our files.
        Role.SYSTEM: frozenset(
            {_P.CANCEL_ORDER, _P.DROP_TICKET, _P.RUN_JOBS, _P.KEEP_LETTERS, _P.AUDIT, _P.PRIVACY}
            | {_P.EXPORT, _P.EXPORT_DOCUMENTS}
        ),
    }
)

# What a role gives back of one order without a second person, in minor units; others any sum.
REFUND_LIMITS: MappingProxyType[Role, int] = MappingProxyType({Role.BOX_OFFICE: 50_000})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `name` goes into the audit; it is a staff name, never a buyer's."""

    name: str
    role: Role

    def may(self, permission: Permission) -> bool:
        """Say whether this actor may do it."""
        return permission in PERMISSIONS[self.role]

    def must(self, permission: Permission) -> None:
        """Stop here unless this actor may do it.

        Raises:
            Forbidden: the actor's role lacks the permission.
        """
        if not self.may(permission):
            facts = {"actor": self.name, "permission": permission.name.lower()}
            log.warning("not allowed", extra=facts)
            raise Forbidden(
                f"{self.name} ({self.role}) may not {permission}.",
                hint="ask an admin for a role that may; see them all: boxoffice staff roles",
                permission=permission.name.lower(),
            )


LOCAL_ADMIN = Actor("local", Role.ADMIN)  # whoever holds the files of a fresh laptop
SYSTEM = Actor("system", Role.SYSTEM)
