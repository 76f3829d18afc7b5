"""What mails say: every template in every language, and nothing of a stranger's that acts."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from boxoffice.money import Money
from boxoffice.wording.catalogue import catalogue
from boxoffice.wording.compose import SUBJECT_MAX, Fact, compose, facts_named
from boxoffice.wording.languages import Language
from boxoffice.wording.templates import (
    GREETING,
    GREETING_TO_NOBODY,
    LABELS,
    TEMPLATES,
)

STARTS = datetime(2026, 12, 1, 22, 30, tzinfo=UTC).astimezone(ZoneInfo("America/Sao_Paulo"))
FACTS: dict[str, Fact] = {
    "event": "Noite das Farmácias",
    "order": "K7QX2M",
    "count": 2,
    "starts": STARTS,
    "venue": "Clube Naval",
    "amount": Money(123_456),
    "expires": STARTS,
    "boleto_line": "23793.38128 60007.827136 95000.063305 9 84660000010000",
    "pix_payload": "00020101021226770014br.gov.bcb.pix",
    "invoice_url": "https://www.asaas.com/i/080225913252",
    "code": "AURORA-7KQ",
    "until": STARTS,
    "export": "attendees",
    "reason": "disk full",
    "proof": "TED 4711",
    "tier": "Camarote",
    "owed": Money(5_000),
    "page_url": "https://www.asaas.com/estorno/080225913252",
}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='x",
    "{order} {0} {__class__} %(x)s %s $x",
    "a\r\nBcc: x@y.z\r\n\r\nbody",
    "\x1b[2J\x07\u202e",
    "&lt;b&gt; & co.",
    "x" * 5_000,
]
TAGS = {"html", "head", "meta", "title", "body", "div", "p", "table", "tr", "td", "a"}


class Tags(HTMLParser):
    """Collects what a reader's program would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one tag."""
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in {"href", "src"}}


def read(html: str) -> Tags:
    found = Tags()
    found.feed(html)
    return found


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_mail_can_be_written_in_every_language(template: str, language: Language) -> None:
    said = compose(template, language, name="Rita", **FACTS)

    assert said.subject
    assert "{" not in said.subject + said.text
    for name in TEMPLATES[template].table:
        if isinstance(FACTS[name], str):
            assert str(FACTS[name]) in said.text
    assert f'lang="{language}"' in said.html


def test_every_sentence_has_words_in_portuguese_that_name_the_same_facts() -> None:
    ours = {GREETING, GREETING_TO_NOBODY, *LABELS.values()}
    ours |= {sentence for template in TEMPLATES.values() for sentence in template.sentences}
    words = catalogue(Language.PT_BR)

    assert set(words) == ours
    assert all(facts_named(words[one]) == facts_named(one) for one in ours)


def test_no_catalogue_holds_markup_or_a_link() -> None:
    for said in (*catalogue(Language.PT_BR), *catalogue(Language.PT_BR).values()):
        assert not re.search(r"[<>&]|https?:", said)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("template", TEMPLATES)
def test_nothing_that_a_stranger_wrote_acts(template: str, text: str) -> None:
    facts: dict[str, Fact] = {
        name: text if isinstance(fact, str) else fact for name, fact in FACTS.items()
    }

    said = compose(template, Language.PT_BR, name=text, **facts)

    found = read(said.html)
    assert found.tags <= TAGS
    assert found.names <= {"lang", "charset", "name", "content", "style", "role", "href"}
    assert found.links == set()
    assert said.subject.isprintable()
    assert len(said.subject) <= SUBJECT_MAX
    assert all(line.isprintable() for line in said.text.split("\n"))


@pytest.mark.parametrize(
    ("address", "links"),
    [
        ("https://www.asaas.com/i/1", {"https://www.asaas.com/i/1"}),
        ("javascript:alert(1)", set()),
        ("http://www.asaas.com/i/1", set()),
        ('https://x/" onclick="alert(1)', {'https://x/" onclick="alert(1)'}),
    ],
)
def test_only_a_page_over_https_becomes_a_link(address: str, links: set[str]) -> None:
    facts = FACTS | {"invoice_url": address}

    found = read(compose("payment_request", Language.EN, **facts).html)

    assert (found.links, "onclick" in found.names) == (links, False)


def test_a_fact_that_is_not_given_has_no_line() -> None:
    said = compose("payment_request", "en", event="Noite", order="K7QX2M", boleto_line="")

    assert "Boleto" not in said.text + said.html
    assert "PIX" not in said.text + said.html


def test_money_and_moments_are_written_as_the_language_does() -> None:
    here, there = (compose("payment_request", one, **FACTS).text for one in ("pt-BR", "en"))

    assert "R$ 1.234,56" in here
    assert "R$1,234.56" in there
    assert "01/12/2026 19:30" in here
    assert "2026-12-01 19:30" in there


def test_a_mail_to_nobody_in_particular_greets_all_the_same() -> None:
    assert compose("tickets", "pt-BR", **FACTS).text.startswith("Olá!\n")


def test_a_template_a_language_or_a_fact_that_is_not_there_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        compose("ticket", "en", **FACTS)
    with pytest.raises(ValueError, match="fr"):
        compose("tickets", "fr", **FACTS)
    with pytest.raises(KeyError):
        compose("tickets", "en", event="Noite")
