"""What the screens of the dashboard have in common: a bar, a body, the last command, the keys."""

from collections.abc import Callable, Sequence
from datetime import datetime
from time import monotonic
from typing import Any, ClassVar, TypeVar

from textual import work
from textual.app import ComposeResult
from textual.content import Content, Span
from textual.widget import Widget
from textual.widgets import Footer, Static
from textual.worker import Worker, WorkerState, get_current_worker

from boxoffice.db import ReadSession
from boxoffice.errors import BoxOfficeError, Busy, Forbidden, Unavailable
from boxoffice.log import log_failure
from tui.acts.act import Act
from tui.app import BoxOfficeApp, Home
from tui.commands import COMMANDS
from tui.dialogs.form import Form
from tui.dialogs.page import Page
from tui.house import Answer, House
from tui.states import BAD, GOOD, state_text
from tui.text import said
from tui.widgets.listing import Listing
from tui.words import Words

Found = TypeVar("Found")

_ONLINE = Words("● no ar", "● online")
_GONE = Words("○ SEM BANCO desde {at}", "○ NO DATABASE since {at}")
_CAME_BACK = Words("o banco voltou", "the database is back")
_BROKEN = Words("algo inesperado (ref {ref})", "something unexpected (ref {ref})")
_NOTHING = Words("escolha uma linha primeiro", "choose a row first")
_DONE = Words("feito", "done")
_LINES_MAX = 6  # of an answer that a toast shows; a longer one is a page


class Board(Home):
    """One screen. `ask` runs in a thread and may block; `show` gets what it found."""

    TITLE_WORDS: ClassVar[Words]
    SECONDS: ClassVar[float] = 5.0  # between looks, while it is shown
    REST_SECONDS: ClassVar[float] = 30.0  # between questions, while nobody writes: ages go on

    def __init__(self, house: House) -> None:
        super().__init__()
        self.house = house
        self._gone_at: datetime | None = None
        self._trouble = ""
        self._is_asking = False
        self._is_wanted = False  # once more, when the question that is out is answered
        self._asked_at = float("-inf")
        self._parts: dict[str, tuple[str, Sequence[Span]]] = {}  # as they are drawn
        self.is_read = False  # whether a first answer has come
        for command in COMMANDS:
            if command.place is self.PLACE:
                made = command.binding(house.language)
                self._bindings.bind(made.key, made.action, made.description, show=made.show)

    def compose(self) -> ComposeResult:
        """Lay the screen out: the bar, the places to go, what the screen is for, and its keys."""
        yield Static(id="bar", markup=False)
        yield Static(self._tabs(), id="tabs", markup=False)
        yield from self.body()
        yield Static(id="last", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def body(self) -> ComposeResult:
        """Yield what the screen is for."""
        raise NotImplementedError

    def ask(self, session: ReadSession) -> Any:
        """Ask the database. Called in a thread."""
        raise NotImplementedError

    def show(self, found: Any) -> None:
        """Show what was found."""
        raise NotImplementedError

    def put(self, name: str, content: Content) -> None:
        """Show content in a part of the screen; nothing is drawn when it is what stands there."""
        drawn = (content.plain, content.spans)
        if self._parts.get(name) != drawn:
            self._parts[name] = drawn
            self.query_one(f"#{name}", Static).update(content)

    def say(self, words: Words, **facts: object) -> str:
        """Return words in the language of whoever sits here."""
        return words.say(self.house.language, **facts)

    def state(self, state: str) -> str:
        """Return the word of a state in the language of whoever sits here."""
        return state_text(state, self.house.language)

    def at(self, moment: datetime | None) -> str:
        """Write a moment as clocks show it where the event is."""
        return "" if moment is None else f"{moment.astimezone(self.house.zone):%d/%m %H:%M}"

    def on_mount(self) -> None:
        """Look again and again while this screen is the one that is shown."""
        self.set_interval(self.SECONDS, self.look)
        self._show_bar()

    def on_screen_resume(self) -> None:
        """Ask at once when the screen is shown."""
        self._show_last()
        self.reload()

    def reload(self) -> None:
        """Ask anew, unless nobody sees this screen; once more when a question is out already."""
        if self._is_asking:
            self._is_wanted = True
        elif self.is_current:
            self._is_asking = True
            self._load()

    def look(self) -> None:
        """Ask anew when somebody has written since, or half a minute has passed."""
        if self.is_current and not self._is_asking:
            self._is_asking = True
            is_old = monotonic() - self._asked_at >= self.REST_SECONDS
            self._load(only_news=not is_old and self._gone_at is None)

    @work(thread=True, group="load", exit_on_error=False)
    def _load(self, *, only_news: bool = False) -> None:
        try:
            self.house.know_actor()
            if only_news and not self.house.has_news():
                self.call(self._rested)
                return
            self._asked_at = monotonic()
            found = self.house.read(self._ask)
        except BoxOfficeError as error:
            self.call(self._stayed_away, error)
        else:
            self.call(self._came, found)

    def _rested(self) -> None:
        self._show_bar()
        self._ended()

    def _ended(self) -> None:
        """Be free for the next question, and ask the one that has come meanwhile."""
        self._is_asking = False
        if self._is_wanted:
            self._is_wanted = False
            self.reload()

    def _ask(self, session: ReadSession) -> Any:
        self.house.look_around(session)
        return self.ask(session)

    def call(self, then: Callable[..., None], *given: Any) -> None:
        """Go on in the loop, unless the screen was left for good meanwhile."""
        if not get_current_worker().is_cancelled and self.is_attached:
            self.app.call_from_thread(then, *given)

    def _came(self, found: Any) -> None:
        self.is_read = True
        if self._gone_at is not None:
            self._gone_at = None
            self.tell(self.say(_CAME_BACK))
        self._trouble = ""
        self.show(found)
        self._show_bar()
        self._ended()

    def _stayed_away(self, error: BoxOfficeError) -> None:
        self.is_read = True
        self.failed(error)
        self._ended()

    def failed(self, error: BoxOfficeError) -> None:
        """Say what went wrong: once, and for as long as it does."""
        if isinstance(error, Forbidden):
            self.is_away()
        if isinstance(error, Unavailable | Busy):
            if self._gone_at is None:
                self._gone_at = self.house.office.now()
                self.tell(error.message, is_trouble=True)
        elif error.message != self._trouble:
            self._trouble = error.message
            self.tell(" ".join(filter(None, (error.message, error.hint))), is_trouble=True)
        self._show_bar()

    def is_away(self) -> None:
        """Leave nothing on the screen for somebody who may not see it, or has logged out."""
        for listing in self.query(Listing):
            listing.fill(())
        for name in self._parts:
            if name not in {"bar", "last"}:
                self.put(name, Content(""))

    def on_worker_state_changed(self, message: Worker.StateChanged) -> None:
        """Say that a worker broke. It ends nothing."""
        if message.state is WorkerState.ERROR and message.worker.error is not None:
            self._is_asking = self._is_wanted = False
            ref = log_failure(message.worker.error)
            self.tell(self.say(_BROKEN, ref=ref), is_trouble=True)

    @work(thread=True, group="read", exit_on_error=False)
    def read_in_thread(
        self, ask: Callable[[ReadSession], Found], then: Callable[[Found], None]
    ) -> None:
        """Ask something besides, once, and go on with what was found."""
        try:
            found = self.house.read(ask)
        except BoxOfficeError as error:
            self.call(self.failed, error)
        else:
            self.call(then, found)

    def tell(self, text: str, *, is_trouble: bool = False) -> None:
        """Show a toast."""
        assert isinstance(self.app, BoxOfficeApp), "a home is one of this window's"
        self.app.tell(text, is_trouble=is_trouble)

    def act(self, act: Act, then: Callable[[Answer], None] | None = None) -> None:
        """Ask what the act needs and do it; then go on with the answer, or tell it."""

        def done(answer: Answer | None) -> None:
            if answer is not None:
                self._done(act, answer, then)

        if act.is_asked:
            self.app.push_screen(Form(self.house, act), done)
        else:
            self._do(act, then)

    @work(thread=True, group="act", exit_on_error=False)
    def _do(self, act: Act, then: Callable[[Answer], None] | None) -> None:
        answer = self.house.do(act.words({}), unshown=act.unshown, typed=act.typed({}))
        self.call(self._done, act, answer, then)

    def _done(self, act: Act, answer: Answer, then: Callable[[Answer], None] | None) -> None:
        self._show_last()
        self.reload()
        if then is not None and answer.is_done:
            then(answer)
            return
        self.told(act, answer)

    def told(self, act: Act, answer: Answer) -> None:
        """Tell how an act ended: in a toast, or on a page when there is much to tell."""
        lines = [line for line in (*answer.out.splitlines(), *answer.refusal) if line]
        if len(lines) > _LINES_MAX:
            title = act.title.say(self.house.language)
            self.app.push_screen(Page(title, lines, self.house.language))
        else:
            self.tell(" · ".join(lines) or self.say(_DONE), is_trouble=not answer.is_done)

    def read_out(self, answer: Answer) -> None:
        """Show a whole answer on a page, headed by its command."""
        self.page(self.house.line, [line for line in answer.out.splitlines() if line])

    def needs(self, chosen: str) -> bool:
        """Say whether a row is chosen, and tell the person when none is."""
        if not chosen:
            self.tell(self.say(_NOTHING))
        return bool(chosen)

    def page(self, title: str, lines: list[str]) -> None:
        """Show lines to be read."""
        self.app.push_screen(Page(title, lines, self.house.language))

    def hand(self, widget: Widget) -> None:
        """Give a widget the keys."""
        self.set_focus(widget)

    def _tabs(self) -> Content:
        parts: list[Content] = []
        for command in COMMANDS:
            if command.action.startswith("app.go(") and command.key.startswith("f"):
                is_here = f"'{self.PLACE}'" in command.action
                style = "bold reverse" if is_here else "dim"
                label = f"{command.key.upper()} {self.say(command.words)}"
                parts.append(Content.styled(label, style))
        return Content(" ").join([*parts[1:], parts[0]])  # the desk last: it may not fit

    def _show_bar(self) -> None:
        now = self.house.office.now().astimezone(self.house.zone)
        left = f" {self.say(self.TITLE_WORDS).upper()} · {self.house.event or '—'}"
        right, style = self.say(_ONLINE), GOOD
        if self._gone_at is not None:
            at = self._gone_at.astimezone(self.house.zone).strftime("%H:%M:%S")
            right, style = self.say(_GONE, at=at), f"bold {BAD}"
        right += f"  {now:%H:%M} "
        name = said(left, "bold", length_max=max(10, self.size.width - len(right) - 1))
        gap = max(1, self.size.width - name.cell_length - len(right))
        self.put("bar", Content.assemble(name, " " * gap, Content.styled(right, style)))

    def on_resize(self) -> None:
        """Fit the bar to the new width."""
        self._show_bar()

    def _show_last(self) -> None:
        line = f" $ {self.house.line}" if self.house.line else ""
        self.put("last", said(line, "dim", length_max=400))
