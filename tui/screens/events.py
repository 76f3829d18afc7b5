"""Events: set them up, put them on sale, and choose the one that the screens are about."""

from textual import on
from textual.app import ComposeResult
from textual.widgets import DataTable, Static

from boxoffice.db import ReadSession
from boxoffice.events.queries import EventView, event_views
from boxoffice.times import local_text
from tui.acts import events as acts
from tui.commands import Place
from tui.screens.board import Board
from tui.text import cell, said
from tui.widgets.listing import Column, Line, Listing
from tui.words import Words

_EVENTS_MAX = 100
_HEADS = (
    (Words("evento", "event"), 16), (Words("título", "title"), 0), (Words("começa", "starts"), 17),
    (Words("restam", "left"), 7), (Words("estado", "state"), 11),
)  # fmt: skip
_TIER_HEADS = (
    (Words("lote", "tier"), 0), (Words("tipo", "category"), 10), (Words("preço", "price"), 13),
    (Words("restam", "left"), 12), (Words("depois de", "after"), 16), (Words("venda", "sale"), 12),
)  # fmt: skip
_NONE = Words(
    "Nenhum evento ainda. N cria o primeiro; depois T para lotes, e V para vender.",
    "No event yet. N makes the first; then T for its tiers, and V to sell.",
)
_OPEN = Words("aberta", "open")
_USED = Words("as telas são de {slug}", "the screens are about {slug}")


class EventsBoard(Board):
    """Every event, and the tiers of the one under the cursor."""

    PLACE = Place.EVENTS
    TITLE_WORDS = Words("Eventos", "Events")

    def body(self) -> ComposeResult:
        """Yield the events and the tiers of one."""
        yield Listing([Column(self.say(head), width) for head, width in _HEADS], id="events")
        yield Static(id="about", markup=False)
        yield Listing([Column(self.say(head), width) for head, width in _TIER_HEADS], id="tiers")

    def on_mount(self) -> None:
        """Begin on the events."""
        self._events: dict[str, EventView] = {}
        self.hand(self.query_one("#events"))

    def ask(self, session: ReadSession) -> list[EventView]:
        """Ask for every event as it stands."""
        return event_views(session, now=self.house.office.now(), limit=_EVENTS_MAX)

    def show(self, found: list[EventView]) -> None:
        """Show them, and the tiers of the one under the cursor."""
        self._events = {event.slug: event for event in found}
        lines = []
        for event in found:
            mark = "▸ " if event.slug == self.house.event else ""
            cells = (mark + event.slug, event.title, local_text(event.starts_at, event.zone),
                     str(event.places_left), self.state(event.state))  # fmt: skip
            lines.append(Line(event.slug, tuple(cell(text) for text in cells)))
        self.query_one("#events", Listing).fill(lines)
        self.moved()

    @property
    def chosen(self) -> str:
        """The slug under the cursor."""
        return self.query_one("#events", Listing).chosen

    @on(DataTable.RowHighlighted, "#events")
    def moved(self) -> None:
        """Show the tiers of the event under the cursor."""
        event = self._events.get(self.chosen)
        if event is None:
            self.put("about", said(self.say(_NONE)))
            return
        self.put("about", said(f"{event.title} · {event.venue}", "bold"))
        lines = []
        for tier in event.tiers:
            sale = self.say(_OPEN) if tier.closed is None else self.state(tier.closed)
            cells = (tier.name, tier.category, str(tier.price), f"{tier.places_left}/{tier.quota}",
                     tier.after or "", sale)  # fmt: skip
            lines.append(Line(tier.name, tuple(cell(text) for text in cells)))
        self.query_one("#tiers", Listing).fill(lines)

    @on(DataTable.RowSelected, "#events")
    def action_use(self) -> None:
        """Make the screens be about this event."""
        event = self._events.get(self.chosen)
        if self.needs(self.chosen) and event is not None:
            self.house.event, self.house.zone = event.slug, event.zone
            self.tell(self.say(_USED, slug=event.slug))
            self.reload()

    def action_new(self) -> None:
        """Make a draft."""
        self.act(acts.create())

    def action_apply(self) -> None:
        """Make an event what its file says."""
        self.act(acts.apply())

    def action_edit(self) -> None:
        """Change the event."""
        if self.needs(self.chosen):
            self.act(acts.edit(self.chosen))

    def action_tier(self) -> None:
        """Add a tier."""
        if self.needs(self.chosen):
            self.act(acts.add_tier(self.chosen))

    def action_publish(self) -> None:
        """Put it on sale."""
        if self.needs(self.chosen):
            self.act(acts.publish(self.chosen))

    def action_pause(self) -> None:
        """Stop selling for a while."""
        if self.needs(self.chosen):
            self.act(acts.pause(self.chosen))

    def action_close(self) -> None:
        """End the sale for good."""
        if self.needs(self.chosen):
            self.act(acts.close(self.chosen))
