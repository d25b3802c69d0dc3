"""Which addresses a callback may reach: the internet's, and what `--callback-allow` names.

Never by itself this machine, its network or a cloud's metadata: whoever may call a function could look around there.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
_NOT_REACHABLE = (
    ipaddress.IPv4Network("192.0.0.0/24"),
    ipaddress.IPv4Network("192.88.99.0/24"),
    ipaddress.IPv6Network("2001::/23"),
    ipaddress.IPv6Network("3fff::/20"),
)  # which of them Python takes for global depends on its version
_NAME = re.compile(r"[A-Za-z0-9_]([-A-Za-z0-9_.]{0,251}[A-Za-z0-9_])?\.?")


class Allowed:
    """The hosts and networks that `--callback-allow` names."""

    def __init__(self, written: Iterable[str]) -> None:
        """Raise ValueError for what is neither."""
        self._names: set[str] = set()
        self._networks: list[Network] = []
        for one in written:
            try:
                self._networks.append(ipaddress.ip_network(one))
            except ValueError:
                if "/" in one or not _NAME.fullmatch(one) or looks_numeric(one):
                    raise ValueError(
                        f"{one[:80]!r} is neither a host's name nor a network, such as 10.1.2.0/24"
                    ) from None
                self._names.add(one.lower().rstrip("."))

    def has_name(self, host: str) -> bool:
        """Whether a host may be reached whatever its address."""
        return host.lower().rstrip(".") in self._names

    def refusal(self, address: Address) -> str:
        """Return why an address is not to be reached; "" if it may be."""
        real = _embedded(address)
        if any(real in network or address in network for network in self._networks):
            return ""
        kind = _kind(real)
        return f"{address} is {kind}" if kind else ""


def looks_numeric(host: str) -> bool:
    """Whether a host is a number to the resolver (2130706433, 0x7f.1), and so an address that is not written as one."""
    last = host.rstrip(".").rpartition(".")[2].lower()
    return last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last) is not None


def how_to_allow(host: str) -> str:
    """Return what to do about a host that is refused."""
    return f"if it is to be called back, start the gateway with --callback-allow {host}"


def _embedded(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address leads to, if it does."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address.sixtofour or address
    return address


def _kind(address: Address) -> str:
    """Return what an address is, if it is not one of the internet's."""
    kinds = {
        "unspecified": address.is_unspecified,
        "a loopback address": address.is_loopback,
        "link-local": address.is_link_local,
        "a multicast address": address.is_multicast,
        "an address of this machine": _is_of_this_machine(address),
        "private": address.is_private,
        "reserved": not _is_of_the_internet(address),
    }
    return next((kind for kind, is_so in kinds.items() if is_so), "")


def _is_of_the_internet(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not any(address in network for network in _NOT_REACHABLE)


def _is_of_this_machine(address: Address) -> bool:
    """Ask the kernel from which address it would reach this one; no packet is sent."""
    family = socket.AF_INET6 if isinstance(address, ipaddress.IPv6Address) else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(address), 9))
            return bool(probe.getsockname()[0] == str(address))
    except OSError:  # no route to it, or no such family here
        return False
