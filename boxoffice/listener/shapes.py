"""What goes over the wire: these models parse bodies, and the description is made of them."""

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
