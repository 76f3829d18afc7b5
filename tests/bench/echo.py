"""The floor of the desk: a plain Textual app with an Input, which echoes what was entered."""

from textual import on
from textual.app import App, ComposeResult
from textual.widgets import Input, Static


class Echo(App[None]):
    """One field, and below it what was entered last."""

    def compose(self) -> ComposeResult:
        """Lay out the field and the echo."""
        yield Static("SCAN", markup=False)
        yield Input()
        yield Static(id="echo", markup=False)

    @on(Input.Submitted)
    def echo(self, message: Input.Submitted) -> None:
        """Show what was entered, and clear the field."""
        self.query_one("#echo", Static).update(f"<{message.value}>")
        message.input.clear()


if __name__ == "__main__":
    Echo().run(mouse=False)
