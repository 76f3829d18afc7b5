"""The guest list as an organizer sends it: Latin-1, semicolons, accents, a few broken rows."""

from dataclasses import dataclass
from importlib.resources import files

from boxoffice.people import Person, parse_document, parse_email, parse_name
from boxoffice.sheets import Column, Problem, parse_sheet

_COLUMNS = {
    "name": Column(required=True, parse=parse_name),
    "email": Column(required=True, parse=parse_email),
    "document": Column(required=True, parse=parse_document),
    "company": Column(),
    "tier": Column(required=True),
    "job_title": Column(),
}


@dataclass(frozen=True, slots=True)
class GuestList:
    """Who is to come, tier by tier, and which rows could not be read."""

    by_tier: dict[str, list[Person]]
    problems: list[Problem]
    encoding: str

    @property
    def count(self) -> int:
        """How many guests could be read."""
        return sum(len(guests) for guests in self.by_tier.values())


def read_guests() -> GuestList:
    """Read the list that is shipped with the demo."""
    raw = files("boxoffice.demo").joinpath("convidados.csv").read_bytes()
    sheet = parse_sheet(raw, columns=_COLUMNS)
    by_tier: dict[str, list[Person]] = {}
    for row in sheet.rows:
        guest = Person(
            name=row.values["name"],
            email=row.values["email"],
            document=row.values["document"],
            company=row.values["company"],
            title=row.values["job_title"],
        )
        by_tier.setdefault(row.values["tier"], []).append(guest)
    return GuestList(by_tier, list(sheet.problems), sheet.encoding)
