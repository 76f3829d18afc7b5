"""The window: keys from one list, a scanner that presses nothing, and text that acts on nothing."""

import pytest
from textual import events
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.widgets import Button, Input, Static

from boxoffice.tickets.code import short_text
from tui.app import BoxOfficeApp, Home
from tui.commands import COMMANDS, Place
from tui.guard import HOLD_SECONDS
from tui.text import said
from tui.words import Language

CODE = short_text(bytes(range(10)))


class Plain(Home):
    """A home where letters act: a button that has the focus, and a field."""

    PLACE = Place.TONIGHT
    BINDINGS = [("a", "note('a')", ""), ("b", "note('b')", "")]  # noqa: RUF012  (as Textual has it)

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[str] = []

    def compose(self) -> ComposeResult:
        yield Button("go", id="go")
        yield Input(id="field")
        yield Static(said("Ana [/b] \x1b[31m[@click=app.leave]x"))

    def action_note(self, letter: str) -> None:
        self.noted.append(letter)

    def on_button_pressed(self) -> None:
        self.noted.append("pressed")

    def on_input_submitted(self) -> None:
        self.noted.append("submitted")


class Desk(Home):
    """A home that takes every key."""

    PLACE = Place.DESK
    TAKES_ALL_KEYS = True

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[str] = []

    def take_key(self, event: events.Key) -> bool:
        self.taken.append(event.key)
        return event.is_printable

    def compose(self) -> ComposeResult:
        yield Static("desk")


class Window(BoxOfficeApp):
    """The window, with what its toasts said."""

    told: tuple[str, ...] = ()

    def tell(self, text: str, *, is_trouble: bool = False) -> None:
        self.told += (text,)
        super().tell(text, is_trouble=is_trouble)


@pytest.fixture
def app() -> Window:
    homes = {Place.TONIGHT: Plain, Place.DESK: Desk}
    return Window(homes, start=Place.TONIGHT, language=Language.EN)


async def typed(pilot: Pilot[None], text: str) -> None:
    """Send keys back to back, as a scanner does."""
    for letter in text:
        key = {"\r": "enter", "\n": "ctrl+j", "\t": "tab"}.get(letter, letter)
        pilot.app.post_message(events.Key(key, letter if letter.isprintable() else None))
    await pilot.pause(3 * HOLD_SECONDS)


def home(app: Window) -> Plain:
    assert isinstance(app.home, Plain)
    return app.home


@pytest.mark.anyio
async def test_a_scan_presses_nothing_and_is_told(app: Window) -> None:
    async with app.run_test() as pilot:
        home(app).query_one("#go").focus()
        await typed(pilot, CODE.lower() + "\r")

        assert home(app).noted == []
        assert app.told == ("ticket read: F2 opens the desk",)


@pytest.mark.anyio
async def test_what_a_person_types_goes_on_in_order(app: Window) -> None:
    async with app.run_test() as pilot:
        home(app).query_one("#go").focus()
        await typed(pilot, "ab\r")

        assert home(app).noted == ["a", "b", "pressed"]


@pytest.mark.anyio
async def test_a_field_gets_every_letter(app: Window) -> None:
    async with app.run_test() as pilot:
        field = home(app).query_one("#field", Input)
        field.focus()
        await typed(pilot, "maria da silva")

        assert field.value == "maria da silva"


@pytest.mark.anyio
async def test_a_letter_is_in_its_field_before_it_is_told_from_a_scan(
    app: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.app.HOLD_SECONDS", 3_600.0)
    async with app.run_test() as pilot:
        field = home(app).query_one("#field", Input)
        field.focus()
        await pilot.press("a")

        assert field.value == "a"


@pytest.mark.anyio
@pytest.mark.parametrize("ends", ["\r", "\r\r", "\n", "\t", "\r\n"])
async def test_a_scan_into_a_field_leaves_what_was_typed_there(app: Window, ends: str) -> None:
    async with app.run_test() as pilot:
        field = home(app).query_one("#field", Input)
        field.focus()
        await typed(pilot, "maria")
        await pilot.press("left")
        await typed(pilot, CODE + ends)

        assert (field.value, field.cursor_position) == ("maria", 4)
        assert app.focused is field
        assert home(app).noted == []
        assert app.told == ("ticket read: F2 opens the desk",)


@pytest.mark.anyio
async def test_the_desk_takes_letters_before_any_widget(app: Window) -> None:
    async with app.run_test() as pilot:
        await pilot.press("f2")
        await typed(pilot, "ab\r")

        assert isinstance(app.home, Desk)
        assert app.home.taken == ["a", "b", "enter"]


@pytest.mark.anyio
async def test_help_names_every_key_of_the_screen(app: Window) -> None:
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.press("f1")
        await pilot.pause()
        told = str(app.screen.query_one(Static).render())

        assert all(command.key in told for command in app.commands)
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is app.home


@pytest.mark.anyio
async def test_a_hostile_name_in_a_toast_ends_nothing(app: Window) -> None:
    async with app.run_test() as pilot:
        app.tell("Ana [/b] \x1b]52;c;x\x07 [@click=app.leave]", is_trouble=True)
        await pilot.pause()

        assert app.is_running


def test_no_two_commands_share_a_name_or_a_key_at_one_place() -> None:
    names = [command.id for command in COMMANDS]
    keys = [(command.place, command.key) for command in COMMANDS]

    assert len(set(names)) == len(names)
    assert len(set(keys)) == len(keys)
