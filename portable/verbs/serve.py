"""`portable serve`: serve one function over HTTP, and again when its files change."""

from __future__ import annotations

from .passing import Run, passed_on


def _load() -> Run:
    from ..serving.__main__ import main

    return main


command = passed_on("serve", "Serve one function over HTTP, and again when its files change.", _load)
