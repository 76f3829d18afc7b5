"""The site: every page has its place, the code tells the reference, and nothing is fetched."""

import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from boxoffice.cli.exits import EXIT_CODES
from boxoffice.door.rules import Verdict
from boxoffice.exports.catalogue import DEFINITIONS
from boxoffice.settings import KNOWN, PREFIX
from tests.site.__main__ import build
from tests.site.commands import plain
from tests.site.pages import ROOT, gather, told_pages

CONFIG = ROOT / "zensical.toml"
_FETCHED = re.compile(
    r"<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)=\"?(?:https?:)?//[^\"\s>]*", re.IGNORECASE
)


def places(nav: list[Any]) -> Iterator[str]:
    """Yield the pages that a navigation names."""
    for entry in nav:
        for there in entry.values() if isinstance(entry, dict) else (entry,):
            yield from places(there) if isinstance(there, list) else (there,)


def test_every_page_has_one_place_in_the_navigation(tmp_path: Path) -> None:
    gather(tmp_path / "pages")

    pages = {page.relative_to(tmp_path / "pages") for page in (tmp_path / "pages").rglob("*.md")}
    asked = [str(page) for page in pages if not re.match(r"\d{4}-", page.name)]
    nav = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["project"]["nav"]
    assert sorted(places(nav)) == sorted(asked)


def test_the_reference_tells_a_command_as_its_help_does() -> None:
    page = told_pages()["reference/commands/door.md"]

    told = page.partition("\n## boxoffice door undo\n")[2].partition("\n## ")[0]
    assert "Take an admission back." in told
    assert "boxoffice door undo [OPTIONS] [ticket]" in told
    assert "| `-e, --event <str>` | The event, by its slug. \\[required] |" in told
    assert "```sh\nboxoffice door undo K7QX2M-1 -e noite" in told


def test_the_reference_leaves_out_no_setting_exit_code_verdict_or_export() -> None:
    pages = told_pages()

    for setting in KNOWN:
        assert f"`{PREFIX}{setting.name.upper()}`" in pages["reference/settings.md"]
    for code, (name, _) in EXIT_CODES.items():
        assert f"\n| {code} | {name} |" in pages["reference/exit-codes.md"]
    for verdict in Verdict:
        assert f"\n| `{verdict}` |" in pages["reference/verdicts.md"]
    for name in DEFINITIONS:
        assert f"\n## {name}\n" in pages["reference/exports.md"]


def test_the_reference_tells_a_refusal_where_it_is_raised() -> None:
    page = told_pages()["reference/refusals.md"]

    assert "| `tier.sold_out` | 5 | 409 | A tier has fewer places left" in page
    assert "| `login.wrong` | 4 | 401 | the name or the password is wrong. |" in page
    assert "| `promo.used_up` | 5 | 409 |" in page
    assert "| `order.not_found` | 3 | 404 | there is no such order. |" in page


def test_words_of_a_cell_cannot_break_its_table() -> None:
    assert plain("a | b\n<c> [d]") == "a \\| b \\<c> \\[d]"


def test_the_site_is_built_without_a_warning_and_fetches_nothing(tmp_path: Path) -> None:
    shutil.copy(CONFIG, tmp_path)
    gather(tmp_path / "build" / "pages")

    assert build(tmp_path) == 0
    site = tmp_path / "build" / "site"
    assert (site / "index.html").is_file()
    assert (site / "reference" / "commands" / "order.html").is_file()
    fetched = [
        found
        for page in site.rglob("*.html")
        for found in _FETCHED.findall(page.read_text(encoding="utf-8"))
    ]
    assert fetched == []
