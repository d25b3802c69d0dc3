"""`portable gateway`: run the local gateway: the OpenFaaS REST API over Docker or over processes."""

from __future__ import annotations

from .passing import Run, passed_on


def _load() -> Run:
    from ..gateway.__main__ import main

    return main


command = passed_on("gateway", "Run the local gateway: the OpenFaaS REST API over Docker or over processes.", _load)
