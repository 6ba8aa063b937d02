"""Where requests come from: the machine itself, a proxy whose word is taken, or anybody else."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from starlette.types import Scope

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_HOUSEHOLD: Final = 64
"""Bits of an IPv6 address that tell one client from another: each has all addresses below."""
_MOST_HOPS: Final = 32


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from: who is connected, and for whom."""

    peer: str
    client: str
    local: bool
    """Whether it was asked by a program on this machine, for nobody else."""


@lru_cache(4096)
def address_of(text: str) -> Address | None:
    """Return the address that a text is, with or without a port; None for anything else."""
    name = text.strip()
    if name.startswith("["):
        name = name[1:].partition("]")[0]
    elif name.count(":") == 1:
        name = name.partition(":")[0]
    try:
        found = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


@lru_cache(4096)
def is_loopback(text: str) -> bool:
    """Whether an address is one of this machine for itself."""
    found = address_of(text)
    return found is not None and found.is_loopback


@lru_cache(4096)
def household(text: str) -> str:
    """Return what is the same for all addresses that one client has."""
    found = address_of(text)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, _HOUSEHOLD), strict=False))
    return str(found or text)


class Proxies:
    """Proxies whose word is taken on whom they ask for; addresses or networks."""

    def __init__(self, names: Iterable[str]) -> None:
        """Read `names`. Raises ValueError for what is neither an address nor a network."""
        self._networks = tuple(ipaddress.ip_network(name.strip()) for name in names)

    def __contains__(self, text: str) -> bool:
        found = address_of(text)
        return found is not None and any(found in network for network in self._networks)

    def pass_on(self, scope: Scope) -> bool:
        """Whether a request comes by one of them."""
        peer = scope.get("client")
        return peer is not None and peer[0] in self

    def origin(self, peer: str, forwarded: Sequence[str]) -> Origin:
        """Return where a request comes from; `forwarded` are its X-Forwarded-For headers.

        The last address that is not a proxy's counts: whoever asks may have written all before it.
        """
        if forwarded and peer in self:
            hops = [hop for line in forwarded for hop in line.split(",") if hop.strip()]
            for hop in reversed(hops[-_MOST_HOPS:]):
                found = address_of(hop)
                if found is None:
                    return Origin(peer, peer, local=False)
                if str(found) not in self:
                    return Origin(peer, str(found), local=False)
        return Origin(peer, peer, is_loopback(peer))
