"""Jobs, codes, courtesies and exports."""

from tui.acts.act import Act, Field, Given, flags, proof_of
from tui.words import Words


def retry(job_id: str) -> Act:
    """Make one job due now."""
    return Act(Words("Repetir tarefa", "Retry the job"), lambda _: ["job", "retry", job_id])


def retry_all() -> Act:
    """Make every job that ended badly due now."""
    return Act(
        Words("Repetir todas", "Retry all"),
        lambda _: ["job", "retry", "--all-failed"],
        warning=Words("Todas as que falharam vão de novo.", "All that ended badly run again."),
    )


def run_jobs() -> Act:
    """Run what is due, here and now."""
    return Act(Words("Rodar tarefas", "Run the jobs"), lambda _: ["job", "run", "--until-empty"])


def create_promo(event: str) -> Act:
    """Make a promo code."""

    def words(given: Given) -> list[str]:
        said = flags(given, percent="--percent", amount="--amount", uses="--uses",
                     person="--per-person", tier="--tier")  # fmt: skip
        return ["promo", "create", event, given["code"].strip(), *said]

    return Act(
        Words("Novo código", "New code"),
        words,
        (
            Field("code", Words("Código", "Code"), example="AMIGOS10"),
            Field("percent", Words("Desconto %", "Percent less"), example="10"),
            Field("amount", Words("ou desconto R$", "or so much less"), example="20,00"),
            Field("uses", Words("Usos", "Uses")),
            Field("person", Words("Por pessoa", "Per person")),
            Field("tier", Words("Só no lote", "Only for tier")),
        ),
    )


def revoke_promo(event: str, code: str) -> Act:
    """Revoke a promo code for good."""
    return Act(
        Words("Revogar código", "Revoke the code"),
        lambda _: ["promo", "revoke", event, code, "--yes"],
        warning=Words("Não volta mais.", "For good."),
        proof=proof_of(code),
    )


def plan_courtesies(event: str) -> Act:
    """Check a list of guests, and write what would be given."""

    def words(given: Given) -> list[str]:
        said = flags(given, tier="--tier", mode="--mode", name="--name")
        return ["courtesy", "plan", given["file"].strip(), "-e", event, *said]

    return Act(
        Words("Planejar cortesias", "Plan courtesies"),
        words,
        (
            Field("file", Words("Lista (CSV, XLSX)", "List (CSV, XLSX)"), example="convidados.csv"),
            Field("tier", Words("Lote", "Tier")),
            Field("mode", Words("codes ou tickets", "codes or tickets"), default="codes"),
            Field("name", Words("Campanha", "Campaign")),
        ),
    )


def apply_courtesies(file: str = "") -> Act:
    """Invite the guests of a plan."""
    return Act(
        Words("Aplicar plano de cortesias", "Apply a plan of courtesies"),
        lambda given: ["courtesy", "apply", given["file"].strip(), "--yes"],
        (Field("file", Words("Plano", "Plan"), default=file, example="convidados.csv.plan.json"),),
        warning=Words("Os lugares são dados e os e-mails saem.", "Places are given, mails leave."),
        proof="OK",
    )


def export(name: str, event: str | None) -> Act:
    """Write one export."""

    def words(given: Given) -> list[str]:
        said = flags(given, event="--event", where="--where", since="--since")
        return ["export", "run", name, "--out", given["out"].strip(), *said]

    return Act(
        Words(f"Exportar {name}", f"Export {name}"),
        words,
        (
            Field("out", Words("Arquivo", "File"), f"{name}.csv", ".csv .xlsx .jsonl .parquet"),
            Field("event", Words("Evento", "Event"), event or ""),
            Field("where", Words("Só onde", "Only where"), example="state=valid"),
            Field("since", Words("Desde", "Since"), example="last"),
        ),
        unshown=("--json",),
    )


def verify(file: str) -> Act:
    """Compare an exported file with its manifest."""
    return Act(
        Words("Conferir exportação", "Verify an export"), lambda _: ["export", "verify", file]
    )
