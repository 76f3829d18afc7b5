"""The lock of a desk: scans go on, and every key asks for the secret of who locked it."""

import hmac
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from boxoffice.errors import Forbidden
from tui.dialogs.secret import Secret
from tui.words import Words

if TYPE_CHECKING:
    from tui.screens.desk import DeskScreen

ASK_SECONDS_MAX = 20.0  # a question that a passer-by has left there must not stop the line
_CHOSEN_MIN = 4
_CHOOSE = Words(
    "Escolha um PIN, de 4 ou mais, para destravar", "Choose a PIN, of 4 or more, to unlock with"
)
_OPEN = Words("Travado: PIN ou senha de quem travou", "Locked: PIN or password of who locked it")
_LOCKED = Words("travado: só leituras; F12 destrava", "locked: scans alone; F12 unlocks")
_UNLOCKED = Words("destravado", "unlocked")

Keeper = Callable[[str], object]


class Lock:
    """Locked or not. Where nobody has logged in, a PIN is chosen on the spot."""

    def __init__(self, screen: "DeskScreen", keeper: Keeper | None) -> None:
        """`keeper` checks the secret of who is logged in, and raises a refusal; it may block."""
        self._screen, self._keeper = screen, keeper
        self._opens: Keeper | None = None
        self._dialog: Secret | None = None

    @property
    def is_locked(self) -> bool:
        """Whether only scans work."""
        return self._opens is not None

    def turn(self) -> None:
        """Lock; or ask for the secret, when it is locked."""
        if self.is_locked:
            self._ask()
        elif self._keeper is not None:
            self._close(self._keeper)
        else:
            language = self._screen.parts.tell.language
            dialog = Secret(language, _CHOOSE.say(language), length_min=_CHOSEN_MIN)
            self._screen.acts.over(dialog, lambda chosen: self._close(partial(_compare, chosen)))

    def say(self) -> None:
        """Say that it is locked."""
        self._screen.say(_LOCKED)

    def tick(self, at: float) -> None:
        """Take a question away that nobody answers: scans wait behind it."""
        dialog = self._dialog
        is_up = dialog is not None and self._screen.app.screen is dialog
        if dialog is not None and is_up and at - dialog.shown_at > ASK_SECONDS_MAX:
            dialog.dismiss(None)

    def _close(self, opens: Keeper) -> None:
        self._opens = opens
        self._screen.reader.held = None
        self.say()
        self._screen.paint()

    def _ask(self) -> None:
        language = self._screen.parts.tell.language
        self._dialog = Secret(language, _OPEN.say(language))
        self._screen.acts.over(self._dialog, self._try)

    def _try(self, secret: str) -> None:
        if self._opens is not None:
            self._screen.look(partial(self._opens, secret), self._opened, self._screen.failed)

    def _opened(self, _: object) -> None:
        self._opens = None
        self._screen.say(_UNLOCKED)
        self._screen.paint()


def _compare(chosen: str, secret: str) -> None:
    if not hmac.compare_digest(chosen.encode(), secret.encode()):
        raise Forbidden("this is not the PIN that locked it.", code="unlock.wrong")
