"""Where a request came from, as far as that can be known (formats/hub 3)."""

import ipaddress
from collections.abc import Collection
from functools import lru_cache


def sender_address(peer: str | None, forwarded: str, proxies: Collection[str]) -> str | None:
    """The sender's address, as limits count it; None where it cannot be told from everyone else's.

    A proxy on this computer that was not named hides everyone behind the loopback: nobody is counted by it, so that
    one stranger does not close the door to all.

    Args:
        peer: Who holds the other end of the connection; None where there is none (a hub within this process).
        forwarded: The value of `X-Forwarded-For`, repeated fields joined by commas; believed of a named proxy only.
        proxies: Addresses of the proxies that are believed.

    Returns:
        An IPv4 address, or the network of 64 bits of an IPv6 address: who has one has them all.
    """
    if peer is None:
        return None
    if not is_named(peer, proxies):
        return None if _is_loopback(peer) else _network(peer)
    for hop in reversed([part.strip() for part in forwarded.split(",")]):
        if not is_named(hop, proxies):
            return _network(hop)
    return None


def is_named(address: str, proxies: Collection[str]) -> bool:
    """Whether an address is one of those proxies', also where an IPv4 address stands in IPv6 (`::ffff:10.0.0.1`)."""
    return address in proxies or address.removeprefix("::ffff:") in proxies


@lru_cache(maxsize=1024)
def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=1024)
def _network(address: str) -> str | None:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))
    return str(found)
