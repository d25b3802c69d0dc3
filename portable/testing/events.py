"""The event that a test names: a value, a file of JSON, or a sample."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..emulators.samples import SAMPLES, sample


def native_of(event: str | Path | Mapping[str, Any], data: Any, folders: Iterable[Path]) -> Any:
    """Return the event; a file is looked for in the folders, in their order.

    Raises ValueError for a name that is neither a sample nor a file, and for what a sample cannot carry.
    """
    if isinstance(event, str) and event in SAMPLES:
        return sample(event, data)
    if data is not None:
        raise ValueError("data is for a sample: an event of your own carries its own")
    if isinstance(event, Mapping):
        return dict(event)
    return _read(event, list(folders))


def _read(name: str | Path, folders: list[Path]) -> Any:
    path = next((folder / name for folder in folders if (folder / name).is_file()), None)
    if path is None:
        looked = ", ".join(map(str, dict.fromkeys(folders)))
        raise ValueError(f"{str(name)!r} is neither a file in {looked} nor a sample: those are {', '.join(SAMPLES)}")
    try:
        return json.loads(path.read_text())
    except ValueError as error:
        raise ValueError(f"{path} is no JSON: {error}") from None
