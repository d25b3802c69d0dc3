"""The smallest action of OpenWhisk's that gives a meditation."""

import random
from typing import Any

from meditations import MEDITATIONS  # type: ignore[import-not-found]


def main(args: dict[str, Any]) -> dict[str, Any]:
    return {"status": "success", "meditation": random.choice(MEDITATIONS)}
