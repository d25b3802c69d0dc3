"""The same work for Google's functions-framework (https://github.com/GoogleCloudPlatform/functions-framework-python)."""

import logging
import random
from typing import Any

from meditations import MEDITATIONS  # type: ignore[import-not-found]

log = logging.getLogger("function")


def meditate(request: Any) -> Any:
    log.info("meditating on request %s", request.headers.get("X-Request-Id"))
    if request.method != "POST":
        return {"status": "error", "error": f"{request.method} is not allowed"}, 405
    return {"status": "success", "meditation": random.choice(MEDITATIONS)}
