"""Ask what an act needs, show the command that is made of it, and run that command."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from boxoffice.ids import new_id
from tui.acts.act import SURE, Act
from tui.house import Answer, House, spelt
from tui.text import said
from tui.widgets.field import Field
from tui.words import Words

_KEYS = Words("Enter segue · Esc desiste", "Enter goes on · Esc gives up")
_PROOF = Words("digite {proof} para confirmar", "type {proof} to go on")
_NOT_MEANT = Words("Nada foi feito: {proof}.", "Nothing was done: {proof}.")
_EXAMPLE = Words("ex.: {example}", "e.g. {example}")
_MISSING = Words("falta preencher: {label}", "still to be filled in: {label}")
_RUNNING = Words("um momento…", "one moment…")
_DOUBT = "doubt"


class Form(ModalScreen[Answer]):
    """The fields of one act. It stays open while the command is refused, and says why."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("down", "app.focus_next"),
        ("up", "app.focus_previous"),
    ]

    def __init__(self, house: House, act: Act) -> None:
        super().__init__()
        self._house = house
        self._act = act
        # Race: an answer that was lost is asked for again. The key makes it the same sale.
        self._key = ("--idempotency-key", str(new_id())) if act.has_key else ()
        self._is_running = False

    def compose(self) -> ComposeResult:
        """Lay the fields under each other, the doubt last."""
        act, language = self._act, self._house.language
        with VerticalScroll(id="form", can_focus=False):
            yield Static(said(act.title.say(language), "bold"), markup=False)
            yield Static(id="said", markup=False)
            for field in act.fields:
                yield from self._row(
                    field.label.say(language),
                    Field(field.default, self._example(field.example), id=field.name,
                          on_enter=self.go_on, is_secret=field.is_secret),
                )  # fmt: skip
            if act.warning is not None:
                yield Static(said(act.warning.say(language), "bold"), id="warning", markup=False)
                yield from self._row(self._doubt, Field(id=_DOUBT, on_enter=self.go_on))
            yield Static(id="line", markup=False)
            yield Static(said(_KEYS.say(language), "dim"), markup=False)

    def _example(self, example: str) -> str:
        # It says that it is one: what stands in a field reads as if it were filled in.
        return _EXAMPLE.say(self._house.language, example=example) if example else ""

    def _row(self, label: str, field: Field) -> ComposeResult:
        with Horizontal(classes="row"):
            yield Label(said(label), markup=False)
            yield field

    def on_mount(self) -> None:
        """Begin with the first field, and the command as it stands."""
        self.query(Field).first().focus()
        self._show_line()

    @property
    def _doubt(self) -> str:
        if self._act.proof:
            return _PROOF.say(self._house.language, proof=self._act.proof)
        return SURE.say(self._house.language)

    @property
    def _given(self) -> dict[str, str]:
        return {field.name: self.query_one(f"#{field.name}", Field).value
                for field in self._act.fields}  # fmt: skip

    @on(Input.Changed)
    def _show_line(self) -> None:
        """Show the command as it would run now."""
        line = spelt(self._act.words(self._given))
        self.query_one("#line", Static).update(said(f"$ {line}", "dim", length_max=400))

    def go_on(self, field: Field) -> None:
        """Go to the next field; after the last one, run the command."""
        fields = list(self.query(Field))
        if field is fields[-1]:
            field.call_later(self._end, field)
        else:
            self.set_focus(fields[fields.index(field) + 1])

    def _end(self, last: Field) -> None:
        missing = self._act.missing(self._given)
        if missing is not None:
            label = missing.label.say(self._house.language)
            words = _MISSING.say(self._house.language, label=label)
            self._tell(said(words, "$warning"))
            self.set_focus(self.query_one(f"#{missing.name}", Field))
            return
        if self._act.warning is not None and not self._act.is_meant(last.value):
            said_no = _NOT_MEANT.say(self._house.language, proof=self._doubt)
            self._tell(Content.styled(said_no, "$warning"))
            return
        if not self._is_running:
            self._is_running = True
            self._tell(said(_RUNNING.say(self._house.language), "dim"))
            self._do(self._given)

    def _tell(self, text: Content) -> None:
        told = self.query_one("#said", Static)
        told.update(text)
        told.scroll_visible(animate=False)

    @work(thread=True, exit_on_error=False)
    def _do(self, given: dict[str, str]) -> None:
        unshown = [*self._act.unshown, *self._key]
        answer = self._house.do(
            self._act.words(given), unshown=unshown, typed=self._act.typed(given)
        )
        self.app.call_from_thread(self._done, answer)

    def _done(self, answer: Answer) -> None:
        self._is_running = False
        if answer.is_done:
            self.dismiss(answer)
            return
        told = Content("\n").join(
            [said(line, "$error", length_max=300) for line in answer.refusal[:4]]
        )
        self._tell(told)
        self.query(Field).first().focus()
