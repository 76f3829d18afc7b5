"""All pages of the site in one folder: those of docs/, and those that the code tells."""

import re
import shutil
from pathlib import Path

from tests.site.commands import command_pages
from tests.site.tables import table_pages

ROOT = Path(__file__).parents[2]
_BESIDE = ("CHANGELOG.md", "CONTRIBUTING.md")  # pages of the site that lie at the top of the house
_HEADING = re.compile(r"^# (.+)$", re.MULTILINE)


def gather(folder: Path) -> None:
    """Write every page into `folder`, in the place of what was there."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "docs", folder)
    for name in _BESIDE:
        text = (ROOT / name).read_text(encoding="utf-8")
        for other in _BESIDE:
            text = text.replace(f"]({other}", f"]({other.lower()}")
        (folder / name.lower()).write_text(text.replace("](docs/", "]("), encoding="utf-8")
    for path, text in told_pages().items():
        page = folder / path
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")


def told_pages() -> dict[str, str]:
    """Return the pages that nobody writes: the reference, and the list of decisions."""
    return {
        **command_pages(),
        **table_pages(),
        "decisions/index.md": decisions_page(ROOT / "docs" / "decisions"),
    }


def decisions_page(folder: Path) -> str:
    """Return the list of the decisions in `folder`, the oldest first."""
    lines = []
    for path in sorted(folder.glob("[0-9]*.md")):
        title = _HEADING.search(path.read_text(encoding="utf-8"))
        assert title, f"{path.name} begins with a heading"
        lines.append(f"- [{title[1]}]({path.name})")
    about = "Why it is so: a page for each choice between two good ways."
    return f"# Decisions\n\n{about}\n\n" + "\n".join(lines) + "\n"
