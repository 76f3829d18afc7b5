"""`boxoffice event create` and `edit`: an event from flags, without a file."""

from typing import Annotated, Any

import typer

from boxoffice.cli.event_apply import apply_plan
from boxoffice.cli.options import AsJson, DryRun, Yes, example, noun

app = noun("Set an event up from flags.")

FeePer = Annotated[
    str | None, typer.Option(help="What the fixed fee counts: ticket (the default) or order.")
]
FeeRefundable = Annotated[
    bool | None, typer.Option(help="Whether refunds give the fee back; they do by default.")
]
HalfCap = Annotated[
    int | None, typer.Option(help="Percent of places that half price may take; no cap by default.")
]
HoldMinutes = Annotated[
    int | None, typer.Option(help="How long PIX and card orders are held; 30 by default.")
]
BoletoDays = Annotated[
    int | None, typer.Option(help="Bank days a boleto is held after its due date; 2 by default.")
]
BoletoCutoff = Annotated[
    int | None, typer.Option(help="Bank days before the event without boletos; 5 by default.")
]
CodeScheme = Annotated[
    str | None, typer.Option(help="What new tickets carry: short (the default) or signed.")
]
LatePayment = Annotated[
    str | None, typer.Option(help="Late money: accept_if_seat (the default), review or refund.")
]


@app.command(
    "create",
    epilog=example(
        "boxoffice event create noite --title 'Noite' --starts-at 2026-12-01T19:00 "
        "--tier 'Lote 1:100:200'"
    ),
)
def create_command(
    ctx: typer.Context,
    slug: Annotated[str, typer.Argument(help="A short name of a-z, 0-9 and -, for ever.")],
    title: Annotated[str, typer.Option(help="What is on the poster.")],
    starts_at: Annotated[str, typer.Option(help="When: 2026-12-01T19:00 or 01/12/2026 19:00.")],
    venue: Annotated[str, typer.Option(help="Where.")] = "",
    address: Annotated[str, typer.Option(help="How to get there.")] = "",
    timezone: Annotated[str, typer.Option(help="IANA zone.")] = "America/Sao_Paulo",
    doors_at: Annotated[str | None, typer.Option(help="When the doors open.")] = None,
    ends_at: Annotated[str | None, typer.Option(help="When it is over.")] = None,
    capacity: Annotated[int | None, typer.Option(help="Places over all tiers.")] = None,
    fee_fixed: Annotated[str, typer.Option(help="Fee added per ticket: 2,50.")] = "0",
    fee_percent: Annotated[str, typer.Option(help="Fee added, in percent: 10.")] = "0",
    fee_per: FeePer = None,
    fee_refundable: FeeRefundable = None,
    half_cap_percent: HalfCap = None,
    hold_minutes: HoldMinutes = None,
    boleto_days: BoletoDays = None,
    boleto_cutoff_days: BoletoCutoff = None,
    code_scheme: CodeScheme = None,
    late_payment: LatePayment = None,
    tier: Annotated[
        list[str] | None,
        typer.Option(help="A lote as NAME:PRICE:QUOTA; each opens after the one before."),
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Make a draft from flags. `event apply` does the same from a file."""
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import Refused
    from boxoffice.events.file import event_plan
    from boxoffice.events.queries import event_views

    given = {
        "slug": slug, "title": title, "starts_at": starts_at, "venue": venue, "address": address,
        "timezone": timezone, "doors_at": doors_at, "ends_at": ends_at, "capacity": capacity,
        "fee_fixed": fee_fixed, "fee_percent": fee_percent, "fee_per": fee_per,
        "fee_refundable": fee_refundable, "half_cap_percent": half_cap_percent,
        "hold_minutes": hold_minutes, "boleto_days": boleto_days,
        "boleto_cutoff_days": boleto_cutoff_days, "code_scheme": code_scheme,
        "late_payment": late_payment,
    }  # fmt: skip
    found = {
        "event": {name: value for name, value in given.items() if value is not None},
        "tier": _chained(tier or []),
    }
    with office_of(ctx) as office:
        plan = event_plan(found, now=office.now())
        with office.reading() as session:
            known = event_views(session, now=office.now(), limit=10_000)
        if any(event.slug == slug for event in known):
            raise Refused(
                f"there is an event {slug} already.",
                hint="choose another slug, or change it: boxoffice event apply FILE",
                code="event.exists",
            )
        apply_plan(office, plan, yes=True, dry_run=dry_run, as_json=as_json)


@app.command(
    "edit", epilog=example("boxoffice event edit noite --capacity 300 --half-cap-percent 40 --yes")
)
def edit_command(
    ctx: typer.Context,
    slug: Annotated[str, typer.Argument(help="The event, by its slug.")],
    title: Annotated[str | None, typer.Option(help="What is on the poster.")] = None,
    starts_at: Annotated[str | None, typer.Option(help="When: 01/12/2026 19:00.")] = None,
    venue: Annotated[str | None, typer.Option(help="Where.")] = None,
    address: Annotated[str | None, typer.Option(help="How to get there.")] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA zone.")] = None,
    doors_at: Annotated[str | None, typer.Option(help="When the doors open.")] = None,
    ends_at: Annotated[str | None, typer.Option(help="When it is over.")] = None,
    capacity: Annotated[int | None, typer.Option(help="Places over all tiers.")] = None,
    fee_fixed: Annotated[str | None, typer.Option(help="Fee added per ticket: 2,50.")] = None,
    fee_percent: Annotated[str | None, typer.Option(help="Fee added, in percent: 10.")] = None,
    fee_per: FeePer = None,
    fee_refundable: FeeRefundable = None,
    half_cap_percent: HalfCap = None,
    hold_minutes: HoldMinutes = None,
    boleto_days: BoletoDays = None,
    boleto_cutoff_days: BoletoCutoff = None,
    code_scheme: CodeScheme = None,
    late_payment: LatePayment = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Change what the flags name, and nothing else. Orders placed before keep their prices."""
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import BadValue
    from boxoffice.events.current import plan_of
    from boxoffice.events.edit import edited
    from boxoffice.events.queries import event_by_slug

    given: dict[str, Any] = {
        "title": title, "starts_at": starts_at, "venue": venue, "address": address,
        "timezone": timezone, "doors_at": doors_at, "ends_at": ends_at, "capacity": capacity,
        "fee_fixed": fee_fixed, "fee_percent": fee_percent, "fee_per": fee_per,
        "fee_refundable": fee_refundable, "half_cap_percent": half_cap_percent,
        "hold_minutes": hold_minutes, "boleto_days": boleto_days,
        "boleto_cutoff_days": boleto_cutoff_days, "code_scheme": code_scheme,
        "late_payment": late_payment,
    }  # fmt: skip
    wanted = {name: value for name, value in given.items() if value is not None}
    if not wanted:
        hint = f"boxoffice event edit {slug} --capacity 300"
        raise BadValue("the command", "names nothing to change.", hint=hint)
    with office_of(ctx) as office:
        with office.reading() as session:
            plan = plan_of(session, event_by_slug(session, slug))
        plan = edited(plan, wanted, now=office.now())
        apply_plan(office, plan, yes=yes, dry_run=dry_run, as_json=as_json)


def _chained(tiers: list[str]) -> list[dict[str, Any]]:
    """Read `NAME:PRICE:QUOTA` flags; each tier opens after the one before it."""
    from boxoffice.errors import BadValue

    tables: list[dict[str, Any]] = []
    for text in tiers:
        name, colon, rest = text.partition(":")
        price, _, quota = rest.partition(":")
        if not colon or not quota.isascii() or not quota.isdigit():
            raise BadValue(
                "--tier", f"{text[:60]!r} is not NAME:PRICE:QUOTA.", hint="'Lote 1:100:200'"
            )
        table: dict[str, Any] = {"name": name, "price": price, "quota": int(quota[:9])}
        if tables:
            table["after"] = tables[-1]["name"]
        tables.append(table)
    return tables
