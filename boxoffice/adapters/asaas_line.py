"""The line to Asaas: one call out, one bounded answer in, and what its failure means."""

import logging
import re
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from boxoffice.adapters.asaas_wire import problem_of, read_answer, rows_of, to_json
from boxoffice.errors import GatewaySilent, Misconfigured

ANSWER_BYTES_MAX = 8 * 1024 * 1024  # a page of 100 charges has some 300 KB
PAGE_SIZE = 100  # rows of one list; the vendor's own limit
PAGE_OVERLAP = 10  # rows that are read again: deletions meanwhile pull the next page towards us
_USER_AGENT = "boxoffice/0.1 (box office for the terminal)"

# httpx logs each address at INFO, and the customer search has the buyer's document in it.
logging.getLogger("httpx").setLevel(logging.WARNING)


class Line:
    """A line to the Asaas API v3 at `url`. Safe to share between threads.

    `timeout_seconds` bounds each wait: for the line, for sending, and for the whole body of the
    answer. After twice as long the line of a call is cut, whatever it still brings.

    Raises:
        Misconfigured: the address or the key cannot be sent at all.
    """

    def __init__(self, url: str, api_key: str, *, timeout_seconds: float) -> None:
        # The HTTP library quotes a header it cannot send: such a key must never get that far.
        if not re.fullmatch(r"[\x21-\x7e]+", api_key):
            raise Misconfigured(
                "the Asaas key is empty or holds blanks or letters that no key has.",
                hint="put the key alone in a file and name it in BOXOFFICE_ASAAS_API_KEY_FILE",
            )
        if not _is_web_address(url):
            raise Misconfigured(
                "the address of Asaas is not a web address.",
                hint="set BOXOFFICE_ASAAS_URL to https://api.asaas.com/v3",
            )
        self.url = url.rstrip("/")
        self._api_key = api_key
        self._timeout_seconds = timeout_seconds
        self._own = threading.local()
        # Race: threads dial while another hangs up, or looks for those that ended.
        self._lock = threading.Lock()
        self._clients: list[tuple[threading.Thread, httpx.Client]] = []

    def close(self) -> None:
        """Hang up. A later call dials again."""
        with self._lock:
            clients, self._clients = self._clients, []
        for _, client in clients:
            client.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, object] | None = None,
        secret: str = "",
    ) -> dict[str, Any]:
        """Make one call and return its answer, an empty one for a 204.

        An answer that quotes our key, or the `secret` in the body, comes back without it.

        Raises:
            ChargeRefused: a definite no.
            GatewaySilent: the call may have happened.
            Misconfigured: Asaas refuses our key or our address.
        """
        content = None if body is None else to_json(body)
        client = self._dial()
        request = client.build_request(method, self.url + path, params=query, content=content)
        try:
            response = self._answer(client, request)
        except httpx.HTTPError as error:
            why = type(error).__name__
            raise GatewaySilent("Asaas did not answer.", hint="try again later", why=why) from error
        if response.status_code == httpx.codes.NO_CONTENT:
            return {}
        answer = read_answer(response.content, hidden=(self._api_key, secret))
        if response.status_code == httpx.codes.OK and answer is not None:
            return answer
        raise problem_of(response, answer)

    def pages(
        self, path: str, query: Mapping[str, str | int], *, pages_max: int
    ) -> Iterator[dict[str, Any]]:
        """Yield the rows of a list, each id once, from pages that overlap.

        Raises:
            GatewaySilent: Asaas did not answer, or the list has no end.
        """
        seen: set[str] = set()
        offset = 0
        for _ in range(pages_max):
            page = {**query, "limit": PAGE_SIZE, "offset": offset}
            answer = self.ask("GET", path, query=page)
            rows = rows_of(answer)
            fresh = {str(row.get("id")): row for row in rows if str(row.get("id")) not in seen}
            yield from fresh.values()
            seen.update(fresh)
            if not answer.get("hasMore"):
                return
            if not fresh:
                break  # there is more, and it is never shown
            offset += max(len(rows) - PAGE_OVERLAP, 1)
        raise GatewaySilent("Asaas gives a list without an end.", hint="list fewer days at once")

    def _dial(self) -> httpx.Client:
        """Return this thread's client, made on its first call: a worker may fork before that.

        Each thread has its own, so that a line which is cut carries nobody else's call.
        """
        client: httpx.Client | None = getattr(self._own, "client", None)
        if client is None or client.is_closed:
            client = self._own.client = httpx.Client(
                headers={
                    "access_token": self._api_key,
                    "Content-Type": "application/json",
                    "User-Agent": _USER_AGENT,
                },
                timeout=self._timeout_seconds,
            )
            with self._lock:
                ended = [each for thread, each in self._clients if not thread.is_alive()]
                self._clients = [pair for pair in self._clients if pair[0].is_alive()]
                self._clients.append((threading.current_thread(), client))
            for each in ended:
                each.close()
        return client

    def _answer(self, client: httpx.Client, request: httpx.Request) -> httpx.Response:
        """Send a request and read its whole answer, however slowly it trickles, in the time-out.

        Raises:
            httpx.HTTPError: nobody answered, not in time, or without an end.
        """
        # The time-outs of the library are for each part: headers that trickle never run into one.
        cut = threading.Timer(self._timeout_seconds * 2, client.close)
        cut.daemon = True
        cut.start()
        try:
            return self._read(client.send(request, stream=True))
        finally:
            cut.cancel()
            cut.join()  # it must not close the client under this thread's next call

    def _read(self, response: httpx.Response) -> httpx.Response:
        """Read the body of an answer, no longer than the time-out and no larger than the limit."""
        until = time.monotonic() + self._timeout_seconds
        request = response.request
        try:
            content = bytearray()
            for part in response.iter_bytes():
                content += part
                if time.monotonic() > until:
                    raise httpx.ReadTimeout("the answer trickles", request=request)
                if len(content) > ANSWER_BYTES_MAX:
                    raise httpx.ReadError("the answer is too large", request=request)
        finally:
            response.close()
        return httpx.Response(
            response.status_code, headers=_plain(response.headers), content=bytes(content)
        )


def _plain(headers: httpx.Headers) -> dict[str, str]:
    """Return the headers of a body that was decoded already."""
    return {
        name: value
        for name, value in headers.items()
        if name not in {"content-encoding", "content-length", "transfer-encoding"}
    }


def _is_web_address(url: str) -> bool:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    return parsed.scheme in {"http", "https"} and bool(parsed.host) and not parsed.query
