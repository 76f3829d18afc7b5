"""The tour and the guides are typed as they stand, and answer as they say."""

from pathlib import Path

import pytest

from tests.journeys.typed import DOCS, blocks, disagreements, section, type_page

GUIDES = sorted(path.stem for path in (DOCS / "guides").glob("*.md"))
TRANSLATED = {"tour.md": "tour.md", "door.md": "guides/door.md"}


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_every_command_of_the_tour_answers_as_it_says(tmp_path: Path) -> None:
    assert disagreements(type_page(page("tour.md"), tmp_path)) == []


@pytest.mark.parametrize("guide", GUIDES)
def test_every_command_of_a_guide_answers_as_it_says(guide: str, tmp_path: Path) -> None:
    before = section(page("tour.md"), "Set up")

    answers = type_page(f"{before}\n{page(f'guides/{guide}.md')}", tmp_path)

    assert disagreements(answers) == []


def test_a_page_that_says_something_else_is_noticed(tmp_path: Path) -> None:
    text = "```console\n$ echo one\ntwo\n$ echo error: no\n…\n$ echo three\n…ee\n```\n"

    wrong = disagreements(type_page(text, tmp_path))

    assert [line.partition("\n")[0] for line in wrong] == ["$ echo one", "$ echo error: no"]


@pytest.mark.parametrize("name", sorted(TRANSLATED))
def test_a_translation_has_the_commands_and_files_of_its_page(name: str) -> None:
    assert blocks(page(f"pt-br/{name}")) == blocks(page(TRANSLATED[name]))
