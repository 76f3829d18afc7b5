"""Tables of orders, their lines, and the words they are found by."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from boxoffice.columns import SearchText, minor, moment, partial_index, word
from boxoffice.ids import new_id
from boxoffice.money import Money


class OrderState(StrEnum):
    """Where an order is in its life (design §4)."""

    PLACED = "placed"
    EXPIRING = "expiring"  # its clock ran out; the places stay taken until the charge is closed
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    PAID = "paid"
    PARTLY_REFUNDED = "partly_refunded"  # some money went back; tickets that are left are valid
    REFUNDED = "refunded"
    DISPUTED = "disputed"  # the buyer's bank asks for the money back
    CHARGED_BACK = "charged_back"
    NEEDS_REVIEW = "needs_review"  # money and order do not agree: a person decides


class Channel(StrEnum):
    """Where an order came from."""

    COUNTER = "counter"
    ONLINE = "online"
    COURTESY = "courtesy"
    IMPORT = "import"


class Order(SQLModel, table=True):
    """Somebody's request for places."""

    __tablename__ = "orders"  # `order` is a word of SQL
    __table_args__ = (
        CheckConstraint(
            "fee_minor >= 0 AND discount_minor >= 0 AND total_minor >= 0", name="orders_money"
        ),
        CheckConstraint("(state = 'paid') <= (paid_at IS NOT NULL)", name="orders_paid"),
        # Race: one file imported twice at once. An outsider's id makes one order an event.
        UniqueConstraint("event_id", "external_id", name="orders_external_id"),
        partial_index("orders_review", "event_id", where="state = 'needs_review'"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    # Race: two orders, one code. Another code is drawn.
    code: str = Field(unique=True, max_length=12)
    event_id: UUID = Field(foreign_key="event.id", index=True)
    channel: Channel = Field(sa_column=word(Channel, "orders_channel"))
    state: OrderState = Field(default=OrderState.PLACED, sa_column=word(OrderState, "orders_state"))
    buyer_name: str = ""
    buyer_email: str = ""
    buyer_document: str = ""
    buyer_phone: str = ""
    buyer_company: str = ""
    currency: str = Field(default="BRL", max_length=3)
    subtotal_minor: int = Field(sa_column=minor())
    discount_minor: int = Field(default=0, sa_column=minor(default=0))
    fee_minor: int = Field(default=0, sa_column=minor(default=0))
    total_minor: int = Field(sa_column=minor())
    expires_at: datetime | None = Field(default=None, sa_column=moment(nullable=True, index=True))
    placed_at: datetime = Field(sa_column=moment(index=True))
    paid_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    # Race: one request sent twice. The key answers with the order it made the first time.
    idempotency_key: str | None = Field(default=None, unique=True, max_length=200)
    request_digest: str = Field(default="", max_length=64)
    external_id: str | None = Field(default=None, max_length=120)  # what an import calls it
    note: str = ""  # for us; the door sees a ticket's `attention`

    @property
    def total(self) -> Money:
        """What the buyer owes in all."""
        return Money(self.total_minor, self.currency)


class OrderLine(SQLModel, table=True):
    """So many places of one tier, at the price of the moment."""

    __tablename__ = "order_line"
    __table_args__ = (CheckConstraint("quantity > 0 AND price_minor >= 0", name="line_amounts"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    order_id: UUID = Field(foreign_key="orders.id", index=True)
    tier_id: UUID = Field(foreign_key="tier.id", index=True)
    quantity: int
    price_minor: int = Field(sa_column=minor())


class SearchTerm(SQLModel, table=True):
    """One folded word an order is found by: its code, a name, an address, a document."""

    __tablename__ = "search_term"

    term: str = Field(sa_column=Column(SearchText, primary_key=True))
    order_id: UUID = Field(foreign_key="orders.id", primary_key=True, index=True)
