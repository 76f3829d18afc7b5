"""`boxoffice door scanner-test`: what a scanner does to a text that we know."""

import os
import select
import sys
from typing import TYPE_CHECKING

import typer

from boxoffice.cli.options import AsJson, Fields, example, noun

if TYPE_CHECKING:
    from tui.scanner_check import Checked

app = noun("Try a scanner before the doors open.")

_QUIET_SECONDS = 0.5  # after the last key; a scanner is through by then
_PATIENCE_SECONDS = 60.0
_BYTES_MAX = 4096


@app.command("scanner-test", epilog=example("boxoffice door scanner-test"))
def scanner_test_command(as_json: AsJson = False, fields: Fields = None) -> None:
    """Scan the test code: is the layout, the ending and the case right? Exit code 8 if not."""
    from boxoffice.cli import show
    from boxoffice.cli.exits import UNHEALTHY
    from tui.scanner_check import TEST_TEXT, check

    if sys.stdin.isatty():
        _draw(TEST_TEXT)
        show.talk(f"Scan this code, or a barcode of {TEST_TEXT}.")
        raw = _keys()
    else:
        raw = sys.stdin.buffer.read(_BYTES_MAX)
    found = check(raw.decode("utf-8", "replace"))
    if as_json:
        show.as_json_line(_json(found), fields)
    else:
        show.pairs(
            [
                ("layout", found.layout),
                ("ending", found.ending or "none"),
                ("case", found.case),
                ("prefix", found.prefix),
            ]
        )
        for problem, mend in found.problems:
            show.line(f"✖ {problem}")
            show.line(f"  {mend}")
        if not found.problems:
            show.line("✔ this scanner can work at a door")
    if found.problems:
        raise typer.Exit(UNHEALTHY)


def _json(found: "Checked") -> dict[str, object]:
    return {
        "layout": found.layout,
        "ending": found.ending,
        "case": found.case,
        "prefix": found.prefix,
        "problems": [{"problem": problem, "mend": mend} for problem, mend in found.problems],
    }


def _draw(text: str) -> None:
    """Draw the code on stderr, black on white, where there is room for it."""
    from rich.console import Console
    from rich.text import Text

    from boxoffice.tickets.half_blocks import QR_STYLE, terminal_qr

    console = Console(stderr=True, highlight=False)
    for line in terminal_qr(text, columns=console.width, rows=console.height) or []:
        console.print(Text(line, style=QR_STYLE))


def _keys() -> bytes:
    """Read what one scan types, with its ending as it is: the terminal changes nothing."""
    import termios
    import tty

    handle = sys.stdin.fileno()
    before = termios.tcgetattr(handle)
    typed = b""
    try:
        tty.setraw(handle)
        wait = _PATIENCE_SECONDS
        while select.select([handle], [], [], wait)[0] and len(typed) < _BYTES_MAX:
            typed += os.read(handle, _BYTES_MAX)
            if typed in {b"\x03", b"\x04"}:
                break
            wait = _QUIET_SECONDS
    finally:
        termios.tcsetattr(handle, termios.TCSADRAIN, before)
    if typed == b"\x03":
        raise KeyboardInterrupt
    return typed
