"""The scan line of the desk. No clock and no terminal in here.

On the desk every printable key belongs to the scan line, and a code ends at Enter, LF or TAB:
there is nothing to tell apart, and no timing. Everywhere else `tui.guard` stands.
"""

from dataclasses import dataclass

ENDS = frozenset({"enter", "ctrl+j", "tab"})  # CR, LF and TAB, as terminals name them
LENGTH_MAX = 512  # characters of one line: three signed codes


@dataclass(slots=True)
class Line:
    """The scan line of the desk: characters in, whole codes out."""

    text: str = ""

    def put(self, character: str) -> None:
        """Add one printable character. What nobody ends is cut, so that it cannot grow."""
        self.text = (self.text + character)[-LENGTH_MAX:]

    def back(self) -> None:
        """Take the last character away, for who types."""
        self.text = self.text[:-1]

    def end(self) -> str:
        """Return the line without the blanks around it, and begin a new one."""
        whole, self.text = self.text.strip(), ""
        return whole
