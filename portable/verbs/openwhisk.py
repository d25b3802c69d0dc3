"""`portable openwhisk`: deploy, call and look after an action of Apache OpenWhisk."""

from __future__ import annotations

from .passing import Run, passed_on


def _load() -> Run:
    from ..openwhisk.__main__ import main

    return main


command = passed_on("openwhisk", "Deploy, call and look after an action of Apache OpenWhisk.", _load)
