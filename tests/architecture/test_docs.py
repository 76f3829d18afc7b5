"""Every link in the pages leads somewhere."""

import re
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^ {0,3}(```+|~~~+).*?^ {0,3}\1[ \t]*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
LINK = re.compile(
    r"\]\(<?([^)<>\s]+)>?(?:\s+\"[^\"]*\")?\)|^\[[^\]]+\]:\s*<?(\S+?)>?\s*$",
    re.MULTILINE,
)
HEADING = re.compile(r"^#{1,6} +(.+?)(?: +#+)?[ \t]*$", re.MULTILINE)
NAMED = re.compile(r"<a (?:id|name)=\"([^\"]+)\"")
OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


def pages(folder: Path) -> list[Path]:
    """Return the Markdown files of `folder`, leaving out hidden folders such as `.venv`."""
    found = (path.relative_to(folder) for path in folder.rglob("*.md"))
    return sorted(folder / path for path in found if not path.parts[0].startswith("."))


def anchors(page: Path) -> set[str]:
    """Return the anchors of `page`: its headings as the usual renderers name them, and `<a id>`."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    seen: Counter[str] = Counter()
    names = set(NAMED.findall(text))
    for heading in HEADING.findall(text):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        name = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        names.add(f"{name}-{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return names


def dead_links(folder: Path) -> list[str]:
    """Return each dead link as `page: target`. Links to the outside are not tried."""
    dead = []
    for page in pages(folder):
        text = CODE.sub("", FENCE.sub("", page.read_text(encoding="utf-8")))
        for inline, reference in LINK.findall(text):
            target = inline or reference
            if OUTSIDE.match(target):
                continue
            path, _, anchor = unquote(target).partition("#")
            there = page.parent / path if path else page
            if not there.exists() or (
                anchor and there.suffix == ".md" and anchor not in anchors(there)
            ):
                dead.append(f"{page.relative_to(folder)}: {target}")
    return dead


def test_no_link_in_the_pages_is_dead() -> None:
    assert dead_links(ROOT) == []


def test_a_dead_link_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "tour.md").write_text("## The door, open\n## The door, open\n")
    (tmp_path / "README.md").write_text(
        "# Here\n[a](docs/tour.md) [b](docs/gone.md) [c](#here) [d](#there)\n"
        "[e](docs/tour.md#the-door-open-1) [f](docs/tour.md#the-door-open-2) `[g](gone)`\n"
        "```\n[h](gone)\n```\n[i]: gone.md\n[j](mailto:a@example.org)\n"
    )

    assert dead_links(tmp_path) == [
        "README.md: docs/gone.md",
        "README.md: #there",
        "README.md: docs/tour.md#the-door-open-2",
        "README.md: gone.md",
    ]


def test_hidden_folders_are_not_ours_to_read(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "README.md").write_text("[gone](gone.md)")

    assert dead_links(tmp_path) == []
