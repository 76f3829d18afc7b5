"""What the words of `boxoffice export run` mean: a name, a slot, a switch."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from boxoffice.exports.asked import Asked
    from boxoffice.office import BoxOffice
    from boxoffice.settings import Settings


def slot_of(office: "BoxOffice", name: str, text: str) -> "datetime":
    """Read the moment that a run of a saved export is for."""
    from boxoffice.errors import BadValue
    from boxoffice.exports.asked import LAST
    from boxoffice.exports.catalogue import DEFINITIONS
    from boxoffice.exports.saved import saved_named
    from boxoffice.times import parse_moment

    if name in DEFINITIONS:
        raise BadValue("--slot", "is of saved exports alone.", hint="save it in exports.toml")
    saved, now = saved_named(office.settings.exports_path, name), office.now()
    if text != LAST:
        slot_at = parse_moment(text, name="--slot", zone=saved.zone, now=now)
    elif saved.at is None:
        raise BadValue("--slot", f"is of the clock, and {name} has no `at`.", hint="write a time")
    else:
        slot_at = saved.at.last(now, saved.zone)
    if slot_at > now:
        raise BadValue("--slot", "lies ahead.", hint="write the moment it is for, or: last")
    return slot_at


def switch_of(text: str | None) -> "Callable[[], None]":
    """Read the address of a dead-man's switch, and return how it is told that all went well.

    The file is whole whoever hears of it: a switch that is silent is told on stderr alone.
    """
    if text is None:
        return lambda: None
    from boxoffice.adapters.ping import ping, ping_address
    from boxoffice.cli import show
    from boxoffice.errors import Unavailable

    url = ping_address(text)

    def tell() -> None:
        try:
            ping(url)
        except Unavailable as error:
            show.talk(f"note: the export is whole, but {error.message}")

    return tell


def asked_of(settings: "Settings", name: str, out: str | None) -> "tuple[Asked, str]":
    """Find what a name means: one of ours, or a saved one; and who is told when it fails."""
    from boxoffice.errors import BadValue, NotFound
    from boxoffice.exports.asked import Asked
    from boxoffice.exports.catalogue import DEFINITIONS
    from boxoffice.exports.saved import read_saved

    if name in DEFINITIONS:
        if out is None:
            raise BadValue("--out", "is missing.", hint=f"boxoffice export run {name} --out FILE")
        return Asked(name, out), ""
    saved = read_saved(settings.exports_path)
    if name not in saved:
        raise NotFound("export", name[:40], hint="there are: " + ", ".join([*DEFINITIONS, *saved]))
    return saved[name].asked, saved[name].notify
