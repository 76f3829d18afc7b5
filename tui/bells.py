"""The bell: once for who goes in, more often for who does not."""

from textual.screen import Screen

from tui.looks import Look


class Bells:
    """Rings the terminal's bell, unless it is muted."""

    def __init__(self, screen: Screen[None], *, is_muted: bool) -> None:
        self._screen, self.is_muted = screen, is_muted

    def toggle(self) -> None:
        """Mute the bells, or let them be heard again."""
        self.is_muted = not self.is_muted

    def ring(self, look: Look) -> None:
        """Ring as often as the look says."""
        for turn in range(0 if self.is_muted else look.bells):
            if turn == 0:
                self._screen.app.bell()
            else:
                self._screen.set_timer(turn * look.gap_seconds, self._screen.app.bell)
