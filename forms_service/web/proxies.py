"""From where a visitor really comes when proxies of the operator's stand in between.

What a request says of its way (``X-Forwarded-For``) anybody can write; it counts only as far as proxies
that the setting names have written it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_Networks = Collection[IPv4Network | IPv6Network]


class TrustedProxies:
    """Gives the service the address of the visitor in place of that of the last proxy.

    Without a trusted proxy in between nothing changes, whatever the request says.
    """

    def __init__(self, app: WSGIApplication, trusted: _Networks) -> None:
        self._app, self._trusted = app, trusted

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        peer, forwarded = environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", "")
        environ["REMOTE_ADDR"] = visitor(peer, forwarded, self._trusted)
        return self._app(environ, start_response)


def visitor(peer: str, forwarded: str, trusted: _Networks) -> str:
    """The last address of ``X-Forwarded-For`` that a trusted proxy wrote; the sender's where none did.

    Split at commas only, as proxies join it: a visitor's quotation mark must not swallow what a proxy added.
    """
    writer = peer
    for said in reversed(forwarded.split(",")):
        if not (is_within(writer, trusted) and plain_address(said.strip())):
            break
        writer = said.strip()
    return writer


def plain_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address that a text is; one of IPv4 in the clothes of IPv6 as it is; None for anything else."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_within(text: str, networks: _Networks) -> bool:
    """Whether an address lies in one of the networks; what is no address lies in none."""
    address = plain_address(text)
    return address is not None and any(address in one for one in networks)
