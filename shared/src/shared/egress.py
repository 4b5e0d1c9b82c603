"""Which addresses a service may call because somebody typed them in: public ones, by HTTPS.

A name is resolved once, every address it has is judged, and the connection goes to the address
that was judged: a name that changes its mind in between (DNS rebinding) gains nothing.
"""

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from shared.errors import FieldError, Invalid

LONGEST_URL = 2_000
# Public by the letter, but each leads to an IPv4 address that was not judged.
_TUNNELS = (
    IPv6Network("64:ff9b::/96"),
    IPv6Network("64:ff9b:1::/48"),
    IPv6Network("2002::/16"),
    IPv6Network("2001::/32"),
)


class UrlRefused(Invalid):
    """Messages cannot be sent to this URL."""


class AddressNotPublic(Exception):
    """The name leads into a private network, or to this machine."""


@dataclass(frozen=True, slots=True)
class Target:
    """A place that may be called."""

    scheme: str
    host: str
    port: int | None
    path: str

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    def at(self, address: str) -> str:
        """The same URL with the address in place of the name."""
        host = f"[{address}]" if ":" in address else address
        return f"{self.scheme}://{host}{'' if self.port is None else f':{self.port}'}{self.path}"


def read_url(url: str, *, private_allowed: bool, pointer: str = "/url") -> Target:
    """Judge a URL by its letters, without asking a name server. Raises UrlRefused."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused(pointer, "This is not a URL.") from None
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise _refused(pointer, "Use a URL of printable ASCII letters, at most 2,000 long.")
    if parts.scheme not in (("https", "http") if private_allowed else ("https",)):
        raise _refused(pointer, "Use https.")
    if not parts.hostname or parts.username is not None or parts.fragment:
        raise _refused(pointer, "Use https://host/path without a user name and without a '#'.")
    if not private_allowed and _is_private_literal(parts.hostname):
        raise _refused(pointer, "Use a host that is reached over the public internet.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port, path)


def _refused(pointer: str, hint: str) -> UrlRefused:
    return UrlRefused(errors=(FieldError(pointer, "url", hint),))


def _is_private_literal(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not is_public(host)
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """False for loopback, private, link-local and shared networks, and what only wraps one."""
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or ip
    if isinstance(ip, IPv6Address) and any(ip in tunnel for tunnel in _TUNNELS):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


async def resolve(target: Target, *, private_allowed: bool) -> str:
    """One address of the host to connect to. Raises AddressNotPublic, or OSError when it has none.

    One private address among public ones is enough to refuse: it is never there by accident.
    """
    port = target.port or (443 if target.scheme == "https" else 80)
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(target.host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise OSError("the name cannot be resolved") from None
    addresses = [str(info[4][0]) for info in found]
    if not private_allowed and not all(is_public(address) for address in addresses):
        raise AddressNotPublic
    return addresses[0]
