"""The logger that a handler gets: its records carry the call's request id, beside whatever the handler adds."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any


class RequestLog(logging.LoggerAdapter[logging.Logger]):
    """The logger named `function`, with `request_id` on each record."""

    def __init__(self, request_id: str) -> None:
        super().__init__(logging.getLogger("function"), {"request_id": request_id})

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Add the id to a record's `extra`, which LoggerAdapter itself replaces before Python 3.13."""
        kwargs["extra"] = {**(self.extra or {}), **(kwargs.get("extra") or {})}
        return msg, kwargs
