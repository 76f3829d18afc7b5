"""The line from a desk to the listener: every question it may ask, over HTTP."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx

from boxoffice.adapters.desk_refusals import refusal_of
from boxoffice.door.folder import Papers
from boxoffice.door.journal import Fact
from boxoffice.door.offers import Offer
from boxoffice.door.queries import DoorStats
from boxoffice.door.scan import Shown
from boxoffice.door.search import Hit
from boxoffice.door.wire import read_admission, read_hit, read_offer, read_stats
from boxoffice.door.words import Admission
from boxoffice.errors import BadValue, LineSilent
from boxoffice.ids import new_id
from boxoffice.money import Money

if TYPE_CHECKING:
    from boxoffice.payments.walk_in import WalkIn

PART_BYTES_MAX = 200_000  # of the journal in one upload; the listener takes twice as much
PART_FACTS_MAX = 200


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What the server said of one upload."""

    accepted: int
    known: int
    conflicts: int
    last_sequence: int


@dataclass(frozen=True, slots=True)
class SoldThere:
    """A sale that the server has made for a desk."""

    order: str
    total: Money
    tickets: tuple[str, ...]


class DeskLine:
    """A client of the listener's desk routes. Everything it answers is checked."""

    def __init__(self, url: str, token: str = "", *, seconds: float = 10.0) -> None:
        """Keep where the listener is; `seconds` bounds each wait.

        Raises:
            BadValue: the address is not one of HTTP.
        """
        try:
            self._client = httpx.Client(
                base_url=url,
                timeout=seconds,
                trust_env=False,
                headers={"authorization": f"Bearer {token}"} if token else {},
            )
        except (httpx.InvalidURL, ValueError) as error:
            raise BadValue("--url", "is not an address.", hint="write https://host:8787") from error
        if self._client.base_url.scheme not in {"http", "https"}:
            raise BadValue("--url", "is not an address.", hint="write https://host:8787")
        self._url = url

    def enrol(self, code: str) -> Papers:
        """Turn a one-time code into papers.

        Raises:
            Forbidden: the code enrols no desk.
            LineSilent: the listener does not answer.
        """
        found = self._json("POST", "/desk/enrol", {"code": code})
        try:
            return Papers(
                url=self._url,
                token=str(found["token"]),
                desk=str(found["desk"]),
                event=str(found["event"]),
                list=str(found["list"]),
                role=str(found["role"]),
                expires_at=str(found["expires_at"]),
                public_keys={str(k): str(v) for k, v in found["public_keys"].items()},
            )
        except (KeyError, AttributeError) as error:
            raise _nonsense() from error

    def scan(
        self, what: Shown, *, gate: str, now: datetime, approval: tuple[str, str] = ("", "")
    ) -> Admission:
        """Ask the server's verdict. An `approval` is a supervisor's name and PIN, for an override.

        Raises:
            Forbidden: the desk was revoked or has expired, or the approval is none.
            LineSilent: the listener does not answer; the scan may have been kept.
        """
        asked = what.asked
        found = self._json(
            "POST",
            "/desk/scan",
            {
                "text": what.text.encode("utf-8", "replace").decode(),
                "nonce": what.nonce,
                "source": what.source,
                "direction": asked.direction,
                "document": asked.saw_document,
                "confirm": asked.confirms,
                "proof": asked.proof,
                "override": asked.override,
                "gate": gate,
                "supervisor": approval[0],
                "pin": approval[1],
            },
        )
        try:
            return read_admission(found, new_id(), at=now)
        except (KeyError, TypeError, ValueError) as error:
            raise _nonsense() from error

    def offers(self) -> list[Offer]:
        """List what is for sale at the desk's door."""
        found = self._json("GET", "/desk/offers")
        try:
            return [read_offer(offer) for offer in found["offers"]]
        except (KeyError, TypeError, ValueError) as error:
            raise _nonsense() from error

    def sell(self, wish: "WalkIn", approval: tuple[str, str]) -> SoldThere:
        """Sell to who came without a ticket, into the till of whoever approves it.

        Raises:
            Forbidden: the desk may not sell, and nobody has lent it the permission.
            Refused: it is sold out, or the clerk has no open till.
            LineSilent: the listener does not answer; the same wish again finds the sale.
        """
        found = self._json(
            "POST",
            "/desk/sell",
            {
                "wanted": [{"tier": tier, "quantity": count} for tier, count in wish.wanted],
                "name": wish.name,
                "method": wish.method,
                "key": wish.key,
                "supervisor": approval[0],
                "pin": approval[1],
            },
        )
        try:
            total = Money(int(found["total_minor"]), str(found["currency"]))
            return SoldThere(str(found["order"]), total, tuple(map(str, found["tickets"])))
        except (KeyError, TypeError, ValueError) as error:
            raise _nonsense() from error

    def owed(self, ticket: str) -> Money:
        """Ask what the order of a ticket owes.

        Raises:
            NotFound: the desk's door has no such ticket.
            LineSilent: the listener does not answer.
        """
        found = self._json("GET", "/desk/owed", params={"ticket": ticket})
        try:
            return Money(int(found["owed_minor"]), str(found["currency"]))
        except (KeyError, TypeError, ValueError) as error:
            raise _nonsense() from error

    def collect(self, ticket: str, owed: Money, method: str, approval: tuple[str, str]) -> None:
        """Have what an order owes taken into the till of whoever approves it.

        Raises:
            Forbidden: the desk may not sell, and nobody has lent it the permission.
            Refused: it owes another sum by now, it has ended, or the clerk has no open till.
            LineSilent: the listener does not answer; what was taken is not taken again.
        """
        asked = {
            "ticket": ticket, "owed_minor": owed.minor, "currency": owed.currency, "method": method,
            "supervisor": approval[0], "pin": approval[1],
        }  # fmt: skip
        self._json("POST", "/desk/collect", asked)

    def print(self, ticket: str, approval: tuple[str, str]) -> bytes:
        """Bring a ticket as a PDF, for a guest whose paper is lost.

        Raises:
            Forbidden: the desk may not sell, and nobody has lent it the permission.
            NotFound: the desk's door has no such ticket.
            LineSilent: the listener does not answer.
        """
        asked = {"ticket": ticket, "supervisor": approval[0], "pin": approval[1]}
        content = self._answer("POST", "/desk/print", asked).content
        if not content.startswith(b"%PDF-"):
            raise _nonsense()
        return content

    def upload(self, facts: Sequence[Fact], *, now: datetime) -> Uploaded:
        """Send a part of the journal. Safe to repeat.

        Raises:
            Forbidden: the desk was revoked or has expired.
            LineSilent: the listener does not answer; the part may have been kept.
        """
        told = {"sent_at": now.isoformat(), "facts": [fact.as_json() for fact in facts]}
        found = self._json("POST", "/desk/scans", told)
        try:
            return Uploaded(
                int(found["accepted"]),
                int(found["known"]),
                int(found["conflicts"]),
                int(found["last_sequence"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise _nonsense() from error

    def snapshot(self) -> bytes:
        """Bring a snapshot, as it is; its signature is checked by whoever opens it."""
        return self._answer("GET", "/desk/snapshot").content

    def search(self, text: str) -> list[Hit]:
        """Find people of the desk's event."""
        found = self._json("GET", "/desk/search", params={"q": text})
        try:
            return [read_hit(hit) for hit in found["hits"]]
        except (KeyError, TypeError, ValueError) as error:
            raise _nonsense() from error

    def stats(self) -> DoorStats:
        """Count who is in."""
        try:
            return read_stats(self._json("GET", "/desk/stats"))
        except (KeyError, TypeError) as error:
            raise _nonsense() from error

    def close(self) -> None:
        """Let the connection go."""
        self._client.close()

    def _json(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        params: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        answer = self._answer(method, path, body, params)
        try:
            found = answer.json()
        except (ValueError, RecursionError) as error:
            raise _nonsense() from error
        if not isinstance(found, dict):
            raise _nonsense()
        return found

    def _answer(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        params: dict[str, str] | None = None,
    ) -> httpx.Response:
        content = None if body is None else json.dumps(body).encode()
        try:
            answer = self._client.request(
                method, path, content=content, params=params,
                headers={"content-type": "application/json"} if content else {},
            )  # fmt: skip
        except (httpx.HTTPError, httpx.StreamError, OSError) as error:
            raise LineSilent(
                "the listener does not answer.",
                hint="check the line; until then: boxoffice desk scan --offline",
            ) from error
        if answer.status_code == httpx.codes.OK:
            return answer
        raise refusal_of(answer)


def parts_of(facts: Sequence[Fact]) -> list[list[Fact]]:
    """Cut a journal into parts that fit into an upload."""
    parts: list[list[Fact]] = []
    size = 0
    for fact in facts:
        length = len(json.dumps(fact.as_json()))
        if not parts or size + length > PART_BYTES_MAX or len(parts[-1]) == PART_FACTS_MAX:
            parts.append([])
            size = 0
        parts[-1].append(fact)
        size += length
    return parts


def _nonsense() -> LineSilent:
    return LineSilent("what answers there is not our listener.", hint="check the --url of the desk")
