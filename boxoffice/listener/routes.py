"""Every route of the listener. Whoever adds one describes it here: there is no other way in."""

from pydantic import BaseModel, ConfigDict

from boxoffice.listener.auth import login, logout, renew, whoami
from boxoffice.listener.described import TAKES_JSON, Described, describe
from boxoffice.listener.desk import (
    JOURNAL_MAX,
    desk_enrol,
    desk_scan,
    desk_scans,
    desk_search,
    desk_snapshot,
    desk_stats,
)
from boxoffice.listener.desk_money import (
    desk_collect,
    desk_offers,
    desk_owed,
    desk_print,
    desk_sell,
)
from boxoffice.listener.health import live, ready
from boxoffice.listener.mail_events import sendgrid_events
from boxoffice.listener.metrics import metrics
from boxoffice.listener.reading import BODY_MAX
from boxoffice.listener.shapes import (
    CollectBody,
    DoorAnswer,
    EnrolAnswer,
    EnrolBody,
    HitsAnswer,
    JournalAnswer,
    JournalBody,
    LiveAnswer,
    LoginAnswer,
    LoginBody,
    LogoutAnswer,
    Nothing,
    OffersAnswer,
    OwedAnswer,
    PrintBody,
    ReadyAnswer,
    RefreshBody,
    ScanAnswer,
    ScanBody,
    SellBody,
    SoldAnswer,
    WhoAnswer,
)
from boxoffice.listener.webhooks import asaas_letter
from boxoffice.outbox.keep_events import BODY_MAX as MAIL_BODY_MAX


class _Description(BaseModel):
    """This page."""

    model_config = ConfigDict(extra="allow")

    openapi: str


_OF_DESK = (400, 401, 403, 404, 408, 409, 413, 415, 429, 500, 503)

ROUTES = (
    Described(
        "POST", "/webhooks/asaas", "Keep a letter of the gateway.", asaas_letter, Nothing,
        any_body=True, refusals=(401, *TAKES_JSON), needs="asaas",
    ),
    Described(
        "POST", "/webhooks/sendgrid", "Keep events of mails.", sendgrid_events, Nothing,
        any_body=True, refusals=(401, *TAKES_JSON), body_max=MAIL_BODY_MAX, needs="sendgrid",
    ),
    Described(
        "POST", "/auth/login", "Log in by name and password.", login, LoginAnswer,
        body=LoginBody, refusals=(401, *TAKES_JSON), body_max=BODY_MAX,
    ),
    Described(
        "POST", "/auth/refresh", "Turn a refresh token into a new pair.", renew, LoginAnswer,
        body=RefreshBody, refusals=(401, *TAKES_JSON), body_max=BODY_MAX,
    ),
    Described(
        "POST", "/auth/logout", "End a login.", logout, LogoutAnswer,
        body=RefreshBody, refusals=TAKES_JSON, body_max=BODY_MAX,
    ),
    Described(
        "GET", "/auth/whoami", "Tell who asks.", whoami, WhoAnswer,
        refusals=(400, 401, 429, 500, 503), needs="bearer",
    ),
    Described(
        "POST", "/desk/enrol", "Turn a one-time code into a desk's token.", desk_enrol,
        EnrolAnswer, body=EnrolBody, refusals=_OF_DESK,
    ),
    Described(
        "POST", "/desk/scan", "Judge one code.", desk_scan, ScanAnswer,
        body=ScanBody, refusals=_OF_DESK, needs="bearer",
    ),
    Described(
        "POST", "/desk/scans", "Take a part of a desk's journal in.", desk_scans, JournalAnswer,
        body=JournalBody, refusals=_OF_DESK, body_max=JOURNAL_MAX, needs="bearer",
    ),
    Described(
        "GET", "/desk/snapshot", "Give a desk what it needs to judge alone.", desk_snapshot,
        None, refusals=_OF_DESK, needs="bearer", media_type="application/vnd.sqlite3",
    ),
    Described(
        "GET", "/desk/search", "Find people of a desk's event.", desk_search, HitsAnswer,
        refusals=_OF_DESK, needs="bearer", asks={"q": "A name, a code or a part of one."},
    ),
    Described(
        "GET", "/desk/stats", "Count who is in.", desk_stats, DoorAnswer,
        refusals=_OF_DESK, needs="bearer",
    ),
    Described(
        "GET", "/desk/offers", "Tell what is for sale at a desk's door.", desk_offers,
        OffersAnswer, refusals=_OF_DESK, needs="bearer",
    ),
    Described(
        "POST", "/desk/sell", "Sell to who came without a ticket.", desk_sell, SoldAnswer,
        body=SellBody, refusals=_OF_DESK, needs="bearer",
    ),
    Described(
        "GET", "/desk/owed", "Say what the order of a ticket owes.", desk_owed, OwedAnswer,
        refusals=_OF_DESK, needs="bearer", asks={"ticket": "The ticket's name."},
    ),
    Described(
        "POST", "/desk/collect", "Take what an order owes.", desk_collect, OwedAnswer,
        body=CollectBody, refusals=_OF_DESK, needs="bearer",
    ),
    Described(
        "POST", "/desk/print", "Print a ticket once more.", desk_print, None,
        body=PrintBody, refusals=_OF_DESK, needs="bearer", media_type="application/pdf",
    ),
    Described("GET", "/health/live", "Answer as long as anybody does.", live, LiveAnswer),
    Described(
        "GET", "/health/ready", "Say whether letters can be kept.", ready, ReadyAnswer,
        refusals=(500,), others=(503,),
    ),
    Described(
        "GET", "/metrics", "Tell Prometheus on this machine how the work stands.", metrics, None,
        refusals=(404, 429, 500, 503),
    ),
    Described("GET", "/openapi.json", "Describe every route.", describe, _Description),
)  # fmt: skip
