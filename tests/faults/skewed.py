"""Run `boxoffice` on a machine whose clock is wrong by so many seconds, told first."""

import sys
import time
from datetime import UTC, datetime, timedelta

SKEW = float(sys.argv.pop(1))


def main() -> None:
    """Turn the clocks, then be the program."""
    if SKEW:
        import boxoffice.office as o  # noqa: PLC0415  (before anybody takes its clock)

        true = time.time
        time.time = lambda: true() + SKEW

        def wrong() -> datetime:
            return datetime.now(UTC) + timedelta(seconds=SKEW)

        o.utc_now = wrong
        o.BoxOffice.__init__.__defaults__ = tuple(
            wrong if getattr(value, "__name__", "") == "utc_now" else value
            for value in o.BoxOffice.__init__.__defaults__ or ()
        )
    from boxoffice.cli.main import run  # noqa: PLC0415  (after the clocks)

    run()


if __name__ == "__main__":
    main()
