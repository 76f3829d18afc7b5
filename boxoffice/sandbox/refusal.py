"""How the stand-in says no."""


class Refusal(Exception):
    """A definite no of the vendor: HTTP status, its code, and a sentence for people."""

    def __init__(self, code: str, description: str, *, status: int = 400) -> None:
        super().__init__(description)
        self.code = code
        self.status = status
