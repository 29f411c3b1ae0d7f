"""Sends webhooks: signed, to public addresses only, and never further than the address it was given.

A webhook's address is somebody's wish; followed blindly it would let them knock at doors inside the
fund's own network.  So the name is resolved here, every address behind it must be public, and the
connection goes to the very address that was checked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import ipaddress
import secrets
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from core.errors import InvalidValue
from core.localized_text import LocalizedText

_T = LocalizedText

WRONG_ADDRESS = _T(
    "عنوان الإشعار غير مقبول: يجب أن يكون عنوان https عاما دون اسم مستخدم. لم يُسجل أي شيء.",
    "Cette adresse de notification n'est pas acceptée : il faut une adresse https publique, sans identifiant. "
    "Rien n'a été enregistré.",
)
SECRET_PREFIX = "whsec_"  # noqa: S105 - how a secret begins, by the Standard Webhooks convention
LONGEST_URL = 1000
_SECONDS = 10.0
_LOCAL_NAMES = ("localhost", "local", "internal", "localdomain", "home.arpa")
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
_LEAST_PORT = 1


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one message: the receiver's status, or a coded problem on the way there."""

    status: int | None = None
    problem: str | None = None

    @property
    def arrived(self) -> bool:
        """Whether the receiver says it has the message."""
        return self.status is not None and 200 <= self.status < 300


def new_secret() -> str:
    """A secret for signing, as the receiver gets to see it once."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """What the header ``webhook-signature`` says: HMAC-SHA256 over id, time and body."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def check_address(url: str, private_allowed: bool) -> None:
    """Refuse an address that no message may go to.

    Names are only resolved when a message is sent: what they mean may change any time.

    Raises:
        InvalidValue: ``webhook_address``.
    """
    parts = _split(url)
    if parts is None or (parts.scheme != "https" and not private_allowed):
        raise InvalidValue(WRONG_ADDRESS, code="webhook_address")
    host = (parts.hostname or "").rstrip(".").lower()
    if private_allowed:
        return
    local = "." not in host and ":" not in host
    if local or any(host == name or host.endswith(f".{name}") for name in _LOCAL_NAMES) or _is_inside(host):
        raise InvalidValue(WRONG_ADDRESS, code="webhook_address")


def send(url: str, secret: str, message_id: str, timestamp: int, body: bytes, private_allowed: bool) -> Sent:
    """Send one message; never follows a redirection, never reads the answer beyond its status."""
    try:
        check_address(url, private_allowed)
    except InvalidValue:
        return Sent(problem="address_refused")
    parts = urlsplit(url)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "forms-service",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, message_id, timestamp, body),
    }
    try:
        address = _resolved(parts, private_allowed)
        if address is None:
            return Sent(problem="address_refused")
        connection = _connection(parts, address)
        try:
            connection.request("POST", _target(parts), body, headers)
            return Sent(status=connection.getresponse().status)
        finally:
            connection.close()
    except TimeoutError:
        return Sent(problem="timeout")
    except ssl.SSLError:
        return Sent(problem="certificate")
    except socket.gaierror:
        return Sent(problem="unknown_host")
    except (OSError, http.client.HTTPException, UnicodeError):
        return Sent(problem="no_connection")


# --- details ---------------------------------------------------------------------------------------


def _split(url: str) -> SplitResult | None:
    """The parts of an address one can send to; None for anything else."""
    if len(url) > LONGEST_URL or not url.isascii() or any(not one.isprintable() or one == " " for one in url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    usable = parts.scheme in ("http", "https") and parts.hostname and "\\" not in url
    if not usable or parts.username is not None or parts.password is not None or parts.fragment:
        return None
    return parts if port is None or port >= _LEAST_PORT else None


def _is_inside(host: str) -> bool:
    """Whether a host is written as an address that is not public."""
    try:
        return not _is_public(ipaddress.ip_address(host))
    except ValueError:
        return host.replace(".", "").isdigit() or host.startswith("0x")  # other spellings of addresses


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(inner)
        if address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast


def _resolved(parts: SplitResult, private_allowed: bool) -> tuple[str, int] | None:
    """Where the connection goes; None when any address behind the name is not public."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    addresses = [str(one[4][0]) for one in found]
    if not private_allowed and not all(_is_public(ipaddress.ip_address(one)) for one in addresses):
        return None
    return addresses[0], port


def _connection(parts: SplitResult, address: tuple[str, int]) -> http.client.HTTPConnection:
    """A connection to that very address, in the name of the host."""
    sock = socket.create_connection(address, timeout=_SECONDS)
    host = parts.hostname or ""
    if parts.scheme == "https":
        try:
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host)
        except BaseException:
            sock.close()
            raise
    name = f"[{host}]" if ":" in host else host
    connection = http.client.HTTPConnection(name, parts.port, timeout=_SECONDS)
    connection.sock = sock
    return connection


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
