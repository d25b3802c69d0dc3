"""`portable aws`: plan, deploy, roll back and look after a function on AWS Lambda."""

from __future__ import annotations

from .passing import Run, passed_on


def _load() -> Run:
    from ..aws.__main__ import main

    return main


command = passed_on("aws", "Plan, deploy, roll back and look after a function on AWS Lambda.", _load)
