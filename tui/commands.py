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
    Command("override", "ctrl+u", Words("Libera", "Override"), "override", Place.DESK),
    Command("place", "ctrl+l", Words("Portão", "Gate"), "place", Place.DESK),
    Command("lock", "f12", Words("Trava", "Lock"), "lock", Place.DESK),
    Command("help", "f1", Words("Ajuda", "Help"), "app.help"),
    Command("desk", "f2", Words("Portaria", "Desk"), "app.go('desk')", is_shown=False),
    Command("tonight", "f3", Words("Hoje", "Tonight"), "app.go('tonight')", is_shown=False),
    Command("orders", "f4", Words("Pedidos", "Orders"), "app.go('orders')", is_shown=False),
    Command("counter", "f5", Words("Balcão", "Counter"), "app.go('counter')", is_shown=False),
    Command("till", "f6", Words("Caixa", "Till"), "app.go('till')", is_shown=False),
    Command("codes", "f7", Words("Códigos", "Codes"), "app.go('codes')", is_shown=False),
    Command("jobs", "f8", Words("Tarefas", "Jobs"), "app.go('jobs')", is_shown=False),
    Command("events", "f9", Words("Eventos", "Events"), "app.go('events')", is_shown=False),
    Command(
        "exports", "ctrl+o", Words("Exportações", "Exports"), "app.go('exports')", is_shown=False
    ),
    Command("staff", "ctrl+g", Words("Equipe", "Staff"), "app.go('staff')", is_shown=False),
    Command("palette", "ctrl+p", Words("Mais", "More"), "app.command_palette"),
    Command("quit", "ctrl+q", Words("Sair", "Quit"), "app.leave", is_shown=False),
    Command("back", "escape", Words("Voltar", "Back"), "app.back", is_shown=False),
    # The dashboard. A letter acts once a table has the keys, and types while a field has them.
    Command("orders.search", "slash", Words("Buscar", "Search"), "search", Place.ORDERS),
    Command("orders.resend", "r", Words("Reenviar", "Resend"), "resend", Place.ORDERS),
    Command("orders.transfer", "t", Words("Transferir", "Transfer"), "transfer", Place.ORDERS),
    Command("orders.refund", "e", Words("Estornar", "Refund"), "refund", Place.ORDERS),
    Command("orders.cancel", "c", Words("Cancelar", "Cancel"), "cancel", Place.ORDERS),
    Command("orders.charge", "q", Words("Cobrança", "Charge"), "charge", Place.ORDERS),
    Command("orders.print", "p", Words("PDF", "PDF"), "print", Place.ORDERS),
    Command("orders.history", "h", Words("História", "History"), "history", Place.ORDERS),
    Command("orders.pay", "y", Words("Receber", "Pay"), "pay", Place.ORDERS, is_shown=False),
    Command("orders.note", "n", Words("Anotar", "Note"), "note", Place.ORDERS, is_shown=False),
    Command(
        "orders.accept", "l", Words("Aceitar atrasado", "Accept late money"), "accept",
        Place.ORDERS, is_shown=False,
    ),
    Command("counter.more", "plus", Words("Mais um", "One more"), "more", Place.COUNTER,
            is_shown=False),
    Command("counter.less", "minus", Words("Menos um", "One less"), "less", Place.COUNTER,
            is_shown=False),
    Command("counter.clear", "backspace", Words("Limpar", "Clear"), "clear", Place.COUNTER,
            is_shown=False),
    Command("counter.cash", "d", Words("Dinheiro", "Cash"), "sell('cash')", Place.COUNTER),
    Command("counter.pix", "p", Words("Pix", "Pix"), "charge('pix')", Place.COUNTER),
    Command("counter.external", "m", Words("Maquininha", "Elsewhere"), "sell('external')",
            Place.COUNTER),
    Command("counter.boleto", "b", Words("Boleto", "Boleto"), "charge('boleto')", Place.COUNTER),
    Command("counter.card", "k", Words("Cartão", "Card"), "charge('card')", Place.COUNTER),
    Command("counter.split", "x", Words("Misto", "Mixed"), "split", Place.COUNTER),
    Command("counter.courtesy", "c", Words("Cortesia", "Courtesy"), "sell('courtesy')",
            Place.COUNTER),
    Command("till.open", "a", Words("Abrir", "Open"), "open", Place.TILL),
    Command("till.drop", "s", Words("Sangria", "To the safe"), "drop", Place.TILL),
    Command("till.close", "f", Words("Fechar", "Close"), "close", Place.TILL),
    Command("till.print", "p", Words("Imprimir", "Print"), "print", Place.TILL),
    Command("events.use", "u", Words("Usar", "Use"), "use", Place.EVENTS),
    Command("events.new", "n", Words("Novo", "New"), "new", Place.EVENTS),
    Command("events.edit", "e", Words("Mudar", "Edit"), "edit", Place.EVENTS),
    Command("events.tier", "t", Words("Lote", "Tier"), "tier", Place.EVENTS),
    Command("events.publish", "v", Words("À venda", "On sale"), "publish", Place.EVENTS),
    Command("events.pause", "p", Words("Pausar", "Pause"), "pause", Place.EVENTS),
    Command("events.close", "x", Words("Encerrar", "End"), "close", Place.EVENTS),
    Command("events.apply", "a", Words("Arquivo", "File"), "apply", Place.EVENTS),
    Command("codes.new", "n", Words("Novo", "New"), "new", Place.CODES),
    Command("codes.revoke", "x", Words("Revogar", "Revoke"), "revoke", Place.CODES),
    Command("codes.plan", "p", Words("Planejar cortesias", "Plan"), "plan", Place.CODES),
    Command("codes.apply", "a", Words("Aplicar plano", "Apply"), "apply", Place.CODES),
    Command("jobs.retry", "r", Words("Repetir", "Retry"), "retry", Place.JOBS),
    Command("jobs.retry_all", "t", Words("Repetir todas", "Retry all"), "retry_all", Place.JOBS),
    Command("jobs.run", "g", Words("Rodar", "Run"), "run", Place.JOBS),
    Command("jobs.filter", "f", Words("Só falhas", "Failed only"), "filter", Place.JOBS),
    Command("jobs.replay", "l", Words("Reler carta", "Replay letter"), "replay", Place.JOBS),
    Command("jobs.show", "enter", Words("Ver", "Show"), "show_chosen", Place.JOBS),
    Command("exports.run", "r", Words("Exportar", "Export"), "run", Place.EXPORTS),
    Command("exports.verify", "v", Words("Conferir", "Verify"), "verify", Place.EXPORTS),
    Command("exports.manifest", "m", Words("Manifesto", "Manifest"), "manifest", Place.EXPORTS),
    Command("staff.add", "n", Words("Novo", "New"), "add", Place.STAFF),
    Command("staff.role", "e", Words("Papel", "Role"), "role", Place.STAFF),
    Command("staff.disable", "x", Words("Desativar", "Disable"), "disable", Place.STAFF),
    Command("staff.enable", "v", Words("Reativar", "Enable"), "enable", Place.STAFF),
    Command("staff.password", "p", Words("Senha", "Password"), "password", Place.STAFF),
    Command("staff.revoke", "k", Words("Encerrar", "End login"), "revoke", Place.STAFF),
    Command("staff.login", "l", Words("Entrar", "Log in"), "login", Place.STAFF),
    Command("staff.logout", "o", Words("Sair", "Log out"), "logout", Place.STAFF, is_shown=False),
    Command("staff.whoami", "w", Words("Quem sou", "Who am I"), "whoami", Place.STAFF,
            is_shown=False),
)  # fmt: skip


def commands_at(place: Place, commands: Iterable[Command] = COMMANDS) -> list[Command]:
    """Return what can be done at one place, what can be done anywhere last."""
    found = list(commands)
    return [one for one in found if one.place is place] + [
        one for one in found if one.place is Place.ANY
    ]
