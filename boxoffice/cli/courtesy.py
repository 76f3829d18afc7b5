"""`boxoffice courtesy`: places given away by campaigns: redeem, list, remind, reclaim."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from boxoffice.cli.bulk import progress_of
from boxoffice.cli.courtesy_send import app as send_app
from boxoffice.cli.options import AsJson, EventSlug, Fields, Key, Limit, Whole, Yes, example, noun

if TYPE_CHECKING:
    from boxoffice.office import BoxOffice
    from boxoffice.promos.models import Campaign, CampaignRowState
    from boxoffice.reports.courtesies import Courtesy

app = noun("Courtesies for a list of guests: plan, apply, redeem, remind, reclaim.")
app.add_typer(send_app)  # its verbs are verbs of `courtesy`

CampaignName = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Its name, or its id.")]
OfEvent = Annotated[
    str | None, typer.Option("--event", "-e", help="The event, by its slug; any by default.")
]

_AT_ONCE = 500  # reminders promised in one transaction
_REFUSED = 5


@app.command(
    "redeem",
    epilog=example("boxoffice courtesy redeem CORTESIA-K7QX2MAB -e noite --name 'Ana Lima'"),
)
def redeem_command(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(help="The code that the guest was sent.")],
    event: EventSlug,
    name: Annotated[str, typer.Option(help="Who comes; by default the guest.")] = "",
    email: Annotated[str, typer.Option(help="Where the tickets go; by default to them.")] = "",
    document: Annotated[str, typer.Option(help="CPF or CNPJ of who comes.")] = "",
    quantity: Annotated[
        int | None, typer.Option("--quantity", help="Places; by default all of the code.")
    ] = None,
    key: Key = None,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """Turn a guest's code into an order of free tickets, and mail them."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import afterwards, kept, office_of
    from boxoffice.cli.order_answer import check_fields, read, show_order
    from boxoffice.cli.order_request import key_of
    from boxoffice.outbox.jobs import DeliverTickets
    from boxoffice.payments.courtesy import Redeemed, Redemption, redeem
    from boxoffice.people import parse_document, parse_email, parse_name

    under = key_of(key)
    asked = Redemption(
        event,
        code,
        parse_name(name, name="--name") if name else "",
        parse_email(email, name="--email") if email else "",
        parse_document(document, name="--document") if document else "",
        quantity,
    )
    with office_of(ctx) as office:

        def write(session: Any) -> Redeemed:
            done = redeem(
                session, office.actor, asked, office.ticket_key, now=office.now(), under=under
            )
            session.flush()
            check_fields(session, office, done.code, fields)
            return done

        done = kept(office, write)
        order, payment = read(office, done.code)
        show_order(order, payment, as_json=as_json, fields=fields)
        if not as_json:
            show.talk(f"{done.left_count} places are left on the code.")
        afterwards(office, DeliverTickets(done.id))


@app.command("list", epilog=example("boxoffice courtesy list -e noite --state sent --json"))
def list_command(
    ctx: typer.Context,
    event: OfEvent = None,
    campaign: Annotated[
        str | None, typer.Option(help="Only this campaign, by its name or id.")
    ] = None,
    state: Annotated[
        str | None, typer.Option(help="planned, sent, redeemed, expired or revoked.")
    ] = None,
    limit: Limit = 100,
    with_documents: Whole = False,
    as_json: AsJson = False,
    fields: Fields = None,
) -> None:
    """List the guests of campaigns, and what became of each."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.people import masked_email
    from boxoffice.privacy.unmask import unmask
    from boxoffice.reports.courtesies import courtesies

    wanted = _state(state)
    with office_of(ctx) as office:
        with office.reading() as session:
            found = courtesies(
                session, office.actor,
                event=event, campaign=campaign, state=wanted, limit=limit, now=office.now(),
            )  # fmt: skip
        if with_documents:
            seen = Counter(guest.campaign_id for guest in found)
            with office.writing() as session:
                unmask(session, office.actor, "campaign", seen, now=office.now())
    if as_json:
        for guest in found:
            show.as_json_line(_courtesy_json(guest, whole=with_documents), fields)
        return

    def email(guest: "Courtesy") -> str:
        return guest.email if with_documents else masked_email(guest.email)

    show.table(
        ["campaign", "guest", "e-mail", "places", "state", "code or order"],
        [
            [c.campaign, c.name, email(c), str(c.quantity), c.state, c.code or c.order or ""]
            for c in found
        ],
    )
    if not found:
        show.talk("nothing found.")


@app.command("remind", epilog=example("boxoffice courtesy remind imprensa"))
def remind_command(
    ctx: typer.Context,
    campaign: CampaignName,
    event: OfEvent = None,
    again: Annotated[
        bool, typer.Option("--again", help="Also those who were reminded before.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Mail the guests once more who have not redeemed their code."""
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of
    from boxoffice.promos.remind import remind, to_remind

    with office_of(ctx) as office:
        found = _campaign(office, campaign, event)
        with office.reading() as session:
            guests = to_remind(session, found, again=again, now=office.now())
        reminded = 0
        for first in range(0, len(guests), _AT_ONCE):
            with office.writing() as session:
                reminded += remind(
                    session, office.actor, found.id, guests[first : first + _AT_ONCE],
                    again=again, now=office.now(),
                )  # fmt: skip
        if as_json:
            show.as_json_line({"campaign": found.name, "reminded": reminded})
        else:
            show.line(f"{reminded} guests of {found.name} are reminded.")
        if reminded and not as_json:
            show.talk("hint: boxoffice job run --until-empty sends the mails that were promised")


@app.command("reclaim", epilog=example("boxoffice courtesy reclaim imprensa --yes"))
def reclaim_command(
    ctx: typer.Context,
    campaign: CampaignName,
    event: OfEvent = None,
    tickets: Annotated[
        bool, typer.Option("--tickets", help="Void the tickets of guests who have not come.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Take back what no guest has used; the places go back to their tier."""
    from boxoffice.bulk.campaign_reclaim import Reclaimer, check_reclaim, reclaim_campaign
    from boxoffice.cli import show
    from boxoffice.cli.opening import office_of

    with office_of(ctx) as office:
        found = _campaign(office, campaign, event)
        check_reclaim(found, tickets=tickets)
        what = "tickets of guests who have not come" if tickets else "codes that are not redeemed"
        if not show.confirmed(f"Take back the {what}, of {found.name}?", yes=yes):
            show.talk("nothing was changed.")
            raise typer.Exit(_REFUSED)
        with progress_of("reclaiming") as progress:
            reclaimer = Reclaimer(office.database, office.actor, office.now, progress)
            done = reclaim_campaign(reclaimer, found.id, tickets=tickets)
        told = {
            "campaign": found.name, "codes": done.codes, "tickets": done.tickets,
            "places": done.places, "kept": done.kept,
        }  # fmt: skip
        if as_json:
            show.as_json_line(told)
        else:
            show.pairs([(name, str(value)) for name, value in told.items()])


def _campaign(office: "BoxOffice", name: str, event: str | None) -> "Campaign":
    from boxoffice.promos.campaign import find_campaign

    with office.reading() as session:
        return find_campaign(session, name, event=event)


def _state(text: str | None) -> "CampaignRowState | None":
    from boxoffice.errors import BadValue
    from boxoffice.promos.models import CampaignRowState

    if text is None:
        return None
    if text not in set(CampaignRowState):
        known = ", ".join(CampaignRowState)
        raise BadValue("--state", f"{text[:40]!r} is not one of: {known}.")
    return CampaignRowState(text)


def _courtesy_json(guest: "Courtesy", *, whole: bool) -> dict[str, Any]:
    """A guest of a campaign. Unless it is `whole`, the document and the address are masked."""
    from boxoffice.people import masked_document, masked_email
    from boxoffice.times import iso

    return {
        "event": guest.event,
        "campaign": guest.campaign,
        "campaign_id": str(guest.campaign_id),
        "mode": guest.mode,
        "tier": guest.tier,
        "line": guest.line,
        "name": guest.name,
        "email": guest.email if whole else masked_email(guest.email),
        "document": guest.document if whole else masked_document(guest.document),
        "company": guest.company,
        "job_title": guest.title,
        "quantity": guest.quantity,
        "redeemed": guest.redeemed,
        "state": guest.state,
        "code": guest.code,
        "order": guest.order,
        "expires_at": iso(guest.expires_at),
        "sent_at": iso(guest.sent_at),
        "reminded_at": iso(guest.reminded_at),
    }
