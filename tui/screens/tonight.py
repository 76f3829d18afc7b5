"""Tonight: how the evening stands at a glance, and the command for whatever is wrong."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from boxoffice.db import ReadSession
from boxoffice.orders.queries import OrderLineView, list_orders
from boxoffice.reports.tonight import Tonight, Work, tonight, work
from boxoffice.times import ago_text, local_text
from tui.commands import Place
from tui.screens.board import Board
from tui.states import BAD, GOOD, ORDER_MARKS, WAITS
from tui.text import cell, joined, said
from tui.widgets.listing import Column, Line, Listing
from tui.words import Words

_BLOCKS = " ▁▂▃▄▅▆▇█"
_BAR_WIDTH = 10
_RECENT = 5
_OLD_SECONDS = 120  # a job that has been due for longer is worth a word
_FEW_LEFT = 5  # percent of a tier

_NO_EVENT = Words(
    "Nenhum evento ainda. Aperte F9 e depois N para criar o primeiro.",
    "No event yet. Press F9, and then N to make the first.",
)
_SOLD = Words("Lugares", "Places")
_TODAY = Words("hoje", "today")
_ASKED = Words("A receber", "To be paid")
_HELD = Words("Reservas", "Holds")
_SOON = Words("vencem em 15 min", "end in 15 min")
_PACE = Words("Lugares pagos por hora, 24 h", "Paid places by the hour, 24 h")
_PEAK = Words("pico", "peak")
_IN = Words("Entraram", "Came in")
_INSIDE = Words("dentro", "inside")
_JOBS = Words("Tarefas", "Jobs")
_JOB_NUMBERS = Words(
    "{due} na fila · {running} rodando · {bad} falharam",
    "{due} due · {running} running · {bad} ended badly",
)
_LETTERS = Words("Cartas", "Letters")
_LETTER_NUMBERS = Words("última {ago} · {unread} por ler", "last {ago} · {unread} unread")
_NEVER = Words("nenhuma", "never")
_RECENT_WORDS = Words("Últimos pedidos", "Latest orders")
_FINE = Words("✔ nada pede atenção", "✔ nothing asks for attention")
_COLUMNS = (
    Words("lote", "tier"), Words("preço", "price"), Words("vendido", "sold"),
    Words("restam", "left"), Words("venda", "sale"),
)  # fmt: skip
_OPEN = Words("aberta", "open")
_ALARMS = {
    "jobs": Words("{n} tarefas falharam ({kinds})", "{n} jobs ended badly ({kinds})"),
    "stuck": Words("a fila está parada há {s} s", "jobs have been due for {s} s"),
    "late": Words("{n} pagamentos esperam decisão", "{n} payments wait for a decision"),
    "unread": Words("{n} cartas do banco por ler", "{n} letters of the gateway are unread"),
    "left": Words("{tier}: restam {n}", "{tier}: {n} left"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """What the screen shows."""

    night: Tonight
    work: Work
    latest: tuple[OrderLineView, ...]
    now: datetime


class TonightBoard(Board):
    """The numbers of one event, and the health of the house."""

    PLACE = Place.TONIGHT
    TITLE_WORDS = Words("Hoje", "Tonight")
    SECONDS: ClassVar[float] = 5.0

    def body(self) -> ComposeResult:
        """Yield the numbers, the pace, the tiers, and what is wrong."""
        heads = [self.say(words) for words in _COLUMNS]
        widths = (0, 12, 24, 7, 12)
        with VerticalScroll(id="tonight", can_focus=False):
            yield Static(id="numbers", markup=False)
            yield Static(id="pace", markup=False)
            columns = [Column(head, width) for head, width in zip(heads, widths, strict=True)]
            yield Listing(columns, id="tiers")
            yield Static(id="health", markup=False)
            yield Static(id="latest", markup=False)

    def ask(self, session: ReadSession) -> Found | None:
        """Ask how the evening stands; there may be no event yet."""
        now = self.house.office.now()
        slug = self.house.event
        if slug is None:
            return None
        return Found(
            tonight(session, slug, now=now),
            work(session, now=now),
            tuple(list_orders(session, slug, limit=_RECENT)),
            now,
        )

    def show(self, found: Found | None) -> None:
        """Show the numbers."""
        if found is None:
            self.put("numbers", said(self.say(_NO_EVENT), "bold"))
            return
        self.put("numbers", self._numbers(found.night))
        self.put("pace", self._pace(found.night))
        self.query_one("#tiers", Listing).fill(self._tiers(found.night))
        self.put("health", self._health(found))
        self.put("latest", self._latest(found))

    def _numbers(self, night: Tonight) -> Content:
        event, language = night.event, self.house.language
        share = 100 * night.taken // night.quota if night.quota else 0
        arrivals = " · ".join(
            f"{one.door} {one.admitted} ({one.inside} {_INSIDE.say(language)})"
            for one in night.arrivals
        )
        return Content("\n").join(
            [
                joined(
                    [event.title, local_text(event.starts_at, event.zone), self.state(event.state)]
                ),
                said(
                    f"{self.say(_SOLD)} {night.taken}/{night.quota} {share}%   "
                    f"{self.say(_TODAY)} +{night.today_count} · {night.today}",
                    "bold",
                ),
                said(
                    f"{self.say(_ASKED)} {night.asked_count} · {night.asked}   "
                    f"{self.say(_HELD)} {night.held_count}, "
                    f"{night.soon_count} {self.say(_SOON)}",
                    WAITS if night.soon_count else "",
                ),
                said(f"{self.say(_IN)} {arrivals or '0'}"),
            ]
        )

    def _pace(self, night: Tonight) -> Content:
        most = max(night.pace)
        drawn = "".join(_BLOCKS[-(-8 * count // most) if most else 0] for count in night.pace)
        return Content.assemble(
            said(self.say(_PACE), "dim"), "\n", Content.styled(drawn.replace(" ", "·"), GOOD),
            said(f"  {self.say(_PEAK)} {most}"),
        )  # fmt: skip

    def _tiers(self, night: Tonight) -> list[Line]:
        lines = []
        for tier in night.event.tiers:
            sold = tier.quota - tier.places_left
            full = _BAR_WIDTH * sold // tier.quota
            bar = "▓" * full + "░" * (_BAR_WIDTH - full)
            sale = self.say(_OPEN) if tier.closed is None else self.state(tier.closed)
            cells = (tier.name, str(tier.price), f"{bar} {sold}/{tier.quota}",
                     str(tier.places_left), sale)  # fmt: skip
            lines.append(Line(tier.name, tuple(cell(text) for text in cells)))
        return lines

    def _health(self, found: Found) -> Content:
        work_, at = found.work, found.work.letter_at
        ago = self.say(_NEVER) if at is None else ago_text(at, found.now)
        jobs = self.say(_JOB_NUMBERS, due=work_.due_count, running=work_.running_count,
                        bad=work_.bad_count)  # fmt: skip
        letters = self.say(_LETTER_NUMBERS, ago=ago, unread=work_.unread_count)
        alarms = [
            Content.assemble(
                Content.styled("▲ ", BAD), said(text), "  ", said(f"boxoffice {line}", "bold")
            )
            for text, line in self._alarms(found)
        ]
        return Content("\n").join(
            [
                said(f"{self.say(_JOBS)}  {jobs}"),
                said(f"{self.say(_LETTERS)}  {letters}"),
                *(alarms or [Content.styled(self.say(_FINE), GOOD)]),
            ]
        )

    def _alarms(self, found: Found) -> list[tuple[str, str]]:
        """Return what is wrong, and the command that looks at it or mends it."""
        night, work_ = found.night, found.work
        alarms = []
        if work_.bad_count:
            text = self.say(
                _ALARMS["jobs"], n=work_.bad_count, kinds=", ".join(work_.bad_kinds[:2])
            )
            alarms.append((text, "job retry --all-failed"))
        if work_.oldest_seconds > _OLD_SECONDS:
            text = self.say(_ALARMS["stuck"], s=int(work_.oldest_seconds))
            alarms.append((text, "job run --until-empty"))
        if night.late_count:
            alarms.append((self.say(_ALARMS["late"], n=night.late_count), "payment late"))
        if work_.unread_count:
            text = self.say(_ALARMS["unread"], n=work_.unread_count)
            alarms.append((text, "webhook list"))
        for tier in night.event.tiers:
            if 0 < tier.places_left * 100 <= tier.quota * _FEW_LEFT:
                text = self.say(_ALARMS["left"], tier=tier.name, n=tier.places_left)
                alarms.append((text, f"tier list {night.event.slug}"))
        return alarms

    def _latest(self, found: Found) -> Content:
        zone = found.night.event.zone
        lines = [said(self.say(_RECENT_WORDS), "dim")]
        for one in found.latest:
            mark, style = ORDER_MARKS.get(one.state, ("·", ""))
            at = one.placed_at.astimezone(zone).strftime("%H:%M")
            lines.append(
                Content.assemble(
                    said(f"{at} {one.code} "),
                    said(f"{mark} {self.state(one.state)}".ljust(18), style),
                    said(f"{one.quantity}× {one.total}".ljust(18)),
                    said(one.buyer_name, length_max=40),
                )
            )  # fmt: skip
        return Content("\n").join(lines)
