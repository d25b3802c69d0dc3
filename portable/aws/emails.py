"""E-mail addresses, as plans and notes may show them."""

from __future__ import annotations


def masked(address: str) -> str:
    """Return the address with all but the first letter before the `@` left out: `a***@example.org`."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}***{at}{domain}" if at else "***"


def is_same(one: str, other: str) -> bool:
    """Tell whether two addresses are one, whatever their case: AWS need not keep it."""
    return one.casefold() == other.casefold()
