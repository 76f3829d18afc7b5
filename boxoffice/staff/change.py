"""Change a member: the role, whether they may come in, the password, the PIN, the address."""

from datetime import datetime

from sqlmodel import col, or_, select

from boxoffice.audit.record import record
from boxoffice.db import WriteSession
from boxoffice.errors import BadValue, Refused
from boxoffice.staff.log_in import PASSWORD
from boxoffice.staff.models import StaffMember
from boxoffice.staff.queries import MemberView, held_member, member_named, view_of
from boxoffice.staff.rules import Actor, Permission, Role
from boxoffice.staff.sessions import end_sessions
from boxoffice.staff.tries import forget_tries

LIMIT_MINOR_MAX = 10**9  # ten million reais: above it is a slip of the hand


def change_role(
    session: WriteSession, actor: Actor, name: str, role: Role, *, now: datetime
) -> MemberView:
    """Give a member another role, from their very next command on.

    Raises:
        Forbidden: the actor may not change people.
        NotFound: nobody has this name.
        Refused: it is the last admin.
    """
    actor.must(Permission.STAFF)
    row = _held_with_admins(session, name, stays_admin=role is Role.ADMIN)
    before, row.role = row.role, role
    if before is not role:
        facts = {"before": before, "role": role}
        record(session, actor, "staff.role", "staff", row.id, now=now, **facts)
    return view_of(row)


def disable(session: WriteSession, actor: Actor, name: str, *, now: datetime) -> MemberView:
    """Let a member in no more, and end all their logins.

    Raises:
        Forbidden: the actor may not change people.
        NotFound: nobody has this name.
        Refused: it is the last admin.
    """
    actor.must(Permission.STAFF)
    row = _held_with_admins(session, name, stays_admin=False)
    if row.disabled_at is None:
        row.disabled_at = now
        ended = end_sessions(session, row.id, "disabled", now=now)
        record(session, actor, "staff.disable", "staff", row.id, now=now, logins=ended)
    return view_of(row)


def enable(session: WriteSession, actor: Actor, name: str, *, now: datetime) -> MemberView:
    """Let a member in again, who then logs in anew.

    Raises:
        Forbidden: the actor may not change people.
        NotFound: nobody has this name.
    """
    actor.must(Permission.STAFF)
    row = held_member(session, member_named(session, name).id)
    if row.disabled_at is not None:
        row.disabled_at = None
        record(session, actor, "staff.enable", "staff", row.id, now=now)
    return view_of(row)


def change_password(
    session: WriteSession, actor: Actor, name: str, password_hash: str, *, now: datetime
) -> int:
    """Give a member another password and end all their logins; return how many ended.

    The surface asks people for their own password before they change it.

    Raises:
        Forbidden: it is somebody else's, and the actor may not change people.
        NotFound: nobody has this name.
    """
    row = _own_or_managed(session, actor, name)
    row.password_hash = password_hash
    ended = end_sessions(session, row.id, "password", now=now)
    forget_tries(session, PASSWORD, row.name, now=now)
    record(session, actor, "staff.password", "staff", row.id, now=now, logins=ended)
    return ended


def change_email(
    session: WriteSession, actor: Actor, name: str, email: str, *, now: datetime
) -> MemberView:
    """Change where the codes of a member go; the new address is not proved yet.

    Raises:
        Forbidden: it is somebody else's, and the actor may not change people.
        NotFound: nobody has this name.
    """
    row = _own_or_managed(session, actor, name)
    if row.email != email:
        row.email, row.email_verified_at = email, None
        record(session, actor, "staff.email", "staff", row.id, now=now)
    return view_of(row)


def change_pin(session: WriteSession, actor: Actor, pin_hash: str, *, now: datetime) -> MemberView:
    """Give the actor another PIN, to approve with at somebody else's desk; `""` takes it away.

    Raises:
        NotFound: the actor is no member.
    """
    row = held_member(session, member_named(session, actor.name).id)
    row.pin_hash = pin_hash
    record(session, actor, "staff.pin", "staff", row.id, now=now, is_set=bool(pin_hash))
    return view_of(row)


def change_refund_limit(
    session: WriteSession, actor: Actor, name: str, limit_minor: int | None, *, now: datetime
) -> MemberView:
    """Say what a member gives back of one order alone, in minor units; `None` as the role has it.

    Raises:
        Forbidden: the actor may not change people.
        NotFound: nobody has this name.
        BadValue: it is less than nothing.
    """
    actor.must(Permission.STAFF)
    if limit_minor is not None and not 0 <= limit_minor <= LIMIT_MINOR_MAX:
        raise BadValue("the limit", f"is from 0 to {LIMIT_MINOR_MAX // 100}.")
    row = held_member(session, member_named(session, name).id)
    before, row.refund_limit_minor = row.refund_limit_minor, limit_minor
    if before != limit_minor:
        facts = {"before": before, "limit_minor": limit_minor}
        record(session, actor, "staff.refund_limit", "staff", row.id, now=now, **facts)
    return view_of(row)


def _own_or_managed(session: WriteSession, actor: Actor, name: str) -> StaffMember:
    if name.strip().lower() != actor.name:
        actor.must(Permission.STAFF)
    return held_member(session, member_named(session, name).id)


def _held_with_admins(session: WriteSession, name: str, *, stays_admin: bool) -> StaffMember:
    """Return a member, held with every admin; there must be one left who can log in."""
    wanted = member_named(session, name)
    # Race: two admins disable each other. All admins are held, in one order; the second sees that
    # it would be the last.
    rows = session.exec(
        select(StaffMember)
        .where(or_(col(StaffMember.role) == Role.ADMIN, col(StaffMember.id) == wanted.id))
        .order_by(col(StaffMember.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    (row,) = (found for found in rows if found.id == wanted.id)
    others = [
        found
        for found in rows
        if found is not row
        and found.role is Role.ADMIN
        and found.disabled_at is None
        and found.password_hash
    ]
    if row.role is Role.ADMIN and row.disabled_at is None and not stays_admin and not others:
        raise Refused(
            f"{row.name} is the last admin.",
            hint="make another first: boxoffice staff role NAME admin",
            code="staff.last_admin",
        )
    return row
