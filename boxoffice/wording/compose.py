"""Compose a mail: one template, one language, the facts; text and HTML say the same.

    said = compose("refund_done", "pt-BR", name="Rita", event="Noite", order="K7QX2M", amount=paid)

Every value is made one inert line first and HTML is escaped last, a whole sentence at a time:
neither a name nor a translation can bring a tag, a link or a second header line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from string import Formatter

from boxoffice.money import Money
from boxoffice.text import shown
from boxoffice.wording.catalogue import say
from boxoffice.wording.languages import Language
from boxoffice.wording.templates import GREETING, GREETING_TO_NOBODY, LABELS, TEMPLATES

Fact = str | int | Money | datetime

SUBJECT_MAX = 180  # characters; the rest is cut with an ellipsis
_LINE_MAX = 4_000  # characters of a line of the organizer's
_FACT_MAX = 600  # characters; the longest honest one is a PIX text
_PAGES = frozenset({"invoice_url", "page_url"})
_CODES = frozenset({"code", "pix_payload", "boleto_line", "order"})

_PAGE = (
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>{subject}</title></head>'
    '<body style="margin:0;padding:24px;font:16px/1.5 sans-serif;color:#1a1a1a;background:#fff">'
    '<div style="max-width:36em">{body}</div></body></html>'
)
_CELL = '<td style="padding:4px 16px 4px 0;vertical-align:top{more}">{value}</td>'


@dataclass(frozen=True, slots=True)
class Composed:
    """What a mail says."""

    subject: str
    text: str
    html: str


def compose(template: str, language: Language | str, **facts: Fact) -> Composed:
    """Write the mail `template` in `language`; the fact `name` is who is greeted, if anybody.

    The fact `message` is the organizer's own words: they stand below the greeting, and blank
    lines part their paragraphs.

    A moment is written in the zone that it carries: pass `starts_at.astimezone(event_zone)`. A
    fact of the table that is empty or not given has no line; what a sentence names must be given.

    Raises:
        KeyError: there is no such template, or a sentence names a fact that was not given.
        ValueError: there is no such language.
    """
    words, spoken = TEMPLATES[template], Language(language)
    told = {key: _written(value, spoken) for key, value in facts.items()}
    greeting = GREETING if told.get("name") else GREETING_TO_NOBODY
    before = [
        _filled(greeting, spoken, told),
        *_paragraphs_of(str(facts.get("message", ""))),
        *(_filled(sentence, spoken, told) for sentence in words.before),
    ]
    after = [_filled(sentence, spoken, told) for sentence in words.after]
    rows = [(key, say(LABELS[key], spoken), told[key]) for key in words.table if told.get(key)]
    subject = shown(_filled(words.subject, spoken, told), length_max=SUBJECT_MAX)
    return Composed(
        subject, _text(before, rows, after), _html(spoken, subject, before, rows, after)
    )


def _paragraphs_of(message: str) -> list[str]:
    """Return the paragraphs of somebody's words, each of inert lines."""
    lines = [shown(line.strip(), length_max=_LINE_MAX) for line in message.splitlines()]
    return [part.strip() for part in "\n".join(lines).split("\n\n") if part.strip()]


def facts_named(sentence: str) -> set[str]:
    """Return the names in braces of a sentence."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def _filled(sentence: str, language: Language, told: Mapping[str, str]) -> str:
    return say(sentence, language).format_map(told)


def _written(value: Fact, language: Language) -> str:
    """Write one fact as people of this language do, on one line."""
    match value:
        case Money():
            from babel.numbers import format_currency  # noqa: PLC0415  (30 ms, only for money)

            locale = language.replace("-", "_")
            return format_currency(value.decimal, value.currency, locale=locale).replace(
                "\xa0", " "
            )
        case datetime():
            form = "%d/%m/%Y %H:%M" if language is Language.PT_BR else "%Y-%m-%d %H:%M"
            return value.strftime(form)
        case _:
            return shown(str(value), length_max=_FACT_MAX)


def _text(before: list[str], rows: list[tuple[str, str, str]], after: list[str]) -> str:
    width = max((len(label) for _, label, _ in rows), default=0)
    table = "\n".join(f"  {label:<{width}}  {value}" for _, label, value in rows)
    return "\n\n".join([*before, *([table] if table else []), *after]) + "\n"


def _html(
    language: Language,
    subject: str,
    before: list[str],
    rows: list[tuple[str, str, str]],
    after: list[str],
) -> str:
    lines = "".join(
        "<tr>"
        + _CELL.format(more=";color:#555", value=escape(label))
        + _CELL.format(
            more=";font-family:monospace;word-break:break-all" if key in _CODES else "",
            value=_link(value) if key in _PAGES else escape(value),
        )
        + "</tr>"
        for key, label, value in rows
    )
    table = f'<table role="presentation" style="border-collapse:collapse">{lines}</table>'
    body = _paragraphs(before) + (table if lines else "") + _paragraphs(after)
    return _PAGE.format(language=language, subject=escape(subject), body=body)


def _paragraphs(sentences: list[str]) -> str:
    return "".join(
        "<p>{}</p>".format(escape(sentence).replace("\n", "<br>")) for sentence in sentences
    )


def _link(address: str) -> str:
    """Return a link to a page of the gateway; what is no plain https address stays words."""
    safe = escape(address)
    return f'<a href="{safe}">{safe}</a>' if address.startswith("https://") else safe
