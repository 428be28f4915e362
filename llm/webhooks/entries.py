"""One line of the list of hosts: a name or a network, with the ports that are open there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_network

SECURE = 443
NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
WRITTEN = re.compile(r"(\[([^\]]+)\]|[^\[\]:]+)(?::([0-9+]+))?")
MOST_PORT = 65535
NONE = "neither a host nor a network"


@dataclass(frozen=True)
class Entry:
    """Either `name` or `network` says where; the other is empty."""

    name: str
    network: str
    ports: frozenset[int]


def entry_of(text: str) -> Entry:
    """As it is written: `kb.hospital.cn`, `10.1.0.0/16:443+8443`, `[fd00::]/8` as `[fd00::/8]`.

    Without a port it is 443. Raises `ValueError`.
    """
    found = WRITTEN.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError(NONE)
    ports = frozenset(int(each) for each in (found[3] or str(SECURE)).split("+") if each)
    if not ports or not all(1 <= port <= MOST_PORT for port in ports):
        raise ValueError(NONE)
    where = found[2] or found[1]
    try:
        return Entry("", str(ip_network(where)), ports)
    except ValueError:
        if "/" in where or found[2] or not NAME.fullmatch(where) or where[-1].isdigit():
            raise ValueError(NONE) from None
    return Entry(where.rstrip("."), "", ports)
