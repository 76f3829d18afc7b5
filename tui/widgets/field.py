"""A text field whose Enter is heard before the next key, however busy the machine is."""

from collections.abc import Callable

from textual.widgets import Input


class Field(Input):
    """A field of one line.

    Textual hears Enter some messages late: on a slow machine what is typed next would still land
    here. The window tells this field first, and `on_enter` says where the keys go from now on. The
    last letters may still be on their way into the field: who reads it waits by `call_later`.
    """

    def __init__(
        self,
        value: str = "",
        placeholder: str = "",
        *,
        id: str,  # noqa: A002  (Textual's)
        on_enter: Callable[["Field"], None],
        is_secret: bool = False,
    ) -> None:
        super().__init__(value, placeholder, id=id, password=is_secret, compact=True)
        self.on_enter = on_enter
        self.cursor_blink = False  # it would draw twice a second, all night
