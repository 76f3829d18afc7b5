"""The tables of the reference: settings, exit codes, verdicts, exports and refusals."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from boxoffice import errors
from boxoffice.cli.exits import EXIT_CODES
from boxoffice.door.rules import ExitOf, Verdict
from boxoffice.door.words import SYMBOLS, say
from boxoffice.exports.catalogue import DEFINITIONS
from boxoffice.promos.rules import WhyNot
from boxoffice.settings import KNOWN, PREFIX
from tests.site.commands import plain, row, table

CODE = Path(__file__).parents[2]
_PACKAGES = ("boxoffice", "tasks", "tui")
_NOBODY, _NEVER = UUID(int=0), datetime(2000, 1, 1, tzinfo=UTC)


def table_pages() -> dict[str, str]:
    """Return the pages that are one table or a few, by their paths in the site."""
    return {
        "reference/settings.md": settings_page(),
        "reference/exit-codes.md": exits_page(),
        "reference/verdicts.md": verdicts_page(),
        "reference/exports.md": exports_page(),
        "reference/refusals.md": refusals_page(),
    }


def settings_page() -> str:
    """Tell every setting, from `boxoffice/settings.py`."""
    rows = [
        row(
            f"`{PREFIX}{setting.name.upper()}`" + (" \\*" if setting.may_be_filed else ""),
            f"`{setting.name}`",
            plain(setting.help),
            f"`{setting.default}`" if setting.default else "",
        )
        for setting in KNOWN
    ]
    about = (
        "The environment goes first, then `boxoffice.toml` in the working folder (or `--config "
        "FILE`), then the one in home. Those marked \\* may name a file instead, by "
        f"`{PREFIX}…_FILE`. `boxoffice config show` says which value holds, and why."
    )
    return f"# Settings\n\n{about}\n\n{table('environment', 'in the file', 'what', 'else', rows)}\n"


def exits_page() -> str:
    """Tell every exit code, from `boxoffice/cli/exits.py`."""
    rows = [row(str(code), name, plain(when)) for code, (name, when) in EXIT_CODES.items()]
    return f"# Exit codes\n\n{table('code', 'name', 'when', rows)}\n"


def verdicts_page() -> str:
    """Tell every verdict as the door says it, from `boxoffice/door/rules.py`."""
    told = ["# Verdicts", "What a scan answers, and what the operator is told to do."]
    for family, sign in SYMBOLS.items():
        rows = []
        for verdict in Verdict:
            if verdict.family is family:
                said = say(_NOBODY, verdict, ticket=None, first=None, scanned_at=_NEVER, zone=UTC)
                rows.append(row(f"`{verdict}`", plain(said.message), plain(said.hint)))
        told.append(f"## {sign} {family}\n\nExit code {ExitOf[family.name].value}.")
        told.append(table("verdict", "says", "what next", rows))
    return "\n\n".join(told) + "\n"


def exports_page() -> str:
    """Tell every export with its columns, from `boxoffice/exports/definitions/`."""
    about = (
        "Names of columns are for ever. Those marked • hold personal data. How exports run: "
        "[exports](../exports.md)."
    )
    told = ["# Exports and their columns", about]
    for one in DEFINITIONS.values():
        rows = [
            row(f"`{column.name}`{' •' if column.is_personal else ''}", column.kind)
            for column in one.columns
        ]
        says = f"{plain(one.about)} `--since` and `--as-of` look at `{one.moment}`."
        told.append(f"## {one.name}\n\n{says}\n\n{table('column', 'holds', rows)}")
    return "\n\n".join(told) + "\n"


def refusals_page() -> str:
    """Tell every refusal by its code, from `boxoffice/errors.py` and where each is raised."""
    raised = raised_codes()
    about = (
        "A refusal means that nothing happened. Its code is in `error.code` of the JSON on stderr; "
        "its family decides the exit code, the HTTP status, and whether to try again. `…` stands "
        "for what differs."
    )
    told = ["# Refusals", about]
    for family in (
        *(errors.Invalid, errors.NotFound, errors.Forbidden),
        *(errors.Refused, errors.Unavailable, errors.Busy),
    ):
        rows = [
            row(f"`{code}`", str(kind.exit_code), str(kind.http_status), plain(says))
            for kind in (family, *kinds_of(family))
            for code, says in sorted(_cases(kind, raised[kind.__name__]).items())
        ]
        again = "Trying again may work." if family.retryable else "Trying again changes nothing."
        told.append(f"## {family.__name__}\n\n{_about(family)} {again}")
        told.append(table("code", "exit", "HTTP", "what is so", rows))
    return "\n\n".join(told) + "\n"


def _cases(kind: type[errors.BoxOfficeError], raised: Mapping[str, str]) -> dict[str, str]:
    """Return the codes of one kind of refusal, each with what is so."""
    own = {} if kind is errors.NotFound else {kind.code: _about(kind)}  # it always has a noun
    return {**own, **{code: says or _about(kind) for code, says in raised.items()}}


def kinds_of(family: type[errors.BoxOfficeError]) -> Iterator[type[errors.BoxOfficeError]]:
    """Yield what is of a family, closest first."""
    for kind in family.__subclasses__():
        if kind.__module__ == errors.__name__:
            yield kind
            yield from kinds_of(kind)


def raised_codes() -> dict[str, dict[str, str]]:
    """Return, for each kind of refusal, the codes that it is raised with and what each says."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    found["PromoRefused"] = {f"promo.{why}": "" for why in WhyNot}  # its code is put together
    for path in (path for package in _PACKAGES for path in sorted((CODE / package).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                code = code_of(node.func.id, node)
                if code:
                    found[node.func.id].setdefault(code, _says(node.func.id, node))
    return found


def code_of(name: str, call: ast.Call) -> str:
    """Return the code that a call gives to a refusal in so many words; empty when it gives none."""
    if name == errors.NotFound.__name__ and call.args:
        noun = call.args[0]
        return str(noun.value) + ".not_found" if isinstance(noun, ast.Constant) else ""
    for keyword in call.keywords:
        if keyword.arg == "code" and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    return ""


def _says(name: str, call: ast.Call) -> str:
    """Return the sentence of a refusal, with `…` for what differs."""
    said = call.args[0] if call.args else None
    if name == errors.NotFound.__name__:
        return "there is no such " + code_of(name, call).partition(".")[0] + "."
    if isinstance(said, ast.Constant):
        return str(said.value)
    if isinstance(said, ast.JoinedStr):
        parts = said.values
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "…" for one in parts)
    return ""


def _about(kind: type[errors.BoxOfficeError]) -> str:
    return (kind.__doc__ or "").partition("\n")[0].replace("`", "")
