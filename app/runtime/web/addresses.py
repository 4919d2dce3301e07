"""Who a caller is to the limits, when nothing but a network address is known."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final

from starlette.types import Scope

SUBSCRIBERS_BITS: Final = 64


def address_of(scope: Scope) -> str:
    """The caller's network address as the server and the trusted proxies tell it; of IPv6 the /64."""
    client = scope.get("client")
    return _bucket(str(client[0])) if client else "unknown"


@lru_cache(maxsize=8_192)
def _bucket(host: str) -> str:
    """A subscriber of IPv6 is given a /64 at the least, so its 2^64 addresses are one; a mapped IPv4 is itself."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:  # a test's client, or a proxy's word that is no address
        return host
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((address, SUBSCRIBERS_BITS), strict=False).network_address)
