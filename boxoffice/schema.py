"""Which program may run on which schema: the name of the newest migration says it.

A migration is called `0007_for_0006`: it makes schema 7, on which programs that were written for
schema 6 run as well. So two versions work side by side while one takes the other's place, and the
older one finds out by itself when it no longer may: see decision 17.
"""

import re

from boxoffice.errors import Misconfigured

_NAME = re.compile(r"(?P<number>[0-9]{4})(?:_for_(?P<oldest>[0-9]{4}))?")


def number_of(name: str) -> str:
    """Return the number of a schema, by which schemas are older and newer."""
    return _parts(name)[0]


def oldest_of(name: str) -> str:
    """Return the number of the oldest schema whose programs may run on this one."""
    return _parts(name)[1]


def is_newer(found: str | None, ours: str) -> bool:
    """Say whether a database has been migrated by a newer program than ours."""
    return found is not None and number_of(found) > number_of(ours)


def must_fit(found: str | None, ours: str) -> None:
    """Check that a program written for the schema `ours` may run on the schema `found`.

    Raises:
        Misconfigured: there is no schema yet, an older one, or one that is too new.
    """
    if found is None:
        raise Misconfigured("the database is not initialised.", hint="run: boxoffice init")
    if number_of(found) < number_of(ours):
        raise Misconfigured(
            f"the database has the old schema {number_of(found)}.", hint="run: boxoffice init"
        )
    if oldest_of(found) > number_of(ours):
        raise Misconfigured(
            f"the database has schema {number_of(found)}, newer than this program's "
            f"{number_of(ours)}: it is for programs of {oldest_of(found)} and later.",
            hint="upgrade boxoffice on this machine",
        )


def _parts(name: str) -> tuple[str, str]:
    found = _NAME.fullmatch(name)
    if found is None:
        raise Misconfigured(
            "the database names a schema that is none of ours.",
            hint="check BOXOFFICE_DATABASE_URL: is it the right database?",
        )
    return found["number"], found["oldest"] or found["number"]
