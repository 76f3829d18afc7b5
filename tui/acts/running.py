"""Jobs, letters, codes, courtesies and exports."""

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


def show_job(job_id: str) -> Act:
    """Tell where a job is, and what went wrong with it."""
    return Act(Words("Tarefa", "The job"), lambda _: ["job", "show", job_id])


def replay(letter: str) -> Act:
    """Read a letter once more: the gateway is asked what is so now."""
    return Act(Words("Reler carta", "Replay the letter"), lambda _: ["webhook", "replay", letter])


def show_letter(letter: str) -> Act:
    """Show a letter as it came."""
    return Act(Words("Carta", "The letter"), lambda _: ["webhook", "show", letter])


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


def export(name: str, event: str = "", out: str = "") -> Act:
    """Write one export. One that is saved knows its file and its event by itself."""

    def words(given: Given) -> list[str]:
        said = flags(given, out="--out", event="--event", where="--where", since="--since")
        return ["export", "run", name, *said]

    return Act(
        Words(f"Exportar {name}", f"Export {name}"),
        words,
        (
            Field("out", Words("Arquivo", "File"), out, ".csv .xlsx .jsonl .parquet"),
            Field("event", Words("Evento", "Event"), event),
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
