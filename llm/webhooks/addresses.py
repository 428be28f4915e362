"""Where a message may go: to the hosts and networks that are listed, and nowhere else.

A name is looked up once, and what it was looked up as is what is connected to, so that nobody can
let it mean something else in between. Knows neither Django nor the truth: the start reads it.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from llm.webhooks.entries import Entry

Address = IPv4Address | IPv6Address
# What a name stands for, in text.
Resolver = Callable[[str, int], Sequence[str]]

PORTS = {"http": 80, "https": 443}
LONGEST_URL = 500


class Forbidden(Exception):
    """Nothing is sent there. `code` says why, as it stands in the list of deliveries."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Target:
    """One address to connect to, and what to ask it for."""

    host: str
    address: str
    port: int
    is_secure: bool
    path: str


def check(url: str, allowed: Sequence[Entry]) -> SplitResult:
    """What can be said of an address before its name is looked up. Raises `Forbidden`."""
    parts = _split(url)
    host, port = _host(parts), _port(parts)
    if not any(port in entry.ports for entry in allowed):
        raise Forbidden("port_not_allowed" if allowed else "host_not_allowed")
    literal = _literal(host)
    if literal:
        _refuse_outside([literal], host, port, allowed)
    elif not _is_named(host, port, allowed) and not _networks(port, allowed):
        raise Forbidden("host_not_allowed")
    return parts


def resolved(url: str, allowed: Sequence[Entry], resolver: Resolver) -> Target:
    """What is to be connected to. Raises `Forbidden` where any of its addresses is not allowed."""
    parts = check(url, allowed)
    host, port = _host(parts), _port(parts)
    literal = _literal(host)
    found = [literal] if literal else _looked_up(host, port, resolver)
    _refuse_outside(found, host, port, allowed)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, str(found[0]), port, parts.scheme == "https", path)


def by_the_system(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_kind, address in found]


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise Forbidden("no_address") from None
    if len(url) > LONGEST_URL or not re.fullmatch(r"[\x21-\x7e]+", url):
        raise Forbidden("no_address")
    if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc:
        raise Forbidden("no_address")
    return parts


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").rstrip(".").lower()


def _port(parts: SplitResult) -> int:
    return parts.port or PORTS[parts.scheme]


def _literal(host: str) -> Address | None:
    try:
        return _plain(ip_address(host))
    except ValueError:
        return None


def _plain(address: Address) -> Address:
    """An IPv4 address in the clothes of IPv6 is the IPv4 address."""
    return getattr(address, "ipv4_mapped", None) or address


def _looked_up(host: str, port: int, resolver: Resolver) -> list[Address]:
    try:
        found = [_plain(ip_address(each.partition("%")[0])) for each in resolver(host, port)]
    except (OSError, UnicodeError, ValueError):
        found = []
    if not found:
        raise Forbidden("name_unknown")
    return found


def _refuse_outside(
    found: Sequence[Address], host: str, port: int, allowed: Sequence[Entry]
) -> None:
    networks = _networks(port, allowed)
    named = _is_named(host, port, allowed)
    for address in found:
        listed = any(address.version == n.version and address in n for n in networks)
        if not listed and (not named or _is_own(address)):
            raise Forbidden("address_not_allowed")


def _is_own(address: Address) -> bool:
    """This machine or its wire: a name does not lead there, whoever says so; a network may."""
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
    )


def _is_named(host: str, port: int, allowed: Sequence[Entry]) -> bool:
    return any(entry.name == host and port in entry.ports for entry in allowed)


def _networks(port: int, allowed: Sequence[Entry]) -> list[IPv6Network]:
    found = [e.network for e in allowed if e.network and port in e.ports]
    return [ip_network(each) for each in found]  # type: ignore[misc]
