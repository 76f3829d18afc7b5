"""The first schema."""

import sqlalchemy as sa
from alembic import op

from boxoffice.columns import SearchText, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one schema up."""
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("verb", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"], unique=False)
    op.create_index(op.f("ix_audit_entry_subject"), "audit_entry", ["subject"], unique=False)
    op.create_table(
        "audit_link",
        sa.Column(
            "turn",
            sa.Integer().with_variant(sa.BigInteger(), "postgresql"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("turn"),
        sa.UniqueConstraint("entry_id"),
    )
    op.create_table(
        "audit_reason",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id"),
    )
    op.create_table(
        "audit_seal",
        sa.Column(
            "n",
            sa.Integer().with_variant(sa.BigInteger(), "postgresql"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "first_turn",
            sa.Integer().with_variant(sa.BigInteger(), "postgresql"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "last_turn",
            sa.Integer().with_variant(sa.BigInteger(), "postgresql"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("prev", sa.LargeBinary(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "count > 0 AND count = last_turn - first_turn + 1", name="audit_seal_count"
        ),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("venue", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column(
            "language",
            sa.Enum(
                "pt-BR",
                "en",
                name="event_language",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("doors_at", UtcDateTime(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("places_taken", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "on_sale",
                "paused",
                "ended",
                "cancelled",
                name="event_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("fee_fixed_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_basis_points", sa.Integer(), nullable=False),
        sa.Column(
            "fee_per",
            sa.Enum(
                "ticket",
                "order",
                name="event_fee_per",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("fee_refundable", sa.Boolean(), nullable=False),
        sa.Column(
            "late_payment",
            sa.Enum(
                "accept_if_seat",
                "review",
                "refund",
                name="event_late_payment",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "code_scheme",
            sa.Enum(
                "short",
                "signed",
                name="event_code_scheme",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("hold_minutes", sa.Integer(), nullable=False),
        sa.Column("boleto_days", sa.Integer(), nullable=False),
        sa.Column("boleto_cutoff_days", sa.Integer(), nullable=False),
        sa.Column("half_cap_percent", sa.Integer(), nullable=True),
        sa.Column("half_limit", sa.Integer(), nullable=True),
        sa.Column("half_taken", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("capacity IS NULL OR capacity > 0", name="event_capacity"),
        sa.CheckConstraint(
            "fee_fixed_minor >= 0 AND fee_basis_points BETWEEN 0 AND 10000", name="event_fee"
        ),
        sa.CheckConstraint(
            "half_cap_percent IS NULL OR half_cap_percent BETWEEN 1 AND 100", name="event_half_cap"
        ),
        sa.CheckConstraint(
            "half_taken >= 0 AND (half_limit IS NULL OR half_taken <= half_limit)",
            name="event_half",
        ),
        sa.CheckConstraint(
            "places_taken >= 0 AND (capacity IS NULL OR places_taken <= capacity)",
            name="event_places",
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
    )
    op.create_table(
        "export_failure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("notify", sa.String(), nullable=False),
        sa.Column("failed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("export_failure_last", "export_failure", ["name", "failed_at"], unique=False)
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column(
            "part",
            sa.Enum(
                "beat",
                "worker",
                name="heartbeat_part",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=64), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("args", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column(
            "queue",
            sa.Enum(
                "door",
                "money",
                "mail",
                "bulk",
                name="job_queue",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "sent",
                "running",
                "done",
                "failed",
                "dead",
                name="job_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("run_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempts_max", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="job_leased"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("dedupe_key"),
    )
    op.create_index(
        "job_ended_badly",
        "job",
        ["kind"],
        unique=False,
        sqlite_where=sa.text("state IN ('failed', 'dead')"),
        postgresql_where=sa.text("state IN ('failed', 'dead')"),
    )
    op.create_index(
        "job_ready",
        "job",
        ["run_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'sent')"),
        postgresql_where=sa.text("state IN ('waiting', 'sent')"),
    )
    op.create_index(
        "job_running",
        "job",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=24), nullable=False),
        sa.Column("event_key", sa.String(length=255), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("provider", "event_key", name="letter_event"),
    )
    op.create_index(op.f("ix_letter_received_at"), "letter", ["received_at"], unique=False)
    op.create_table(
        "mail_event",
        sa.Column("event_key", sa.String(length=255), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("provider_id", sa.String(length=255), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("happened_at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_key"),
    )
    op.create_index("mail_event_message_id", "mail_event", ["message_id"], unique=False)
    op.create_index("mail_event_provider_id", "mail_event", ["provider_id"], unique=False)
    op.create_table(
        "public_key",
        sa.Column("key_id", sa.String(length=8), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key_id"),
    )
    op.create_table(
        "shift",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("clerk", sa.String(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("float_minor", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("counted_minor", sa.BigInteger(), nullable=True),
        sa.Column("expected_minor", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint("(closed_at IS NULL) = (counted_minor IS NULL)", name="shift_closed"),
        sa.CheckConstraint("float_minor >= 0", name="shift_float"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_index(op.f("ix_shift_opened_at"), "shift", ["opened_at"], unique=False)
    op.create_index(
        "shift_one_open",
        "shift",
        ["clerk"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "slot",
        sa.Column("schedule", sa.String(length=64), nullable=False),
        sa.Column("slot_at", UtcDateTime(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("schedule", "slot_at"),
    )
    op.create_table(
        "staff_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "admin",
                "manager",
                "finance",
                "box_office",
                "door_lead",
                "door",
                "auditor",
                "system",
                name="staff_role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("email_verified_at", UtcDateTime(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("pin_hash", sa.String(), nullable=False),
        sa.Column("refund_limit_minor", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("disabled_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "staff_try",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("tried_at", UtcDateTime(), nullable=False),
        sa.Column("free_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(op.f("ix_staff_try_tried_at"), "staff_try", ["tried_at"], unique=False)
    op.create_table(
        "stray",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=24), nullable=False),
        sa.Column("provider_id", sa.String(length=80), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=True),
        sa.Column("charge_state", sa.String(length=24), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint("paid_minor >= 0", name="stray_amount"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("provider", "provider_id", name="stray_provider_id"),
    )
    op.create_table(
        "door_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column(
            "policy",
            sa.Enum(
                "once",
                "daily",
                "after_exit",
                "unlimited",
                name="door_list_policy",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("opens_at", UtcDateTime(), nullable=True),
        sa.Column("closes_at", UtcDateTime(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("room", sa.Integer(), nullable=True),
        sa.Column("takes_payment", sa.Boolean(), nullable=False),
        sa.CheckConstraint("room IS NULL OR room > 0", name="door_list_room"),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("event_id", "name", name="door_list_name"),
    )
    op.create_index(op.f("ix_door_list_event_id"), "door_list", ["event_id"], unique=False)
    op.create_table(
        "export_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("saved", sa.String(length=40), nullable=True),
        sa.Column("slot_at", UtcDateTime(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("asked_out", sa.String(), nullable=False),
        sa.Column("destination", sa.String(), nullable=False),
        sa.Column("format", sa.String(length=12), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("row_count >= 0 AND size >= 0", name="export_run_counts"),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("saved", "slot_at", name="export_run_slot"),
    )
    op.create_index(
        "export_run_last", "export_run", ["name", "asked_out", "started_at"], unique=False
    )
    op.create_index("export_run_saved", "export_run", ["saved", "started_at"], unique=False)
    op.create_table(
        "orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "counter",
                "online",
                "courtesy",
                "import",
                name="orders_channel",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "placed",
                "expiring",
                "expired",
                "cancelled",
                "paid",
                "partly_refunded",
                "refunded",
                "disputed",
                "charged_back",
                "needs_review",
                name="orders_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("buyer_name", sa.String(), nullable=False),
        sa.Column("buyer_email", sa.String(), nullable=False),
        sa.Column("buyer_document", sa.String(), nullable=False),
        sa.Column("buyer_phone", sa.String(), nullable=False),
        sa.Column("buyer_company", sa.String(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("subtotal_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.Column("paid_at", UtcDateTime(), nullable=True),
        sa.Column("idempotency_key", sa.String(length=200), nullable=True),
        sa.Column("request_digest", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=120), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint("(state = 'paid') <= (paid_at IS NOT NULL)", name="orders_paid"),
        sa.CheckConstraint(
            "fee_minor >= 0 AND discount_minor >= 0 AND total_minor >= 0", name="orders_money"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("event_id", "external_id", name="orders_external_id"),
        sa.UniqueConstraint("idempotency_key"),
    )
    op.create_index(op.f("ix_orders_event_id"), "orders", ["event_id"], unique=False)
    op.create_index(op.f("ix_orders_expires_at"), "orders", ["expires_at"], unique=False)
    op.create_index(op.f("ix_orders_placed_at"), "orders", ["placed_at"], unique=False)
    op.create_index(
        "orders_review",
        "orders",
        ["event_id"],
        unique=False,
        sqlite_where=sa.text("state = 'needs_review'"),
        postgresql_where=sa.text("state = 'needs_review'"),
    )
    op.create_table(
        "promo",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "percent",
                "amount",
                "fixed_price",
                "courtesy",
                name="promo_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("uses_max", sa.Integer(), nullable=True),
        sa.Column("uses_left", sa.Integer(), nullable=True),
        sa.Column("per_person_max", sa.Integer(), nullable=True),
        sa.Column("opens_at", UtcDateTime(), nullable=True),
        sa.Column("closes_at", UtcDateTime(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "created",
                "sent",
                "revoked",
                name="promo_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("recipient_name", sa.String(), nullable=False),
        sa.Column("recipient_email", sa.String(), nullable=False),
        sa.Column("is_reserved", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "uses_left IS NULL OR (uses_left >= 0 AND uses_left <= uses_max)", name="promo_uses"
        ),
        sa.CheckConstraint("value >= 0", name="promo_value"),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("event_id", "code", name="promo_code"),
    )
    op.create_index(op.f("ix_promo_event_id"), "promo", ["event_id"], unique=False)
    op.create_table(
        "retention",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("applied_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("days > 0", name="retention_days"),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
        ),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_table(
        "staff_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "verify_email",
                "reset_password",
                name="staff_code_purpose",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff_member.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_staff_code_staff_id"), "staff_code", ["staff_id"], unique=False)
    op.create_table(
        "staff_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "login",
                "machine",
                name="staff_session_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff_member.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_staff_session_staff_id"), "staff_session", ["staff_id"], unique=False)
    op.create_table(
        "tier",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "full",
                "half",
                "courtesy",
                "staff",
                name="tier_category",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=False),
        sa.Column("places_left", sa.Integer(), nullable=False),
        sa.Column("opens_at", UtcDateTime(), nullable=True),
        sa.Column("closes_at", UtcDateTime(), nullable=True),
        sa.Column("after_id", sa.Uuid(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.CheckConstraint("price_minor >= 0", name="tier_price"),
        sa.CheckConstraint(
            "quota > 0 AND places_left >= 0 AND places_left <= quota", name="tier_places"
        ),
        sa.ForeignKeyConstraint(
            ["after_id"],
            ["tier.id"],
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("event_id", "name", name="tier_name"),
    )
    op.create_index(op.f("ix_tier_event_id"), "tier", ["event_id"], unique=False)
    op.create_table(
        "campaign",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("tier_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "tickets",
                "codes",
                name="campaign_mode",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("terms_digest", sa.String(length=64), nullable=False),
        sa.Column("settings", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tier_id"],
            ["tier.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("event_id", "name", name="campaign_name"),
    )
    op.create_index(op.f("ix_campaign_event_id"), "campaign", ["event_id"], unique=False)
    op.create_table(
        "desk",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "admin",
                "manager",
                "finance",
                "box_office",
                "door_lead",
                "door",
                "auditor",
                "system",
                name="desk_role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("code_digest", sa.String(length=64), nullable=True),
        sa.Column("code_expires_at", UtcDateTime(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("enrolled_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["door_list.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code_digest"),
        sa.UniqueConstraint("token_digest"),
    )
    op.create_index(op.f("ix_desk_list_id"), "desk", ["list_id"], unique=False)
    op.create_table(
        "door_list_tier",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("tier_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["door_list.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tier_id"],
            ["tier.id"],
        ),
        sa.PrimaryKeyConstraint("list_id", "tier_id"),
    )
    op.create_table(
        "order_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("tier_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0 AND price_minor >= 0", name="line_amounts"),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tier_id"],
            ["tier.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_order_line_order_id"), "order_line", ["order_id"], unique=False)
    op.create_index(op.f("ix_order_line_tier_id"), "order_line", ["tier_id"], unique=False)
    op.create_table(
        "payment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "pix",
                "boleto",
                "card",
                "cash",
                "courtesy",
                "external",
                name="payment_method",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "opening",
                "waiting",
                "paid",
                "settled",
                "closed",
                "failed",
                "refunding",
                "refunded",
                "disputed",
                "charged_back",
                name="payment_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("provider", sa.String(length=24), nullable=False),
        sa.Column("provider_id", sa.String(length=80), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("pix_payload", sa.String(), nullable=True),
        sa.Column("boleto_line", sa.String(), nullable=True),
        sa.Column("boleto_bar_code", sa.String(), nullable=True),
        sa.Column("boleto_url", sa.String(), nullable=True),
        sa.Column("invoice_url", sa.String(), nullable=True),
        sa.Column("instalments", sa.Integer(), nullable=False),
        sa.Column("plan", sa.String(length=80), nullable=True),
        sa.Column("is_in_cash", sa.Boolean(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=True),
        sa.Column("credited_on", sa.Date(), nullable=True),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("raw", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("paid_at", UtcDateTime(), nullable=True),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("amount_minor >= 0 AND paid_minor >= 0", name="payment_amounts"),
        sa.CheckConstraint("instalments BETWEEN 1 AND 21", name="payment_instalments"),
        sa.CheckConstraint(
            "refunded_minor >= 0 AND refunded_minor <= paid_minor", name="payment_refunded"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("provider", "provider_id", name="payment_provider_id"),
    )
    op.create_index(op.f("ix_payment_plan"), "payment", ["plan"], unique=False)
    op.create_index(
        "payment_one_open",
        "payment",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('opening', 'waiting')"),
        postgresql_where=sa.text("state IN ('opening', 'waiting')"),
    )
    op.create_index("payment_order", "payment", ["order_id"], unique=False)
    op.create_table(
        "promo_tier",
        sa.Column("promo_id", sa.Uuid(), nullable=False),
        sa.Column("tier_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["promo_id"],
            ["promo.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tier_id"],
            ["tier.id"],
        ),
        sa.PrimaryKeyConstraint("promo_id", "tier_id"),
    )
    op.create_table(
        "search_term",
        sa.Column("term", SearchText, nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
        ),
        sa.PrimaryKeyConstraint("term", "order_id"),
    )
    op.create_index(op.f("ix_search_term_order_id"), "search_term", ["order_id"], unique=False)
    op.create_table(
        "staff_token",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["staff_session.id"],
        ),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index(op.f("ix_staff_token_session_id"), "staff_token", ["session_id"], unique=False)
    op.create_table(
        "till_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "sale",
                "refund",
                "drop",
                name="till_entry_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("method", sa.String(length=24), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name="till_entry_amount"),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
        ),
        sa.ForeignKeyConstraint(
            ["shift_id"],
            ["shift.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_till_entry_order_id"), "till_entry", ["order_id"], unique=False)
    op.create_index(op.f("ix_till_entry_shift_id"), "till_entry", ["shift_id"], unique=False)
    op.create_table(
        "campaign_file",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
        ),
        sa.PrimaryKeyConstraint("campaign_id", "turn"),
    )
    op.create_table(
        "campaign_row",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("guest_key", sa.String(length=64), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "sent",
                "redeemed",
                "expired",
                "revoked",
                name="campaign_row_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("promo_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("reminded_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("held >= 0 AND held <= quantity", name="campaign_row_held"),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
        ),
        sa.ForeignKeyConstraint(
            ["promo_id"],
            ["promo.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("campaign_id", "guest_key", name="campaign_row_guest"),
        sa.UniqueConstraint("order_id"),
        sa.UniqueConstraint("promo_id"),
    )
    op.create_index(
        op.f("ix_campaign_row_campaign_id"), "campaign_row", ["campaign_id"], unique=False
    )
    op.create_table(
        "refund",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "sent",
                "done",
                "failed",
                "by_hand",
                name="refund_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("outside_key", sa.String(length=120), nullable=True),
        sa.Column("waits_for", sa.String(), nullable=False),
        sa.Column("page_url", sa.String(), nullable=True),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name="refund_amount"),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["payment.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("payment_id", "outside_key", name="refund_outside"),
    )
    op.create_index(op.f("ix_refund_order_id"), "refund", ["order_id"], unique=False)
    op.create_index(op.f("ix_refund_payment_id"), "refund", ["payment_id"], unique=False)
    op.create_table(
        "ticket",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("tier_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("due_minor", sa.BigInteger(), nullable=False),
        sa.Column("holder_name", sa.String(), nullable=False),
        sa.Column("holder_email", sa.String(), nullable=False),
        sa.Column("holder_document", sa.String(), nullable=False),
        sa.Column("holder_company", sa.String(), nullable=False),
        sa.Column("holder_title", sa.String(), nullable=False),
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("attention", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "held",
                "valid",
                "void",
                "blocked",
                name="ticket_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("holds_place", sa.Boolean(), nullable=False),
        sa.Column("ended_alone", sa.Boolean(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(length=8), nullable=True),
        sa.Column("code_digest", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "due_minor >= 0 AND (due_minor = 0 OR state = 'held')", name="ticket_due"
        ),
        sa.CheckConstraint(
            "state IN ('held', 'void') OR code_digest IS NOT NULL", name="ticket_code"
        ),
        sa.CheckConstraint(
            "fee_minor >= 0 AND discount_minor >= 0 AND price_minor >= discount_minor",
            name="ticket_money",
        ),
        sa.CheckConstraint("generation BETWEEN 0 AND 255", name="ticket_generation"),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
        ),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["order_line.id"],
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tier_id"],
            ["tier.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code_digest"),
        sa.UniqueConstraint("order_id", "number", name="ticket_number"),
    )
    op.create_index(op.f("ix_ticket_event_id"), "ticket", ["event_id"], unique=False)
    op.create_index(op.f("ix_ticket_order_id"), "ticket", ["order_id"], unique=False)
    op.create_index(op.f("ix_ticket_tier_id"), "ticket", ["tier_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("campaign_row_id", sa.Uuid(), nullable=True),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "sending",
                "sent",
                "refused",
                name="message_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("provider", sa.String(length=24), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("called_at", UtcDateTime(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_row_id"],
            ["campaign_row.id"],
        ),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["job.id"],
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("job_id"),
    )
    op.create_index(
        op.f("ix_message_campaign_row_id"), "message", ["campaign_row_id"], unique=False
    )
    op.create_index(op.f("ix_message_order_id"), "message", ["order_id"], unique=False)
    op.create_index("message_provider_id", "message", ["provider_id"], unique=False)
    op.create_table(
        "promo_use",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("promo_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
        ),
        sa.ForeignKeyConstraint(
            ["promo_id"],
            ["promo.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("promo_id", "person", "turn", name="promo_use_turn"),
        sa.UniqueConstraint("ticket_id"),
    )
    op.create_index(op.f("ix_promo_use_promo_id"), "promo_use", ["promo_id"], unique=False)
    op.create_index("promo_use_order", "promo_use", ["order_id"], unique=False)
    op.create_table(
        "revoked_code",
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("code_digest"),
    )
    op.create_index(op.f("ix_revoked_code_ticket_id"), "revoked_code", ["ticket_id"], unique=False)
    op.create_table(
        "scan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("nonce", sa.String(length=80), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("gate", sa.String(), nullable=False),
        sa.Column(
            "direction",
            sa.Enum(
                "in",
                "out",
                "undo",
                name="scan_direction",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("scanned_at", UtcDateTime(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "online",
                "offline",
                name="scan_mode",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum(
                "scanner",
                "typed",
                "search",
                "group",
                name="scan_source",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("unknown_text", sa.String(length=200), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum(
                "ok",
                "ok_reentry",
                "ok_exit",
                "ok_unsynced",
                "ok_signature_only",
                "ok_override",
                "ok_replay",
                "needs_document",
                "needs_confirmation",
                "must_pay",
                "choose_ticket",
                "already_in",
                "already_today",
                "not_inside",
                "unreadable",
                "unknown",
                "bad_signature",
                "wrong_event",
                "not_on_list",
                "unpaid",
                "cancelled",
                "expired_order",
                "refunded",
                "charged_back",
                "revoked",
                "blocked",
                "too_early",
                "too_late",
                "list_closed",
                "area_full",
                "stale_snapshot",
                "unavailable",
                name="scan_verdict",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("annuls_id", sa.Uuid(), nullable=True),
        sa.Column("text_digest", sa.String(length=64), nullable=False),
        sa.Column("first_scan_id", sa.Uuid(), nullable=True),
        sa.Column(
            "proof",
            sa.Enum(
                "student",
                "youth",
                "senior",
                "disability",
                "teacher",
                "other",
                name="scan_proof",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("desk_id", sa.Uuid(), nullable=True),
        sa.Column("desk_sequence", sa.Integer(), nullable=True),
        sa.Column("device_at", UtcDateTime(), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=True),
        sa.Column("skew_seconds", sa.Integer(), nullable=False),
        sa.Column("snapshot_at", UtcDateTime(), nullable=True),
        sa.Column(
            "server_verdict",
            sa.Enum(
                "ok",
                "ok_reentry",
                "ok_exit",
                "ok_unsynced",
                "ok_signature_only",
                "ok_override",
                "ok_replay",
                "needs_document",
                "needs_confirmation",
                "must_pay",
                "choose_ticket",
                "already_in",
                "already_today",
                "not_inside",
                "unreadable",
                "unknown",
                "bad_signature",
                "wrong_event",
                "not_on_list",
                "unpaid",
                "cancelled",
                "expired_order",
                "refunded",
                "charged_back",
                "revoked",
                "blocked",
                "too_early",
                "too_late",
                "list_closed",
                "area_full",
                "stale_snapshot",
                "unavailable",
                name="scan_server_verdict",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.CheckConstraint("(desk_id IS NULL) = (desk_sequence IS NULL)", name="scan_desk"),
        sa.ForeignKeyConstraint(
            ["annuls_id"],
            ["scan.id"],
        ),
        sa.ForeignKeyConstraint(
            ["desk_id"],
            ["desk.id"],
        ),
        sa.ForeignKeyConstraint(
            ["first_scan_id"],
            ["scan.id"],
        ),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["door_list.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("annuls_id"),
        sa.UniqueConstraint("desk_id", "desk_sequence", name="scan_of_desk"),
        sa.UniqueConstraint("nonce"),
    )
    op.create_index(op.f("ix_scan_list_id"), "scan", ["list_id"], unique=False)
    op.create_index(op.f("ix_scan_scanned_at"), "scan", ["scanned_at"], unique=False)
    op.create_index(op.f("ix_scan_ticket_id"), "scan", ["ticket_id"], unique=False)
    op.create_table(
        "conflict",
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "double_entry",
                "admitted_but_invalid",
                "refused_but_valid",
                "clock_skew",
                "gap",
                name="conflict_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("other_scan_id", sa.Uuid(), nullable=True),
        sa.Column("could_know", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.Column("resolved_by", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["door_list.id"],
        ),
        sa.ForeignKeyConstraint(
            ["other_scan_id"],
            ["scan.id"],
        ),
        sa.ForeignKeyConstraint(
            ["scan_id"],
            ["scan.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("code"),
        sa.UniqueConstraint("kind", "scan_id", name="conflict_of_scan"),
    )
    op.create_index(op.f("ix_conflict_list_id"), "conflict", ["list_id"], unique=False)
    op.create_index(op.f("ix_conflict_ticket_id"), "conflict", ["ticket_id"], unique=False)
    op.create_table(
        "entry",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("slot", sa.String(length=24), nullable=False),
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["door_list.id"],
        ),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("list_id", "ticket_id", "slot"),
        sa.UniqueConstraint("scan_id"),
    )
    op.create_index(op.f("ix_entry_ticket_id"), "entry", ["ticket_id"], unique=False)
    # ### end Alembic commands ###
    _protect_audit()
    _protect_reasons()


def downgrade() -> None:
    """Go one schema down."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_is_kept CASCADE")
        op.execute("DROP FUNCTION audit_reason_is_kept CASCADE")

    op.drop_index(op.f("ix_entry_ticket_id"), table_name="entry")
    op.drop_table("entry")
    op.drop_index(op.f("ix_conflict_ticket_id"), table_name="conflict")
    op.drop_index(op.f("ix_conflict_list_id"), table_name="conflict")
    op.drop_table("conflict")
    op.drop_index(op.f("ix_scan_ticket_id"), table_name="scan")
    op.drop_index(op.f("ix_scan_scanned_at"), table_name="scan")
    op.drop_index(op.f("ix_scan_list_id"), table_name="scan")
    op.drop_table("scan")
    op.drop_index(op.f("ix_revoked_code_ticket_id"), table_name="revoked_code")
    op.drop_table("revoked_code")
    op.drop_index("promo_use_order", table_name="promo_use")
    op.drop_index(op.f("ix_promo_use_promo_id"), table_name="promo_use")
    op.drop_table("promo_use")
    op.drop_index("message_provider_id", table_name="message")
    op.drop_index(op.f("ix_message_order_id"), table_name="message")
    op.drop_index(op.f("ix_message_campaign_row_id"), table_name="message")
    op.drop_table("message")
    op.drop_index(op.f("ix_ticket_tier_id"), table_name="ticket")
    op.drop_index(op.f("ix_ticket_order_id"), table_name="ticket")
    op.drop_index(op.f("ix_ticket_event_id"), table_name="ticket")
    op.drop_table("ticket")
    op.drop_index(op.f("ix_refund_payment_id"), table_name="refund")
    op.drop_index(op.f("ix_refund_order_id"), table_name="refund")
    op.drop_table("refund")
    op.drop_index(op.f("ix_campaign_row_campaign_id"), table_name="campaign_row")
    op.drop_table("campaign_row")
    op.drop_table("campaign_file")
    op.drop_index(op.f("ix_till_entry_shift_id"), table_name="till_entry")
    op.drop_index(op.f("ix_till_entry_order_id"), table_name="till_entry")
    op.drop_table("till_entry")
    op.drop_index(op.f("ix_staff_token_session_id"), table_name="staff_token")
    op.drop_table("staff_token")
    op.drop_index(op.f("ix_search_term_order_id"), table_name="search_term")
    op.drop_table("search_term")
    op.drop_table("promo_tier")
    op.drop_index("payment_order", table_name="payment")
    op.drop_index(
        "payment_one_open",
        table_name="payment",
        sqlite_where=sa.text("state IN ('opening', 'waiting')"),
        postgresql_where=sa.text("state IN ('opening', 'waiting')"),
    )
    op.drop_index(op.f("ix_payment_plan"), table_name="payment")
    op.drop_table("payment")
    op.drop_index(op.f("ix_order_line_tier_id"), table_name="order_line")
    op.drop_index(op.f("ix_order_line_order_id"), table_name="order_line")
    op.drop_table("order_line")
    op.drop_table("door_list_tier")
    op.drop_index(op.f("ix_desk_list_id"), table_name="desk")
    op.drop_table("desk")
    op.drop_index(op.f("ix_campaign_event_id"), table_name="campaign")
    op.drop_table("campaign")
    op.drop_index(op.f("ix_tier_event_id"), table_name="tier")
    op.drop_table("tier")
    op.drop_index(op.f("ix_staff_session_staff_id"), table_name="staff_session")
    op.drop_table("staff_session")
    op.drop_index(op.f("ix_staff_code_staff_id"), table_name="staff_code")
    op.drop_table("staff_code")
    op.drop_table("retention")
    op.drop_index(op.f("ix_promo_event_id"), table_name="promo")
    op.drop_table("promo")
    op.drop_index(
        "orders_review",
        table_name="orders",
        sqlite_where=sa.text("state = 'needs_review'"),
        postgresql_where=sa.text("state = 'needs_review'"),
    )
    op.drop_index(op.f("ix_orders_placed_at"), table_name="orders")
    op.drop_index(op.f("ix_orders_expires_at"), table_name="orders")
    op.drop_index(op.f("ix_orders_event_id"), table_name="orders")
    op.drop_table("orders")
    op.drop_index("export_run_saved", table_name="export_run")
    op.drop_index("export_run_last", table_name="export_run")
    op.drop_table("export_run")
    op.drop_index(op.f("ix_door_list_event_id"), table_name="door_list")
    op.drop_table("door_list")
    op.drop_table("stray")
    op.drop_index(op.f("ix_staff_try_tried_at"), table_name="staff_try")
    op.drop_table("staff_try")
    op.drop_table("staff_member")
    op.drop_table("slot")
    op.drop_index(
        "shift_one_open",
        table_name="shift",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(op.f("ix_shift_opened_at"), table_name="shift")
    op.drop_table("shift")
    op.drop_table("public_key")
    op.drop_index("mail_event_provider_id", table_name="mail_event")
    op.drop_index("mail_event_message_id", table_name="mail_event")
    op.drop_table("mail_event")
    op.drop_index(op.f("ix_letter_received_at"), table_name="letter")
    op.drop_table("letter")
    op.drop_index(
        "job_running",
        table_name="job",
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.drop_index(
        "job_ready",
        table_name="job",
        sqlite_where=sa.text("state IN ('waiting', 'sent')"),
        postgresql_where=sa.text("state IN ('waiting', 'sent')"),
    )
    op.drop_index(
        "job_ended_badly",
        table_name="job",
        sqlite_where=sa.text("state IN ('failed', 'dead')"),
        postgresql_where=sa.text("state IN ('failed', 'dead')"),
    )
    op.drop_table("job")
    op.drop_table("heartbeat")
    op.drop_index("export_failure_last", table_name="export_failure")
    op.drop_table("export_failure")
    op.drop_table("event")
    op.drop_table("audit_seal")
    op.drop_table("audit_reason")
    op.drop_table("audit_link")
    op.drop_index(op.f("ix_audit_entry_subject"), table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_at"), table_name="audit_entry")
    op.drop_table("audit_entry")
    # ### end Alembic commands ###


def _protect_reasons() -> None:
    """Let a reason be blanked, and nothing else be done to it."""
    blank = "NEW.salt = '' AND NEW.words IN ('', '(erased)') AND NEW.entry_id = OLD.entry_id"
    if op.get_bind().dialect.name == "sqlite":
        for act, when in (("UPDATE", f"WHEN NOT ({blank}) "), ("DELETE", "")):
            op.execute(
                f"CREATE TRIGGER audit_reason_no_{act.lower()} BEFORE {act} ON audit_reason "
                f"{when}BEGIN SELECT RAISE(ABORT, 'audit reasons are kept'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_reason_is_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF TG_OP = 'UPDATE' AND {blank} THEN RETURN NEW; END IF; "
        "RAISE EXCEPTION 'audit reasons are kept'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_reason_no_change BEFORE UPDATE OR DELETE ON audit_reason "
        "FOR EACH ROW EXECUTE FUNCTION audit_reason_is_kept()"
    )
    op.execute(
        "CREATE TRIGGER audit_reason_no_truncate BEFORE TRUNCATE ON audit_reason "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept()"
    )


def _protect_audit() -> None:
    """Let nobody change or delete what the audit says, not even us."""
    tables = ("audit_entry", "audit_link", "audit_seal")
    if op.get_bind().dialect.name == "sqlite":
        for table in tables:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'audit entries are kept'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION audit_is_kept() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit entries are kept'; END $$"
    )
    for table in tables:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept()"
        )
