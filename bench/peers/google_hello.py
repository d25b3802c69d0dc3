"""The smallest function of Google Cloud's (https://github.com/GoogleCloudPlatform/functions-framework-python)."""

import random
from typing import Any

import functions_framework
from meditations import MEDITATIONS  # type: ignore[import-not-found]


@functions_framework.http
def meditate(request: Any) -> Any:
    return {"status": "success", "meditation": random.choice(MEDITATIONS)}
