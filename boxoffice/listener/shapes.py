"""What goes over the wire: these models parse bodies, and the description is made of them."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class _In(BaseModel):
    """A body: nothing beside what is named, and no guessing at types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class LoginBody(_In):
    """A name and its password."""

    name: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=512)


class RefreshBody(_In):
    """The refresh token of a login. It is good once."""

    refresh_token: str = Field(min_length=1, max_length=512)


class LoginAnswer(BaseModel):
    """A login: the access token goes into `Authorization: Bearer …`."""

    name: str
    role: str
    access_token: str
    refresh_token: str
    token_type: str = "Bearer"  # noqa: S105  (a scheme, no secret)
    expires_in: int = Field(description="Seconds that the access token is good.")


class LogoutAnswer(BaseModel):
    """Whether a login ended now."""

    ended: bool


class WhoAnswer(BaseModel):
    """Whose access token this is, and what they may do."""

    name: str
    role: str
    permissions: list[str]


class LiveAnswer(BaseModel):
    """The process answers."""

    live: bool


class ReadyAnswer(BaseModel):
    """Whether letters can be kept now."""

    ready: bool
    error: str | None = None


class Nothing(BaseModel):
    """An empty object: it was kept."""


class Problem(BaseModel):
    """Why not: a case of a refusal, or what is wrong with the request."""

    error: str
    ref: str | None = Field(default=None, description="What the log knows a failure by.")


class EnrolBody(_In):
    """The one-time code of a desk."""

    code: str = Field(max_length=40)


class EnrolAnswer(BaseModel):
    """What a desk keeps: the token goes into `Authorization: Bearer …`."""

    token: str
    desk: str
    event: str
    list: str
    role: str
    expires_at: str
    public_keys: dict[str, str]


class ScanBody(BaseModel):
    """One code that was shown. The nonce makes a repeat answer as it did the first time."""

    text: str = Field(max_length=4_096)
    nonce: str = Field(min_length=1, max_length=80)
    source: str | None = None
    direction: str | None = None
    document: bool = False
    confirm: bool = False
    proof: str | None = None
    override: str | None = None
    gate: str | None = None
    supervisor: str | None = Field(default=None, description="Who approves an override.")
    pin: str | None = None


class ScanAnswer(BaseModel):
    """The verdict, as `door scan --json` prints it."""

    model_config = ConfigDict(extra="allow")

    verdict: str
    message: str


class JournalBody(BaseModel):
    """A part of a desk's journal."""

    facts: list[dict[str, Any]] = Field(max_length=500)
    sent_at: str


class JournalAnswer(BaseModel):
    """What became of it."""

    accepted: int
    known: int
    conflicts: int
    last_sequence: int


class HitsAnswer(BaseModel):
    """People who were found."""

    hits: list[dict[str, Any]]


class OffersAnswer(BaseModel):
    """Tiers that can be sold now."""

    offers: list[dict[str, Any]]


class SellBody(BaseModel):
    """A sale to who came without a ticket. The same key with the same wish is one sale."""

    wanted: list[dict[str, Any]] = Field(max_length=50)
    name: str = Field(max_length=200)
    method: str | None = None
    key: str = Field(min_length=1, max_length=64)
    supervisor: str | None = Field(default=None, description="The clerk into whose till it goes.")
    pin: str | None = None


class CollectBody(BaseModel):
    """A debt, as the guest was told it. What was taken once is not taken again."""

    ticket: str = Field(max_length=20, description="The ticket's name.")
    owed_minor: int = Field(ge=0, le=10**12)
    currency: str = Field(max_length=3)
    method: str | None = None
    supervisor: str | None = Field(default=None, description="The clerk into whose till it goes.")
    pin: str | None = None


class OwedAnswer(BaseModel):
    """What an order owes now."""

    owed_minor: int
    currency: str


class PrintBody(BaseModel):
    """A ticket that is printed once more."""

    ticket: str = Field(max_length=20, description="The ticket's name.")
    supervisor: str | None = Field(default=None, description="The clerk who approves it.")
    pin: str | None = None


class SoldAnswer(BaseModel):
    """What was sold."""

    order: str
    total_minor: int
    currency: str
    tickets: list[str]


class DoorAnswer(BaseModel):
    """Who is in, as `door stats --json` prints it."""

    model_config = ConfigDict(extra="allow")
