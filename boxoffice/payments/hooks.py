"""What keeps the letters of the gateway from us, and where it may send them."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from boxoffice.errors import BadValue
from boxoffice.payments.provider import Hook

PATH = "/webhooks/asaas"  # where our listener takes them
_ADDRESS_HINT = "as https://example.com; a listener on this machine may be http://127.0.0.1:8000"
_REGISTER = "boxoffice webhook register --url … --email …"


@dataclass(frozen=True, slots=True)
class HookProblem:
    """One thing that is wrong with one hook, and the command that mends it."""

    hook: str
    problem: str
    mend: str


def problems_of(hooks: Iterable[Hook]) -> list[HookProblem]:
    """Return what is wrong with these hooks, in their order."""
    found = []
    for hook in hooks:
        if hook.is_interrupted:
            what, mend = "was interrupted; letters wait 14 days", "boxoffice webhook reactivate"
            found.append(HookProblem(hook.name, what, mend))
        if not hook.is_enabled:
            found.append(HookProblem(hook.name, "is switched off", _REGISTER))
        if not hook.has_token:
            found.append(HookProblem(hook.name, "sends no token", _REGISTER))
    return found


def ours(hooks: Iterable[Hook]) -> list[Hook]:
    """Return the hooks that send to a listener of ours: an account may have others."""
    return [hook for hook in hooks if hook.url.rstrip("/").endswith(PATH)]


def hook_address(text: str) -> str:
    """Return where letters are to be sent, with the path of our listener.

    Raises:
        BadValue: it is no address of https, nor one of http on this machine.
    """
    try:
        parts = urlsplit(text.strip())
        host, _ = parts.hostname, parts.port  # a port that is no number raises here
    except ValueError:
        raise BadValue("--url", "is not an address.", hint=_ADDRESS_HINT) from None
    is_plain = text.isascii() and text.isprintable() and not set(text) & set(' \\<>"')
    is_bare = not (parts.username or parts.password or parts.query or parts.fragment)
    if not host or not is_plain or "@" in parts.netloc or not is_bare:
        raise BadValue("--url", "is not a plain address.", hint=_ADDRESS_HINT)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(host)):
        what = "must begin with https://: a token travels with each letter."
        raise BadValue("--url", what, hint=_ADDRESS_HINT)
    path = parts.path.rstrip("/")
    path += "" if path.endswith(PATH) else PATH
    return f"{parts.scheme}://{parts.netloc}{path}"


def _is_here(host: str) -> bool:
    """Say whether a host is this machine itself, by its number: a name may lead anywhere."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
