"""Every way Boxoffice says no.

A refusal means that nothing happened. Six families decide what the surfaces do with it
(exit code, HTTP status, whether a job tries again); each refusal below names its case.

    BoxOfficeError
    ├── Invalid          2   400   the request makes no sense
    │   ├── BadValue               one named value cannot be read
    │   ├── BadFile                a file cannot be used; says the line and column
    │   └── Misconfigured  78      a setting is missing or broken
    ├── NotFound         3   404   it is not here
    ├── Forbidden        4   403   not you
    │   └── NotLoggedIn      401   nobody knows yet who you are; `login.…` says why
    ├── Refused          5   409   the rules say no
    │   ├── SoldOut                a tier has fewer places than were asked for
    │   ├── EventFull              the event has fewer places than were asked for
    │   ├── HalfCapReached         half price has fewer places under its cap than were asked for
    │   ├── TierNotOnSale          the tier's turn has not come, or is over
    │   ├── EventNotOnSale         the event is a draft, paused, ended or cancelled
    │   ├── PromoRefused           a promo code is not good here; `promo.…` says why
    │   ├── WrongState             this step is not allowed from here
    │   ├── KeyReused              one idempotency key, two different requests
    │   ├── NonceReused            one nonce, two different tickets
    │   ├── NotErasable            other rows lean on it
    │   ├── StillNeeded            a person's order is not over: their data works for them
    │   ├── NotEmpty               something is there that a restore would destroy
    │   ├── ChargeRefused          the gateway gave a definite no
    │   └── MailRefused            the carrier of mail gave a definite no
    ├── Unavailable      75  503   someone outside is silent
    │   ├── DatabaseSilent
    │   ├── GatewaySilent
    │   ├── MailSilent             the carrier of mail is silent; says if the mail may have left
    │   └── LineSilent             a desk does not reach the listener
    └── Busy             75  429   a lock or a quota
        ├── DatabaseBusy
        └── TooManyTries           a secret was guessed wrong too often; says how long to wait
"""

import math
from typing import Any, ClassVar


class BoxOfficeError(Exception):
    """A refusal: what is so (`message`), and what to do next (`hint`)."""

    code: ClassVar[str] = "failed"
    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str = "", code: str = "", **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = details
        self.case = code or self.code


class Invalid(BoxOfficeError):
    """The request makes no sense."""

    code = "invalid"
    exit_code = 2
    http_status = 400


class BadValue(Invalid):
    """One named value cannot be read or is out of its limits."""

    code = "value.invalid"

    def __init__(self, name: str, problem: str, *, hint: str = "") -> None:
        super().__init__(f"{name} {problem}", hint=hint, name=name)


class BadFile(Invalid):
    """A file cannot be used. `line` and `column` count from one."""

    code = "file.invalid"

    def __init__(
        self, problem: str, *, line: int | None = None, column: str | None = None, hint: str = ""
    ) -> None:
        where = f"line {line}" if line is not None else ""
        if column is not None:
            where += f"{', ' if where else ''}column {column}"
        super().__init__(
            f"{where}: {problem}" if where else problem, hint=hint, line=line, column=column
        )


class Misconfigured(Invalid):
    """A setting is missing or broken."""

    code = "config.invalid"
    exit_code = 78
    http_status = 500


class NotFound(BoxOfficeError):
    """It is not here."""

    code = "not_found"
    exit_code = 3
    http_status = 404

    def __init__(self, noun: str, name: str, *, hint: str = "") -> None:
        super().__init__(
            f"there is no {noun} {name}.", hint=hint, code=f"{noun}.not_found", name=name
        )


class Forbidden(BoxOfficeError):
    """Not you."""

    code = "forbidden"
    exit_code = 4
    http_status = 403


class NotLoggedIn(Forbidden):
    """Nobody knows yet who you are. Its case says why: `login.needed`, `login.wrong`."""

    code = "login.needed"
    http_status = 401


class Refused(BoxOfficeError):
    """The rules say no."""

    code = "refused"
    exit_code = 5
    http_status = 409


class SoldOut(Refused):
    """A tier has fewer places left than were asked for."""

    code = "tier.sold_out"

    def __init__(self, tier: str, left_count: int, *, hint: str = "") -> None:
        left = "is sold out" if left_count <= 0 else f"has {left_count} places left"
        super().__init__(f"{tier} {left}.", hint=hint, tier=tier, left_count=left_count)


class EventFull(Refused):
    """The event has fewer places left than were asked for, whatever its tiers say."""

    code = "event.sold_out"

    def __init__(self, event: str, left_count: int) -> None:
        left = "is sold out" if left_count <= 0 else f"has {left_count} places left"
        super().__init__(
            f"{event} {left}.",
            hint=f"see what is left: boxoffice event show {event}",
            event=event,
            left_count=left_count,
        )


class HalfCapReached(Refused):
    """Half price has fewer places left under the event's cap than were asked for."""

    code = "half.cap_reached"

    def __init__(self, event: str, limit: int, left_count: int) -> None:
        left = "none is left" if left_count <= 0 else f"{left_count} are left"
        super().__init__(
            f"{event} sells {limit} places at half price; {left}.",
            hint=f"sell another tier, or see the numbers: boxoffice report half-price -e {event}",
            event=event,
            limit=limit,
            left_count=left_count,
        )


class TierNotOnSale(Refused):
    """The tier's turn has not come, or is over."""

    code = "tier.not_on_sale"


class EventNotOnSale(Refused):
    """The event is a draft, paused, ended or cancelled."""

    code = "event.not_on_sale"


class PromoRefused(Refused):
    """A promo code is not good for this order. Its case says why: `promo.over`, `promo.used_up`."""

    code = "promo.refused"


class WrongState(Refused):
    """This step is not allowed from the state the thing is in."""

    code = "state.refused"


class KeyReused(Refused):
    """One idempotency key came with two different requests."""

    code = "idempotency_key.reused"


class NonceReused(Refused):
    """One nonce came with two different tickets."""

    code = "nonce.reused"


class NotErasable(Refused):
    """Other rows lean on it."""

    code = "in_use"


class StillNeeded(Refused):
    """What is known of a person is still needed: an order of theirs is not over."""

    code = "privacy.in_use"


class NotEmpty(Refused):
    """There is something that a restore would destroy."""

    code = "restore.not_empty"


class ChargeRefused(Refused):
    """The gateway gave a definite no: asking again would bring the same answer."""

    code = "charge.refused"


class MailRefused(Refused):
    """The carrier gave a definite no to one mail: the same mail would bring the same answer."""

    code = "mail.refused"


class Unavailable(BoxOfficeError):
    """Someone outside is silent. Trying again later may work."""

    code = "unavailable"
    exit_code = 75
    http_status = 503
    retryable = True

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        code: str = "",
        retry_seconds: float | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message, hint=hint, code=code, **details)
        self.retry_seconds = retry_seconds


class DatabaseSilent(Unavailable):
    """The database cannot be reached, or the line broke: at COMMIT, that is not "not done"."""

    code = "database.unavailable"


class GatewaySilent(Unavailable):
    """The gateway did not answer, or answered with its own fault. The call may have happened."""

    code = "gateway.unavailable"


class MailSilent(Unavailable):
    """The carrier of mail did not take a mail. `may_have_left`: it was cut off while it did."""

    code = "mail.unavailable"

    def __init__(
        self, message: str, *, may_have_left: bool = False, retry_seconds: float | None = None
    ) -> None:
        hint = "check BOXOFFICE_MAIL_URL and the network; the mail is tried again by itself"
        super().__init__(message, hint=hint, retry_seconds=retry_seconds)
        self.may_have_left = may_have_left


class LineSilent(Unavailable):
    """The desk does not reach the listener, or not in time. What it asked may have happened."""

    code = "listener.unavailable"


class Busy(BoxOfficeError):
    """A lock or a quota is in the way. Trying again later will work."""

    code = "busy"
    exit_code = 75
    http_status = 429
    retryable = True


class DatabaseBusy(Busy):
    """Another writer held the database for longer than we wait."""

    code = "database.busy"


class TooManyTries(Busy):
    """A password, PIN or code was guessed wrong too often for one name, or asked from one place."""

    code = "login.too_many"

    def __init__(self, retry_seconds: float) -> None:
        seconds = max(1, math.ceil(retry_seconds))
        super().__init__(
            "there were too many tries.",
            hint=f"wait {seconds} seconds and try again",
            retry_seconds=seconds,
        )
        self.retry_seconds = seconds
