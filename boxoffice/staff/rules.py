"""Who may do what: roles, permissions, and the actor that every changing verb is given."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from boxoffice.errors import Forbidden


class Permission(StrEnum):
    """One thing that somebody may do."""

    EDIT_EVENT = "edit an event"
    SELL = "sell and place orders"
    CANCEL_ORDER = "cancel an order"
    SCAN = "scan at the door"
    UNDO_SCAN = "undo a scan"
    OVERRIDE_DOOR = "let a guest in against the rules"
    ENROL_DESK = "enrol and revoke desks"
    RESOLVE_CONFLICT = "close a conflict of the door"
    SEE_PEOPLE = "see who bought and who comes"
    EXPORT = "export data"
    EXPORT_DOCUMENTS = "export whole document numbers"
    RUN_JOBS = "run jobs"
    KEEP_LETTERS = "keep and read letters"
    AUDIT = "read the audit"
    PRIVACY = "find, hand out and erase what is known of a person"
    BACKUP = "back up and restore everything"


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


_DOOR = {Permission.SCAN, Permission.SEE_PEOPLE}
_DOOR_LEAD = _DOOR | {
    Permission.UNDO_SCAN,
    Permission.OVERRIDE_DOOR,
    Permission.ENROL_DESK,
    Permission.RESOLVE_CONFLICT,
}
_COUNTER = {Permission.SELL, Permission.CANCEL_ORDER, Permission.SEE_PEOPLE}
PERMISSIONS: MappingProxyType[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.ADMIN: frozenset(Permission),
        Role.MANAGER: frozenset(_COUNTER | _DOOR_LEAD | {Permission.EDIT_EVENT, Permission.EXPORT}),
        Role.FINANCE: frozenset(
            {
                Permission.SEE_PEOPLE,
                Permission.EXPORT,
                Permission.EXPORT_DOCUMENTS,
                Permission.CANCEL_ORDER,
            }
        ),
        Role.BOX_OFFICE: frozenset(_COUNTER),
        Role.DOOR_LEAD: frozenset(_DOOR_LEAD),
        Role.DOOR: frozenset(_DOOR),
        Role.AUDITOR: frozenset({Permission.SEE_PEOPLE, Permission.EXPORT, Permission.AUDIT}),
        Role.SYSTEM: frozenset(
            {
                Permission.CANCEL_ORDER,
                Permission.EXPORT,  # what exports.toml says: whoever writes it holds our files
                Permission.EXPORT_DOCUMENTS,
                Permission.RUN_JOBS,
                Permission.KEEP_LETTERS,
                Permission.AUDIT,
                Permission.PRIVACY,
            }
        ),
    }
)


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
            raise Forbidden(
                f"{self.name} ({self.role}) may not {permission}.",
                hint="ask an admin for a role that may",
                permission=permission.name.lower(),
            )


LOCAL_ADMIN = Actor("local", Role.ADMIN)  # whoever holds the files of a fresh laptop
SYSTEM = Actor("system", Role.SYSTEM)
