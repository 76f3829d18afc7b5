"""How each verdict looks and sounds: word, symbol, fixed colours, bells. `desk.tcss` paints it."""

from dataclasses import dataclass
from types import MappingProxyType

from boxoffice.door.rules import Verdict, VerdictClass
from tui.words import Language, Words


@dataclass(frozen=True, slots=True)
class Look:
    """One look. `name` is its class in `desk.tcss`."""

    name: str
    word: Words
    symbol: str
    plain_symbol: str  # where the terminal has ASCII alone
    bells: int
    gap_seconds: float = 0.15

    def say(self, language: Language) -> str:
        """Return the word in capitals."""
        return self.word.say(language)


READY = Look("ready", Words("PRONTO", "READY"), "○", "..", 0)
_LOOKS = MappingProxyType(
    {
        VerdictClass.ADMIT: Look("admit", Words("ENTRA", "ADMIT"), "✔", "OK", 1),
        VerdictClass.HOLD: Look("hold", Words("PARE", "HOLD"), "●", "!!", 2),
        VerdictClass.WARN: Look("warn", Words("USADO", "ALREADY IN"), "▲", "^^", 3),
        VerdictClass.REFUSE: Look("refuse", Words("NEGADO", "NO"), "✖", "XX", 3),
        VerdictClass.FAULT: Look("fault", Words("ERRO", "FAULT"), "?", "??", 3, 0.45),
    }
)
_OUT = Look("admit", Words("SAIU", "OUT"), "✔", "OK", 1)
_NOT_IN = Look("warn", Words("FORA", "NOT IN"), "▲", "^^", 3)
_SPECIAL = MappingProxyType({Verdict.OK_EXIT: _OUT, Verdict.NOT_INSIDE: _NOT_IN})
LOOKS = (READY, *_LOOKS.values(), *_SPECIAL.values())


def look_of(verdict: Verdict) -> Look:
    """Return how a verdict looks."""
    return _SPECIAL.get(verdict, _LOOKS[verdict.family])
