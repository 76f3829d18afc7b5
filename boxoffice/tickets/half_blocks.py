"""QR codes drawn in a terminal, two modules to a character."""

from boxoffice.tickets.qr import Level, Matrix, matrix

QR_STYLE = "#000000 on #ffffff"
"""How to paint the lines. In a dark theme's own colours the code is inverted, and banks' apps do
not read it: always paint it black on white."""

_QUIET_MODULES = (4, 2)  # the standard's border where there is room; two still read every time
_BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def terminal_qr(text: str, *, columns: int, rows: int) -> list[str] | None:
    """Return the lines of a QR code holding `text`, or `None` when `columns` × `rows` is too small.

    The lines are of one width, quiet zone included, and are to be painted in `QR_STYLE`. Nothing
    stains a screen, so the code keeps the least redundancy and stays small: a PIX payload of 187
    characters needs 53 × 27.

    Raises:
        BadValue: the text is empty, or is too long for any QR code.
    """
    grid = matrix(text, level=Level.L)
    for quiet in _QUIET_MODULES:
        side = len(grid) + 2 * quiet
        if side <= columns and (side + 1) // 2 <= rows:
            return _half_blocks(_bordered(grid, quiet))
    return None


def _bordered(grid: Matrix, quiet: int) -> Matrix:
    """Return `grid` with `quiet` light modules around it, and one more row to make them even."""
    light_row = (False,) * (len(grid) + 2 * quiet)
    sides = (False,) * quiet
    middle = (sides + row + sides for row in grid)
    return (*[light_row] * quiet, *middle, *[light_row] * (quiet + 1))


def _half_blocks(grid: Matrix) -> list[str]:
    """Return each two rows of an even `grid` as one line."""
    return [
        "".join(_BLOCKS[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(grid[::2], grid[1::2], strict=True)
    ]
