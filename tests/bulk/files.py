"""Files to import, planned and applied as the command does it."""

import json
import stat
from pathlib import Path
from typing import Any

from boxoffice.bulk.apply import Applied, Importer, apply_import
from boxoffice.bulk.campaign_apply import Sent
from boxoffice.bulk.plan import ImportPlan, plan_import
from boxoffice.bulk.plan_file import write_plan
from boxoffice.office import BoxOffice
from tests.making import SLUG

HEAD = "Pedido;Nome;E-mail;CPF;Empresa;Lote;Qtd;Cargo;Obs"
ANA = "P1;Ana Lima;ana@example.com;390.533.447-05;Aurora;Lote 1;1;Gerente;mesa 4"
BIA = "P2;Bia Sá;bia@example.com;;Aurora;lote 1;2;;"
CID = ";Cid d'Ávila;;;;LOTE 2;1;;"


def a_file(*rows: str, head: str = HEAD) -> bytes:
    """Return a CSV file as Excel in Brazil saves it."""
    return "\r\n".join([head, *(rows or (ANA, BIA, CID)), ""]).encode("windows-1252")


def many(count: int, *, tier: str = "Lote 1") -> bytes:
    """Return a file of so many orders."""
    return a_file(*(f"P{n};Ana {n};ana{n}@example.com;;;{tier};1;;" for n in range(count)))


def planned(office: BoxOffice, raw: bytes, **headings: str) -> ImportPlan:
    """Plan an import."""
    with office.reading() as session:
        return plan_import(session, office.actor, raw, SLUG, headings=headings, now=office.now())


def kept(office: BoxOffice, raw: bytes, folder: Path) -> Path:
    """Plan an import, and keep the plan in a file."""
    path = folder / "plan.json"
    write_plan(planned(office, raw), path, source="a.csv", by="local", now=office.now())
    return path


def importer(office: BoxOffice, **more: Any) -> Importer:
    """Return who brings orders in to this office."""
    return Importer(office.database, office.actor, office.ticket_key, office.now, **more)


def applied(office: BoxOffice, path: Path, **more: Any) -> Applied:
    """Apply the plan at `path`."""
    return apply_import(importer(office, **more), path)


def brought(office: BoxOffice, raw: bytes, folder: Path, **more: Any) -> Applied:
    """Plan an import and apply it."""
    return applied(office, kept(office, raw, folder), **more)


def told(plan: ImportPlan) -> list[str]:
    """Return the problems of a plan as lines."""
    return [str(problem) for problem in plan.problems]


def results(done: Applied | Sent) -> list[Any]:
    """Return the lines of a result file."""
    return [json.loads(line) for line in done.result.read_text("utf-8").splitlines()]


def mode(path: Path) -> int:
    """Return who may read a file."""
    return stat.S_IMODE(path.stat().st_mode)
