"""What each mail says: its subject, its sentences and its table, in English.

Names in braces are facts, given to `compose`; other languages stand in the `.po` files beside
this one. There is no HTML in here: `compose` makes it.
"""

from dataclasses import dataclass
from types import MappingProxyType

LABELS = MappingProxyType(
    {
        "order": "Order",
        "event": "Event",
        "count": "Tickets",
        "starts": "When",
        "venue": "Where",
        "amount": "Amount",
        "expires": "Pay until",
        "boleto_line": "Boleto",
        "pix_payload": "PIX, copy and paste",
        "invoice_url": "Payment page",
        "code": "Code",
        "until": "Good until",
        "export": "Export",
        "reason": "Why",
        "proof": "Proof",
        "tier": "Sector",
        "owed": "In person",
        "page_url": "Page",
    }
)


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of mail."""

    subject: str
    before: tuple[str, ...]  # sentences above the table
    table: tuple[str, ...]  # names of facts; a fact that is not given has no line
    after: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """Every sentence that a language needs words for, but the labels."""
        return (self.subject, *self.before, *self.after)


_AT_THE_DOOR = "Show the QR code at the entrance, on paper or on your phone's screen."
_ONCE = "Each code lets one person in, once: do not publish it or pass it on."
_EVENING = ("order", "count", "starts", "venue")

GREETING = "Hello, {name}!"
GREETING_TO_NOBODY = "Hello!"

TEMPLATES = MappingProxyType(
    {
        "tickets": Template(
            "Your tickets: {event} ({order})",
            ("Your tickets for {event} are in the attached PDF.",),
            _EVENING,
            (_AT_THE_DOOR, _ONCE),
        ),
        "tickets_again": Template(
            "Your tickets, once more: {event} ({order})",
            (
                "Here are your tickets for {event} once more, in the attached PDF.",
                "Use these from now on: a code that has changed since no longer opens the door.",
            ),
            _EVENING,
            (_AT_THE_DOOR, _ONCE),
        ),
        "event_cancelled": Template(
            "Cancelled: {event} ({order})",
            (
                "{event} has been cancelled, and the tickets of your order are no longer valid.",
                "What you paid goes back as it came. What was cash, you get at the box office.",
            ),
            ("order", "starts", "venue", "amount", "owed"),
        ),
        "event_cancelled_free": Template(
            "Cancelled: {event} ({order})",
            (
                "{event} has been cancelled, and the tickets of your order are no longer valid.",
                "Nothing was paid for it: do not pay a charge that may still be open.",
            ),
            ("order", "starts", "venue"),
        ),
        "courtesy_tickets": Template(
            "You are invited: {event} ({order})",
            ("You are our guest at {event}. Your tickets are in the attached PDF.",),
            _EVENING,
            (_AT_THE_DOOR, _ONCE),
        ),
        "courtesy_code": Template(
            "You are invited: {event}",
            ("You are our guest at {event}. This code is for you:",),
            ("code", "count", "tier", "until", "starts", "venue"),
            ("Give it when you order your tickets. It is worth nothing twice.",),
        ),
        "courtesy_reminder": Template(
            "Your invitation is waiting: {event}",
            ("Your invitation to {event} has not been used yet.",),
            ("code", "count", "tier", "until", "starts", "venue"),
            ("Places that nobody has taken by then go to somebody else.",),
        ),
        "courtesy_cancelled": Template(
            "Cancelled: {event}",
            ("{event} has been cancelled, and your invitation is no longer valid.",),
            ("code", "starts", "venue"),
        ),
        "payment_request": Template(
            "Pay for your tickets: {event} ({order})",
            ("Your places at {event} are held, and wait for this payment.",),
            (
                "order", "count", "amount", "expires", "pix_payload", "boleto_line", "invoice_url",
            ),
            ("Your tickets come by e-mail as soon as the payment is confirmed.",),
        ),
        "refund_done": Template(
            "Your money is on its way back: {event} ({order})",
            ("We have returned money for your order for {event}.",),
            ("order", "amount", "reason", "proof"),
            ("It may take your bank or card some days to show it.",),
        ),
        "refund_page": Template(
            "Where shall your money go? {event} ({order})",
            (
                "We are returning money for your order for {event}, which was paid by boleto.",
                "Say on this page to which bank account; the payment company asks, not we.",
            ),
            ("order", "amount", "page_url"),
            ("Without that nothing can go back. Tell nobody your password.",),
        ),
        "staff_code": Template(
            "Your code for the box office",
            ("Somebody, we hope you, has asked for this one-time code.",),
            ("code", "until"),
            ("If it was not you, do nothing: without the code nothing happens.",),
        ),
        "export_failed": Template(
            "An export failed: {export}",
            ("A scheduled export could not be made, and the file before it was left alone.",),
            ("export", "event", "starts", "reason"),
            ("See what is wrong: boxoffice doctor",),
        ),
    }
)  # fmt: skip
