"""Set events up, and put them on sale."""

from dataclasses import replace

from tui.acts.act import Act, Field, Given, flags, proof_of
from tui.words import Words

_EDITABLE = (
    Field("title", Words("Título", "Title")),
    Field("starts", Words("Começa", "Starts"), example="01/12/2026 19:00"),
    Field("venue", Words("Local", "Venue")),
    Field("capacity", Words("Lotação", "Capacity")),
)


def create() -> Act:
    """Make a draft. Its tiers come after it, each by `add_tier`."""

    def words(given: Given) -> list[str]:
        said = flags(given, title="--title", starts="--starts-at", venue="--venue",
                     capacity="--capacity", tier="--tier")  # fmt: skip
        return ["event", "create", given["slug"].strip(), *said]

    title, starts, *others = _EDITABLE
    return Act(
        Words("Novo evento", "New event"),
        words,
        (
            Field("slug", Words("Nome curto (a-z, 0-9, -)", "Short name (a-z, 0-9, -)"),
                  example="noite", is_needed=True),
            replace(title, is_needed=True),
            replace(starts, is_needed=True),
            *others,
            Field("tier", Words("Lote: nome:preço:lugares", "Tier: name:price:places"),
                  example="Lote 1:100:200"),
        ),
    )  # fmt: skip


def edit(slug: str) -> Act:
    """Change what is filled in, and nothing else."""

    def words(given: Given) -> list[str]:
        said = flags(given, title="--title", starts="--starts-at", venue="--venue",
                     capacity="--capacity")  # fmt: skip
        return ["event", "edit", slug, *said, "--yes"]

    return Act(
        Words("Mudar evento (vazio: fica)", "Edit the event (empty: stays)"),
        words,
        _EDITABLE,
        warning=Words("Vale para novos pedidos.", "Orders placed before keep their prices."),
    )


def add_tier(slug: str) -> Act:
    """Add a tier (lote)."""

    def words(given: Given) -> list[str]:
        said = flags(given, price="--price", quota="--quota", category="--category",
                     after="--after")  # fmt: skip
        return ["tier", "add", slug, given["name"].strip(), *said]

    return Act(
        Words("Novo lote", "New tier"),
        words,
        (
            Field("name", Words("Nome", "Name"), example="Lote 2", is_needed=True),
            Field("price", Words("Preço", "Price"), example="120", is_needed=True),
            Field("quota", Words("Lugares", "Places"), example="100", is_needed=True),
            Field("category", Words("Tipo", "Category"), example="full | half | courtesy | staff"),
            Field("after", Words("Abre depois de", "Opens after")),
        ),
    )


def apply(file: str = "event.toml") -> Act:
    """Make an event what its file says."""
    return Act(
        Words("Aplicar arquivo de evento", "Apply an event file"),
        lambda given: ["event", "apply", given["file"].strip(), "--yes"],
        (Field("file", Words("Arquivo", "File"), default=file),),
        warning=Words("O evento passa a ser o arquivo.", "The event becomes what the file says."),
    )


def publish(slug: str) -> Act:
    """Put it on sale."""
    return Act(
        Words("Pôr à venda", "Put on sale"),
        lambda _: ["event", "publish", slug],
        warning=Words(f"{slug} vai à venda agora.", f"{slug} goes on sale now."),
    )


def pause(slug: str) -> Act:
    """Stop selling, for a while."""
    return Act(
        Words("Pausar venda", "Pause the sale"),
        lambda _: ["event", "pause", slug],
        warning=Words(f"{slug} para de vender.", f"{slug} stops selling."),
    )


def close(slug: str) -> Act:
    """End the sale for good."""
    return Act(
        Words("Encerrar venda", "End the sale"),
        lambda _: ["event", "close", slug, "--yes"],
        warning=Words(f"{slug} não vende mais, nunca.", f"{slug} never sells again."),
        proof=proof_of(slug),
    )
