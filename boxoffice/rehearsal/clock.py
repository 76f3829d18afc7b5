"""The clock of a rehearsal: the real one, set forward where nobody wants to wait."""

from datetime import datetime, timedelta

from boxoffice.office import utc_now


class Ahead:
    """The moment, so many seconds ahead of the real one."""

    def __init__(self, seconds: float = 0.0) -> None:
        """Begin `seconds` ahead."""
        self.seconds = seconds

    def __call__(self) -> datetime:
        """Return the moment."""
        return utc_now() + timedelta(seconds=self.seconds)
