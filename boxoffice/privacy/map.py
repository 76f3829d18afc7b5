"""The map of personal data: every column of every table says whether it holds any, and which.

A column without a word here fails a test, and so does a word without a column. docs/privacy.md is
written from this map.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What a personal column holds, and by that what erasing leaves of it."""

    NAME = "name"
    EMAIL = "e-mail"
    DOCUMENT = "CPF or CNPJ"
    PHONE = "phone"
    ABOUT = "company or job"
    TEXT = "what somebody typed, and may name anybody"
    RAW = "what a gateway wrote"
    WORDS = "words to search by"
    DIGEST = "a digest of a person or of what they asked"
    SALT = "what lets a text of the same row be checked"
    LINK = "a page at the gateway that shows the payer"
    STAFF = "a name of the staff"


LEFT = MappingProxyType(
    {
        Kind.NAME: "`(erased)`",
        Kind.EMAIL: "nothing",
        Kind.DOCUMENT: "nothing",
        Kind.PHONE: "nothing",
        Kind.ABOUT: "nothing",
        Kind.TEXT: "nothing, where it is theirs or names them",
        Kind.RAW: "the same JSON with every personal value `(erased)`",
        Kind.WORDS: "the order's code",
        Kind.DIGEST: "a digest of no person",
        Kind.SALT: "nothing, with its text",
        Kind.LINK: "nothing",
        Kind.STAFF: "itself: who did what is evidence",
    }
)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one table: those that name nobody, and those that may."""

    plain: frozenset[str]
    personal: MappingProxyType[str, Kind]


def _columns(plain: str, **personal: Kind) -> Columns:
    return Columns(frozenset(plain.split()), MappingProxyType(personal))


TABLES = MappingProxyType(
    {
        "audit_entry": _columns("id at verb subject facts", actor=Kind.STAFF),
        "audit_link": _columns("turn entry_id head"),
        "audit_seal": _columns("n first_turn last_turn count prev head until at"),
        "audit_reason": _columns("entry_id", words=Kind.TEXT, salt=Kind.SALT),
        "campaign": _columns(
            "id event_id tier_id name mode terms_digest settings expires_at ended_at created_at"
        ),
        "campaign_file": _columns("campaign_id turn name media_type content"),
        "campaign_row": _columns(
            "id campaign_id line quantity held state promo_id order_id sent_at reminded_at",
            name=Kind.NAME,
            email=Kind.EMAIL,
            document=Kind.DOCUMENT,
            company=Kind.ABOUT,
            title=Kind.ABOUT,
            guest_key=Kind.DIGEST,
        ),
        "conflict": _columns(
            "code kind scan_id list_id ticket_id other_scan_id could_know resolved_at",
            detail=Kind.TEXT,
            note=Kind.TEXT,
            resolved_by=Kind.STAFF,
        ),
        "desk": _columns(
            "id name list_id role code_digest code_expires_at token_digest expires_at created_at "
            "enrolled_at revoked_at"
        ),
        "door_list": _columns("id event_id name policy opens_at closes_at turn room takes_payment"),
        "door_list_tier": _columns("list_id tier_id"),
        "entry": _columns("list_id ticket_id slot scan_id entered_at left_at"),
        "event": _columns(
            "id slug title venue address timezone language starts_at ends_at doors_at capacity "
            "places_taken state currency fee_fixed_minor fee_basis_points fee_per fee_refundable "
            "late_payment code_scheme hold_minutes boleto_days boleto_cutoff_days half_cap_percent "
            "half_limit half_taken created_at"
        ),
        "export_failure": _columns(
            "id name event code failed_at", reason=Kind.TEXT, notify=Kind.STAFF
        ),
        "export_run": _columns(
            "id name event_id destination asked_out saved slot_at format row_count size sha256 "
            "started_at finished_at",
            by=Kind.STAFF,
        ),
        "heartbeat": _columns("name part note started_at seen_at"),
        "job": _columns(
            "id kind args dedupe_key queue state run_at attempts attempts_max generation "
            "lease_until sent_at created_at finished_at",
            last_error=Kind.TEXT,
        ),
        "letter": _columns("id provider event_key received_at read_at outcome", body=Kind.RAW),
        "mail_event": _columns(
            "event_key message_id provider_id kind happened_at received_at", reason=Kind.TEXT
        ),
        "message": _columns(
            "id job_id order_id campaign_row_id template state provider provider_id created_at "
            "called_at sent_at",
            recipient=Kind.EMAIL,
        ),
        "order_line": _columns("id order_id tier_id quantity price_minor"),
        "orders": _columns(
            "id code event_id channel state currency subtotal_minor discount_minor fee_minor "
            "total_minor expires_at placed_at paid_at idempotency_key external_id",
            buyer_name=Kind.NAME,
            buyer_email=Kind.EMAIL,
            buyer_document=Kind.DOCUMENT,
            buyer_phone=Kind.PHONE,
            buyer_company=Kind.ABOUT,
            request_digest=Kind.DIGEST,
            note=Kind.TEXT,
        ),
        "payment": _columns(
            "id order_id method state provider provider_id amount_minor paid_minor refunded_minor "
            "currency pix_payload boleto_line boleto_bar_code credited_on instalments is_in_cash "
            "net_minor plan told_at created_at paid_at",
            invoice_url=Kind.LINK,
            boleto_url=Kind.LINK,
            refusal=Kind.TEXT,
            raw=Kind.RAW,
        ),
        "promo": _columns(
            "id event_id code kind value is_reserved uses_max uses_left per_person_max opens_at "
            "closes_at state created_at",
            recipient_name=Kind.NAME,
            recipient_email=Kind.EMAIL,
            note=Kind.TEXT,
        ),
        "promo_tier": _columns("promo_id tier_id"),
        "promo_use": _columns(
            "id promo_id order_id ticket_id turn discount_minor", person=Kind.DIGEST
        ),
        "public_key": _columns("key_id public_key created_at"),
        "refund": _columns(
            "id payment_id order_id amount_minor currency state outside_key waits_for created_at "
            "sent_at done_at",
            page_url=Kind.LINK,
            refusal=Kind.TEXT,
            reason=Kind.TEXT,
            proof=Kind.TEXT,
        ),
        "retention": _columns("event_id days set_at applied_at"),
        "revoked_code": _columns("code_digest ticket_id revoked_at"),
        "scan": _columns(
            "id nonce list_id ticket_id gate direction scanned_at mode source verdict annuls_id "
            "text_digest first_scan_id desk_id desk_sequence device_at received_at skew_seconds "
            "snapshot_at server_verdict proof",
            reason=Kind.TEXT,
            unknown_text=Kind.TEXT,
            operator=Kind.STAFF,
            approved_by=Kind.STAFF,
        ),
        "search_term": _columns("order_id", term=Kind.WORDS),
        "shift": _columns(
            "id code currency float_minor opened_at closed_at counted_minor expected_minor",
            clerk=Kind.STAFF,
            note=Kind.TEXT,
        ),
        "slot": _columns("schedule slot_at made_at"),
        "staff_code": _columns(
            "id staff_id purpose tries_left created_at expires_at used_at", email=Kind.STAFF
        ),
        "staff_member": _columns(
            "id role email_verified_at password_hash pin_hash refund_limit_minor "
            "created_at disabled_at",
            name=Kind.STAFF,
            email=Kind.STAFF,
        ),
        "staff_session": _columns("id staff_id kind created_at used_at ends_at ended_at ended_by"),
        "staff_token": _columns("digest session_id created_at expires_at used_at"),
        "staff_try": _columns("key count tried_at free_at"),
        "stray": _columns(
            "id provider provider_id reference charge_state paid_minor currency seen_at told_at "
            "closed_at",
            note=Kind.TEXT,
        ),
        "ticket": _columns(
            "id event_id tier_id order_id line_id number price_minor discount_minor fee_minor seat "
            "state holds_place ended_alone due_minor generation key_id code_digest",
            holder_name=Kind.NAME,
            holder_email=Kind.EMAIL,
            holder_document=Kind.DOCUMENT,
            holder_company=Kind.ABOUT,
            holder_title=Kind.ABOUT,
            attention=Kind.TEXT,
        ),
        "tier": _columns(
            "id event_id name category price_minor currency quota places_left opens_at closes_at "
            "after_id turn"
        ),
        "till_entry": _columns("id shift_id kind method amount_minor order_id at", note=Kind.TEXT),
    }
)


def columns_of(*kinds: Kind) -> dict[str, list[str]]:
    """Return the columns of these kinds, by table."""
    found = {
        table: [name for name, kind in columns.personal.items() if kind in kinds]
        for table, columns in TABLES.items()
    }
    return {table: names for table, names in found.items() if names}


def page_rows() -> str:
    """Return the map as docs/privacy.md shows it: one row a personal column."""
    rows = ["| table | column | holds | erasing leaves |", "| --- | --- | --- | --- |"]
    for table, columns in sorted(TABLES.items()):
        for name, kind in columns.personal.items():
            rows.append(f"| `{table}` | `{name}` | {kind} | {LEFT[kind]} |")
    return "\n".join(rows) + "\n"
