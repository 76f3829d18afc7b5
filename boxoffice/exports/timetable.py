"""A saved export told to cron and to systemd: whole lines, quoted for who reads them."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from boxoffice.errors import BadValue
from boxoffice.exports.cron import Cron


@dataclass(frozen=True, slots=True)
class Call:
    """A command with its settings: neither cron nor systemd brings PATH, HOME or a folder."""

    name: str  # of the saved export
    words: Sequence[str]  # the program by its whole path
    environment: Mapping[str, str]

    def check(self) -> None:
        """See that it fits on a line.

        Raises:
            BadValue: a word holds what would end the line.
        """
        for text in (*self.words, *self.environment.values()):
            if not text.isprintable():
                raise BadValue("the command", "holds characters that no crontab takes.")


def crontab_of(call: Call, at: Cron, zone: ZoneInfo) -> str:
    """Return the lines for crontab(5). A `%` would begin the command's input: it is escaped.

    Raises:
        BadValue: a word holds what would end the line.
    """
    call.check()
    given = [f"{name}={shlex.quote(value)}" for name, value in call.environment.items()]
    command = " ".join([*given, *map(shlex.quote, call.words)]).replace("%", "\\%")
    return f"# boxoffice: {call.name} ({zone.key})\nCRON_TZ={zone.key}\n{at.text} {command}\n"


def service_of(call: Call) -> str:
    """Return the unit that systemd runs once, systemd.service(5).

    Raises:
        BadValue: a word holds what would end the line.
    """
    call.check()
    given = [
        f"Environment={_quoted(f'{name}={value}')}" for name, value in call.environment.items()
    ]
    words = [_quoted(word).replace("$", "$$") for word in call.words]
    return "\n".join(
        [
            *("[Unit]", f"Description=boxoffice export {call.name}", "After=network-online.target"),
            *("", "[Service]", "Type=oneshot", *given, f"ExecStart={' '.join(words)}", ""),
        ]
    )


def timer_of(call: Call, at: Cron, zone: ZoneInfo) -> str:
    """Return the timer of that unit, systemd.timer(5); a time that was slept through is made up."""
    return "\n".join(
        [
            *("[Unit]", f"Description=boxoffice export {call.name}", "", "[Timer]"),
            *(f"OnCalendar={at.calendar} {zone.key}", "Persistent=true", ""),
            *("[Install]", "WantedBy=timers.target", ""),
        ]
    )


def _quoted(text: str) -> str:
    """Quote as systemd.syntax(7) reads it; `%` begins a specifier there."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'
