"""Buyers at Asaas: found by their document, made only when nobody has it, and remembered."""

import re
import threading
from collections import OrderedDict

from boxoffice.adapters.asaas_line import PAGE_SIZE, Line
from boxoffice.adapters.asaas_wire import refusal, rows_of, text_of
from boxoffice.payments.provider import ChargeRequest

REMEMBERED_MAX = 10_000  # a buyer's document and id: some 2 MB in all


class Customers:
    """The buyers known to one line. Safe to share between threads."""

    def __init__(self, line: Line) -> None:
        self._line = line
        # Race: two threads charge at once, and both remember and forget.
        self._lock = threading.Lock()
        self._ids: OrderedDict[str, str] = OrderedDict()

    def remembered(self, document: str) -> str | None:
        """Return the id that `document` had when it was last seen."""
        with self._lock:
            if document in self._ids:
                self._ids.move_to_end(document)
            return self._ids.get(document)

    def forget(self, document: str) -> None:
        """Forget the id of `document`: Asaas does not know it any more."""
        with self._lock:
            self._ids.pop(document, None)

    def find(self, request: ChargeRequest, document: str) -> str:
        """Return the id of the buyer, making one only when the document has none.

        Raises:
            ChargeRefused: Asaas takes no such buyer.
            GatewaySilent: Asaas did not answer.
        """
        known = self.remembered(document)
        if known is not None:
            return known
        found = self._find(document) or self._make(request, document)
        with self._lock:
            self._ids[document] = found
            if len(self._ids) > REMEMBERED_MAX:
                self._ids.popitem(last=False)
        return found

    def _find(self, document: str) -> str | None:
        query: dict[str, str | int] = {"cpfCnpj": document, "limit": PAGE_SIZE}
        for row in rows_of(self._line.ask("GET", "/customers", query=query)):
            if row.get("cpfCnpj") == document and not row.get("deleted"):
                return text_of(row, "id")
        return None

    def _make(self, request: ChargeRequest, document: str) -> str:
        body: dict[str, str | bool] = {
            "name": request.buyer_name,
            "cpfCnpj": document,
            "notificationDisabled": True,  # its own mails would double ours, and cost money
        }
        if request.buyer_email:
            body["email"] = request.buyer_email
        return text_of(self._line.ask("POST", "/customers", body=body), "id")


def document_of(request: ChargeRequest) -> str:
    """Return the buyer's CPF or CNPJ as Asaas takes it.

    Raises:
        ChargeRefused: there is none.
    """
    document = re.sub(r"[^0-9A-Z]", "", request.buyer_document.upper())
    if not document:
        raise refusal("needs the buyer's CPF or CNPJ to make a charge", "document_missing")
    return document
