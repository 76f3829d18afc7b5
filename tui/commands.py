"""Every key of every screen, in one list: bindings, palette and help are drawn from it.

Letters are never bound on the desk: a scanner types letters. F10, F11, Alt and the keys of
terminals, tmux and screen stay theirs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding

from tui.words import Language, Words


class Place(StrEnum):
    """Where a command can be given."""

    ANY = "any"
    DESK = "desk"
    TONIGHT = "tonight"
    ORDERS = "orders"
    COUNTER = "counter"
    TILL = "till"
    CODES = "codes"
    JOBS = "jobs"
    EVENTS = "events"
    EXPORTS = "exports"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be done: its key, its words, and the action it runs.

    `id` is what people remap keys by, and never changes.
    """

    id: str
    key: str
    words: Words
    action: str
    place: Place = Place.ANY
    is_shown: bool = True  # in the line of keys at the bottom

    def binding(self, language: Language) -> Binding:
        """Return it as Textual binds keys."""
        return Binding(
            self.key, self.action, self.words.say(language), show=self.is_shown, id=self.id
        )


COMMANDS = (
    Command("confirm", "ctrl+o", Words("Confirma", "Confirm"), "confirm", Place.DESK),
    Command("search", "ctrl+f", Words("Busca", "Search"), "search", Place.DESK),
    Command("undo", "ctrl+z", Words("Desfaz", "Undo"), "undo", Place.DESK),
    Command("group", "ctrl+g", Words("Grupo", "Group"), "group", Place.DESK),
    Command("sell", "ctrl+n", Words("Vende", "Sell"), "sell", Place.DESK),
    Command("turn", "ctrl+e", Words("Entrada/saída", "In/out"), "turn", Place.DESK),
    Command("sound", "ctrl+t", Words("Som", "Sound"), "sound", Place.DESK),
    Command("reprint", "ctrl+r", Words("Reimprime", "Reprint"), "reprint", Place.DESK),
    Command("help", "f1", Words("Ajuda", "Help"), "app.help"),
    Command("desk", "f2", Words("Portaria", "Desk"), "app.go('desk')", is_shown=False),
    Command("tonight", "f3", Words("Hoje", "Tonight"), "app.go('tonight')", is_shown=False),
    Command("orders", "f4", Words("Pedidos", "Orders"), "app.go('orders')", is_shown=False),
    Command("counter", "f5", Words("Balcão", "Counter"), "app.go('counter')", is_shown=False),
    Command("till", "f6", Words("Caixa", "Till"), "app.go('till')", is_shown=False),
    Command("codes", "f7", Words("Códigos", "Codes"), "app.go('codes')", is_shown=False),
    Command("jobs", "f8", Words("Tarefas", "Jobs"), "app.go('jobs')", is_shown=False),
    Command("events", "f9", Words("Eventos", "Events"), "app.go('events')", is_shown=False),
    Command("palette", "ctrl+p", Words("Mais", "More"), "app.command_palette"),
    Command("quit", "ctrl+q", Words("Sair", "Quit"), "app.leave", is_shown=False),
    Command("back", "escape", Words("Voltar", "Back"), "app.back", is_shown=False),
)


def commands_at(place: Place, commands: Iterable[Command] = COMMANDS) -> list[Command]:
    """Return what can be done at one place, what can be done anywhere last."""
    found = list(commands)
    return [one for one in found if one.place is place] + [
        one for one in found if one.place is Place.ANY
    ]
