"""`boxoffice promo`: codes that change a price: make them, look at them, revoke them."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from boxoffice.cli.options import AsJson, Fields, Limit, Yes, example, noun

if TYPE_CHECKING:
    from boxoffice.office import BoxOffice
    from boxoffice.promos.queries import PromoView
    from boxoffice.promos.rules import Terms

app = noun("Promo codes: make them, look at them, revoke them.")

Slug = Annotated[str, typer.Argument(help="The event, by its slug.")]
Code = Annotated[str, typer.Argument(help="The promo, by its code.")]


@app.command(
    "create",
    epilog=example("boxoffice promo create noite AMIGOS10 --percent 10 --uses 50 --per-person 2"),
)
def create_command(
    ctx: typer.Context,
    event: Slug,
    code: Annotated[
        str | None, typer.Argument(help="What people type: AMIGOS10. Not with --series.")
    ] = None,
    percent: Annotated[str | None, typer.Option(help="So many percent less: 10.")] = None,
    amount: Annotated[str | None, typer.Option(help="So much less a place: 20,00.")] = None,
    price: Annotated[str | None, typer.Option(help="So much a place, whatever it costs.")] = None,
    courtesy: Annotated[
        bool, typer.Option("--courtesy", help="Free, without a fee; --uses is its quota.")
    ] = False,
    uses: Annotated[
        int | None, typer.Option(help="Good for so many places; 1 each with --series.")
    ] = None,
    per_person: Annotated[
        int | None, typer.Option(help="Places for one document, or else one e-mail.")
    ] = None,
    tier: Annotated[
        list[str] | None, typer.Option("--tier", "-t", help="Only for this tier; may be repeated.")
    ] = None,
    opens_at: Annotated[str | None, typer.Option(help="Not good before.")] = None,
    closes_at: Annotated[str | None, typer.Option(help="Not good from then on.")] = None,
    note: Annotated[str, typer.Option(help="For us: whom it is for.")] = "",
    series: Annotated[
        int | None, typer.Option(help="Make so many codes that nobody guesses.")
    ] = None,
    prefix: Annotated[
        str | None, typer.Option(help="What each code of a series begins with.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a promo code, or a series of them with the same terms."""
    from boxoffice.cli.opening import office_of
    from boxoffice.errors import BadValue
    from boxoffice.events.queries import event_view
    from boxoffice.promos.create import create, create_series

    given = {"--percent": percent, "--amount": amount, "--price": price, "--courtesy": courtesy}
    window = {"--opens-at": opens_at, "--closes-at": closes_at}
    if (series is None) != (prefix is None) or (series is None) == (code is None):
        raise BadValue(
            "the promo",
            "needs a CODE, or --series and --prefix.",
            hint="promo create noite AMIGOS10",
        )
    with office_of(ctx) as office:
        with office.writing() as session:
            now = office.now()
            zone = event_view(session, event, now=now).zone
            terms = _terms(
                given,
                {name: _moment(text, name, zone, now) for name, text in window.items()},
                uses=1 if series is not None and uses is None else uses,
                per_person=per_person,
                tiers=tuple(tier or ()),
                note=note,
            )
            if series is None or prefix is None:
                codes = [create(session, office.actor, event, code or "", terms, now=now)]
            else:
                codes = create_series(
                    session, office.actor, event, terms, prefix=prefix, count=series, now=now
                )
        _show_made(office, event, codes, as_json=as_json)


@app.command("list", epilog=example("boxoffice promo list noite --json"))
def list_command(
    ctx: typer.Context,
    event: Slug,
    limit: Limit = 100,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """List the promos of an event, by their codes."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.promos.queries import promo_views

    with office_of(ctx) as office, office.reading() as session:
        promos = promo_views(session, event, now=office.now(), limit=limit)
    if as_json:
        for promo in promos:
            show.as_json_line(_promo_line(promo), fields)
        return
    show.table(
        ["code", "gives", "used", "of", "now"],
        [
            [p.code, _gives(p), str(p.used_count), str(p.uses_max or "-"), p.closed or "open"]
            for p in promos
        ],
    )


@app.command("show", epilog=example("boxoffice promo show noite AMIGOS10"))
def show_command(
    ctx: typer.Context, event: Slug, code: Code, as_json: AsJson = False, fields: Fields = None
) -> None:
    """Show a promo: what it gives, to whom, and how much of it is used."""
    from boxoffice.cli.opening import office_of

    with office_of(ctx) as office:
        _show_one(office, event, code, as_json=as_json, fields=fields)


@app.command("revoke", epilog=example("boxoffice promo revoke noite AMIGOS10 --yes"))
def revoke_command(
    ctx: typer.Context, event: Slug, code: Code, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Revoke a promo for good. Orders that have used it stay as they are."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.promos.queries import promo_by_code
    from boxoffice.promos.revoke import revoke

    with office_of(ctx) as office:
        with office.reading() as session:
            promo = promo_by_code(session, event, code).code
        if not show.confirmed(f"Revoke {promo} for good?", yes=yes):
            show.talk("nothing was changed.")
            raise typer.Exit(5)
        with office.writing() as session:
            ended = revoke(session, office.actor, event, promo, now=office.now())
        if as_json:
            _show_one(office, event, promo, as_json=True, fields=None)
        else:
            show.line(f"{promo} is revoked." if ended else f"{promo} was revoked before.")


def _terms(
    given: dict[str, Any],
    window: dict[str, Any],
    *,
    uses: int | None,
    per_person: int | None,
    tiers: tuple[str, ...],
    note: str,
) -> "Terms":
    """Read the flags of a promo; exactly one of them says what it gives.

    Raises:
        BadValue: none or several of them do, or an amount cannot be read.
    """
    from boxoffice.errors import BadValue
    from boxoffice.money import parse_money, parse_percent
    from boxoffice.promos.models import PromoKind
    from boxoffice.promos.rules import Terms

    named = [name for name, value in given.items() if value not in {None, False}]
    if len(named) != 1:
        raise BadValue(
            "the promo",
            f"gives one thing, and {len(named)} are named.",
            hint="say one of " + ", ".join(given),
        )
    flag, text = named[0], given[named[0]]
    if flag == "--percent":
        kind, value = PromoKind.PERCENT, parse_percent(text, name=flag)
    elif flag == "--amount":
        kind, value = PromoKind.AMOUNT, parse_money(text, name=flag).minor
    elif flag == "--price":
        kind, value = PromoKind.FIXED_PRICE, parse_money(text, name=flag).minor
    else:
        kind, value = PromoKind.COURTESY, 0
    return Terms(
        kind=kind,
        value=value,
        tiers=tiers,
        uses_max=uses,
        per_person_max=per_person,
        opens_at=window["--opens-at"],
        closes_at=window["--closes-at"],
        note=note,
    )


def _moment(text: str | None, name: str, zone: Any, now: Any) -> Any:
    from boxoffice.times import parse_moment

    return None if text is None else parse_moment(text, name=name, zone=zone, now=now)


def _show_made(office: "BoxOffice", event: str, codes: list[str], *, as_json: bool) -> None:
    """Show what was made: a promo, or the codes of a series, one a line."""
    from boxoffice.cli import show
    from boxoffice.promos.queries import promo_views_of

    if len(codes) > 1 and not as_json:
        for code in codes:
            show.line(code)
        return
    with office.reading() as session:
        made = promo_views_of(session, event, codes, now=office.now())
    for promo in made:
        if as_json:
            show.as_json_line(_promo_line(promo))
        else:
            show.line(f"+ promo {promo.code}: {_gives(promo)}")


def _show_one(
    office: "BoxOffice", event: str, code: str, *, as_json: bool, fields: str | None
) -> None:
    from boxoffice.cli import show
    from boxoffice.promos.queries import promo_view
    from boxoffice.times import local_text

    with office.reading() as session:
        promo = promo_view(session, event, code, now=office.now())
    if as_json:
        show.as_json_line(_promo_json(promo), fields)
        return
    left = "" if promo.uses_left is None else f", {promo.uses_left} of {promo.uses_max} left"
    opens, closes = (
        "" if at is None else local_text(at, promo.zone) for at in (promo.opens_at, promo.closes_at)
    )
    show.pairs(
        [
            (promo.code, _gives(promo)),
            ("now", promo.closed or "open"),
            ("used", f"{promo.used_count} places{left}"),
            ("given", str(promo.discount)),
            ("a person", "" if promo.per_person_max is None else str(promo.per_person_max)),
            ("tiers", ", ".join(promo.tiers)),
            ("opens", opens),
            ("closes", closes),
            ("for", promo.recipient_name),
            ("e-mail", promo.recipient_email),
            ("note", promo.note),
        ]
    )


def _gives(promo: "PromoView") -> str:
    from boxoffice.money import Money
    from boxoffice.promos.models import PromoKind

    if promo.kind is PromoKind.PERCENT:
        return f"{promo.value / 100:g} % less".replace(".", ",")
    if promo.kind is PromoKind.COURTESY:
        return "a courtesy"
    money = Money(promo.value, promo.currency)
    return f"{money} less" if promo.kind is PromoKind.AMOUNT else f"a place for {money}"


def _promo_line(promo: "PromoView") -> dict[str, Any]:
    """A promo as one line of a list: the address of whom it is for is masked."""
    from boxoffice.people import masked_email

    return _promo_json(promo) | {"recipient_email": masked_email(promo.recipient_email)}


def _promo_json(promo: "PromoView") -> dict[str, Any]:
    """A promo. `closed` says why it cannot be used now."""
    from boxoffice.promos.models import PromoKind
    from boxoffice.times import iso

    is_money = promo.kind in {PromoKind.AMOUNT, PromoKind.FIXED_PRICE}
    return {
        "event": promo.event,
        "code": promo.code,
        "kind": promo.kind,
        "basis_points": promo.value if promo.kind is PromoKind.PERCENT else None,
        "amount_minor": promo.value if is_money else None,
        "currency": promo.currency,
        "tiers": list(promo.tiers),
        "uses": promo.uses_max,
        "uses_left": promo.uses_left,
        "used_count": promo.used_count,
        "discount_minor": promo.discount.minor,
        "per_person": promo.per_person_max,
        "opens_at": iso(promo.opens_at),
        "closes_at": iso(promo.closes_at),
        "state": promo.state,
        "closed": promo.closed,
        "recipient_name": promo.recipient_name,
        "recipient_email": promo.recipient_email,
        "note": promo.note,
        "created_at": iso(promo.created_at),
    }
