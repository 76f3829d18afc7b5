"""A member of the staff, as commands show one."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from boxoffice.staff.queries import MemberView


def member_json(member: "MemberView") -> dict[str, Any]:
    """Return a member as JSON has one."""
    from boxoffice.times import iso

    return {
        "name": member.name,
        "role": member.role,
        "state": "disabled" if member.disabled_at else "active",
        "email": member.email,
        "email_verified": member.is_verified,
        "pin": member.has_pin,
        "refund_limit_minor": member.refund_limit_minor,
        "created_at": iso(member.created_at),
        "disabled_at": iso(member.disabled_at),
    }


def show_member(member: "MemberView", *, as_json: bool, fields: str | None) -> None:
    """Show one member."""
    from boxoffice.cli import show

    told = member_json(member)
    if as_json:
        show.as_json_line(told, fields)
        return
    show.pairs(
        [
            (name, str(value))
            for name, value in told.items()
            if value is not None and value is not False
        ]
    )
