"""Themes: dark, light, and one of the strongest contrasts. The verdicts' colours are no theme's."""

from textual.theme import Theme

DARK = Theme(
    name="boxoffice-dark",
    primary="#5fafd7",
    secondary="#87afaf",
    accent="#d7af5f",
    foreground="#d0d0d0",
    background="#121212",
    surface="#1c1c1c",
    panel="#262626",
    success="#00af87",
    warning="#ffd75f",
    error="#ff8787",
    dark=True,
)
LIGHT = Theme(
    name="boxoffice-light",
    primary="#005f87",
    secondary="#005f5f",
    accent="#875f00",
    foreground="#1c1c1c",
    background="#ffffff",
    surface="#f4f4f4",
    panel="#e4e4e4",
    success="#005f3c",
    warning="#875f00",
    error="#9e0000",
    dark=False,
)
CONTRAST = Theme(
    name="boxoffice-contrast",
    primary="#ffffff",
    secondary="#ffffff",
    accent="#ffff00",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    success="#00ff87",
    warning="#ffff00",
    error="#ff8787",
    dark=True,
)
THEMES = (DARK, LIGHT, CONTRAST)
