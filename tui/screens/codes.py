"""Codes and courtesies: promo codes, and the guests of campaigns."""

from dataclasses import dataclass

from textual.app import ComposeResult

from boxoffice.db import ReadSession
from boxoffice.money import Money
from boxoffice.promos.models import PromoKind
from boxoffice.promos.queries import PromoView, promo_views
from boxoffice.reports.courtesies import Courtesy, courtesies
from tui.acts import running
from tui.commands import Place
from tui.screens.board import Board
from tui.text import cell
from tui.widgets.listing import Column, Line, Listing
from tui.words import Words

_ROWS = 50
_HEADS = (
    (Words("código", "code"), 18), (Words("dá", "gives"), 16), (Words("usos", "used"), 9),
    (Words("agora", "now"), 12), (Words("nota", "note"), 0),
)  # fmt: skip
_GUEST_HEADS = (
    (Words("campanha", "campaign"), 14), (Words("convidado", "guest"), 0),
    (Words("lug.", "no."), 5),
    (Words("estado", "state"), 10), (Words("código ou pedido", "code or order"), 20),
)  # fmt: skip
_LESS = Words("{much} menos", "{much} less")
_COURTESY = Words("cortesia", "courtesy")


@dataclass(frozen=True, slots=True)
class Found:
    """What the screen shows."""

    promos: tuple[PromoView, ...]
    guests: tuple[Courtesy, ...]


class CodesBoard(Board):
    """The promo codes of the event, and who is invited."""

    PLACE = Place.CODES
    TITLE_WORDS = Words("Códigos e cortesias", "Codes and courtesies")

    def body(self) -> ComposeResult:
        """Yield the codes and the guests."""
        yield Listing([Column(self.say(head), width) for head, width in _HEADS], id="promos")
        yield Listing([Column(self.say(head), width) for head, width in _GUEST_HEADS], id="guests")

    def on_mount(self) -> None:
        """Begin on the codes."""
        self.hand(self.query_one("#promos"))

    def ask(self, session: ReadSession) -> Found:
        """Ask for the codes and the guests of the event."""
        office, slug = self.house.office, self.house.chosen()
        now = office.now()
        guests = courtesies(
            session, office.actor, event=slug, campaign=None, state=None, limit=_ROWS, now=now
        )
        return Found(tuple(promo_views(session, slug, now=now, limit=_ROWS)), tuple(guests))

    def show(self, found: Found) -> None:
        """Show them."""
        self.query_one("#promos", Listing).fill([self._promo(one) for one in found.promos])
        self.query_one("#guests", Listing).fill(
            [self._guest(one, place) for place, one in enumerate(found.guests)]
        )

    @property
    def chosen(self) -> str:
        """The promo code under the cursor."""
        return self.query_one("#promos", Listing).chosen

    def action_new(self) -> None:
        """Make a promo code."""
        if self.needs(self.house.event or ""):
            self.act(running.create_promo(self.house.event or ""))

    def action_revoke(self) -> None:
        """Revoke the code."""
        if self.needs(self.chosen):
            self.act(running.revoke_promo(self.house.event or "", self.chosen))

    def action_plan(self) -> None:
        """Plan courtesies for a list of guests."""
        if self.needs(self.house.event or ""):
            self.act(running.plan_courtesies(self.house.event or ""))

    def action_apply(self) -> None:
        """Apply a plan."""
        self.act(running.apply_courtesies())

    def _promo(self, one: PromoView) -> Line:
        uses = f"{one.used_count}/{one.uses_max or '–'}"
        now = self.state(one.closed or "open")
        cells = (one.code, self._gives(one), uses, now, one.note)
        return Line(one.code, tuple(cell(text) for text in cells))

    def _gives(self, one: PromoView) -> str:
        if one.kind is PromoKind.PERCENT:
            return self.say(_LESS, much=f"{one.value / 100:g}%")
        if one.kind is PromoKind.COURTESY:
            return self.say(_COURTESY)
        money = Money(one.value, one.currency)
        return self.say(_LESS, much=money) if one.kind is PromoKind.AMOUNT else f"= {money}"

    def _guest(self, one: Courtesy, place: int) -> Line:
        cells = (one.campaign, one.name, str(one.quantity), self.state(one.state),
                 one.code or one.order or "")  # fmt: skip
        return Line(f"{one.campaign_id}:{place}", tuple(cell(text) for text in cells))
