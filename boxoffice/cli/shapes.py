"""What outsiders may rely on: the JSON of each thing (docs/contract.md)."""

from typing import TYPE_CHECKING, Any

from boxoffice.people import masked_document
from boxoffice.times import iso

if TYPE_CHECKING:  # a command pays for the nouns it shows, not for all of them
    from boxoffice.events.apply import Change
    from boxoffice.events.queries import EventView, TierView
    from boxoffice.orders.queries import OrderLineView, OrderView, TicketView
    from boxoffice.outbox.mail_queries import MailView
    from boxoffice.payments.queries import LetterView, PaymentView


def event_json(event: "EventView") -> dict[str, Any]:
    """An event with its tiers."""
    return {
        "slug": event.slug,
        "title": event.title,
        "state": event.state,
        "venue": event.venue,
        "timezone": event.timezone,
        "language": event.language,
        "starts_at": iso(event.starts_at),
        "ends_at": iso(event.ends_at),
        "doors_at": iso(event.doors_at),
        "capacity": event.capacity,
        "places_left": event.places_left,
        "tiers": [tier_json(tier) for tier in event.tiers],
    }


def tier_json(tier: "TierView") -> dict[str, Any]:
    """A tier as it stands now. `closed` says why it is not on sale."""
    return {
        "name": tier.name,
        "category": tier.category,
        "price_minor": tier.price.minor,
        "currency": tier.price.currency,
        "quota": tier.quota,
        "places_left": tier.places_left,
        "on_sale": tier.on_sale,
        "closed": tier.closed,
        "after": tier.after,
        "opens_at": iso(tier.opens_at),
        "closes_at": iso(tier.closes_at),
    }


def change_json(change: "Change") -> dict[str, Any]:
    """One difference between an event and its file."""
    return {
        "act": change.act,
        "noun": change.noun,
        "name": change.name,
        "field": change.field,
        "before": change.before,
        "after": change.after,
    }


def order_json(
    order: "OrderView", payment: "PaymentView | None", *, whole: bool = False
) -> dict[str, Any]:
    """An order with its tickets, and its latest payment. Unless `whole`, the document is masked."""
    document = order.buyer.document if whole else masked_document(order.buyer.document)
    return {
        "order": {
            "code": order.code,
            "state": order.state,
            "event": order.event_slug,
            "channel": order.channel,
            "buyer_name": order.buyer.name,
            "buyer_email": order.buyer.email,
            "buyer_document": document,
            "buyer_phone": order.buyer.phone,
            "subtotal_minor": order.subtotal.minor,
            "discount_minor": order.discount.minor,
            "fee_minor": order.fee.minor,
            "total_minor": order.total.minor,
            "balance_minor": balance_minor(order, payment),
            "currency": order.total.currency,
            "placed_at": iso(order.placed_at),
            "expires_at": iso(order.expires_at),
            "paid_at": iso(order.paid_at),
            "tickets": [ticket_json(ticket) for ticket in order.tickets],
            "mail": None if order.mail is None else mail_json(order.mail),
        },
        "payment": None if payment is None else payment_json(payment),
    }


def mail_json(mail: "MailView") -> dict[str, Any]:
    """What became of the newest mail of an order."""
    return {
        "template": mail.template,
        "state": mail.state,
        "trouble": mail.is_trouble,
        "at": iso(mail.at),
        "reason": mail.reason,
    }


def balance_minor(order: "OrderView", payment: "PaymentView | None") -> int:
    """What is still to be paid for an order."""
    if payment is not None:
        return payment.balance.minor
    return order.total.minor if order.state == "placed" else 0


def ticket_json(ticket: "TicketView") -> dict[str, Any]:
    """A ticket. `code` is null until the order is paid, and after the ticket ended."""
    return {
        "short_code": ticket.short_code,
        "code": ticket.code,
        "holder_name": ticket.holder_name,
        "tier": ticket.tier,
        "state": ticket.state,
    }


def payment_json(payment: "PaymentView") -> dict[str, Any]:
    """A payment, with what the buyer needs in order to pay it."""
    return {
        "id": str(payment.id),
        "method": payment.method,
        "state": payment.state,
        "amount_minor": payment.amount.minor,
        "paid_minor": payment.paid.minor,
        "refunded_minor": payment.refunded.minor,
        "currency": payment.amount.currency,
        "provider": payment.provider,
        "provider_id": payment.provider_id,
        "pix_payload": payment.pix_payload,
        "boleto_line": payment.boleto_line,
        "boleto_bar_code": payment.boleto_bar_code,
        "boleto_url": payment.boleto_url,
        "invoice_url": payment.invoice_url,
        "instalments": payment.instalments,
        "plan": payment.plan,
        "in_cash": payment.is_in_cash,
        "net_minor": None if payment.net is None else payment.net.minor,
        "credited_on": None if payment.credited_on is None else payment.credited_on.isoformat(),
        "refusal": payment.refusal,
    }


def order_line_json(line: "OrderLineView") -> dict[str, Any]:
    """An order as one line of a list."""
    return {
        "code": line.code,
        "state": line.state,
        "buyer_name": line.buyer_name,
        "event": line.event_slug,
        "quantity": line.quantity,
        "total_minor": line.total.minor,
        "currency": line.total.currency,
        "placed_at": iso(line.placed_at),
    }


def letter_json(letter: "LetterView") -> dict[str, Any]:
    """A letter as one line of a list."""
    return {
        "id": str(letter.id),
        "provider": letter.provider,
        "event_id": letter.event_key,
        "received_at": iso(letter.received_at),
        "read_at": iso(letter.read_at),
        "outcome": letter.outcome,
    }
