"""Add a member to the staff. The first one must be an admin, and ends the admin of the files."""

from datetime import datetime

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import NotLoggedIn, Refused
from boxoffice.inserts import insert_once
from boxoffice.staff.models import StaffMember
from boxoffice.staff.queries import MemberView, checked_name, has_staff, view_of
from boxoffice.staff.rules import LOCAL_ADMIN, Actor, Permission, Role


def add_member(
    session: WriteSession,
    actor: Actor,
    *,
    name: str,
    role: Role,
    password_hash: str,
    email: str = "",
    now: datetime,
) -> MemberView:
    """Add somebody; `password_hash` is `""` for a program, which gets a token instead.

    Raises:
        Forbidden: the actor may not change people, or is the admin that the first member ended.
        BadValue: the name cannot be one.
        Refused: the name is taken, or the first member is no admin with a password.
    """
    actor.must(Permission.STAFF)
    plain = checked_name(name)
    is_first = not has_staff(session)
    if not is_first and actor == LOCAL_ADMIN:
        raise NotLoggedIn("somebody was added before; log in.", hint="boxoffice auth login")
    if is_first and (role is not Role.ADMIN or not password_hash):
        raise Refused(
            "the first of the staff must be an admin with a password.",
            hint=f"boxoffice staff add {plain} --role admin",
            code="staff.first_admin",
        )
    assert role is not Role.SYSTEM, "that role is our workers' own"
    row = StaffMember(
        name=plain, role=role, email=email, password_hash=password_hash, created_at=now
    )
    # Race: two admins add one name at once.
    if not insert_once(session, row):
        raise Refused(
            f"there is a {plain} already.",
            hint="names are never given again; see them: boxoffice staff list",
            code="staff.exists",
        )
    record(session, actor, "staff.add", "staff", row.id, now=now, role=role)
    return view_of(row)
