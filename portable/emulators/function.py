"""The user's handler, and the name under which the shims look it up."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from platforms.loading import load_handler

from .errors import Unavailable

if TYPE_CHECKING:
    from platforms.loading import Handler


@contextmanager
def loaded(folder: str) -> Iterator[Handler]:
    """Load the handler of a folder, or the one that HANDLER names; for the time of the block HANDLER names it.

    Most shims load their handler when they are imported. Raises HandlerError, or Unavailable if there is no folder.
    """
    before = os.environ.get("HANDLER")
    if not before and not Path(folder).is_dir():
        raise Unavailable(f"there is no folder {folder!r}: name the function's with --function")
    path = Path(os.path.normpath(Path.cwd() / folder))
    parent, name = str(path.parent), path.name
    if parent not in sys.path:
        sys.path.insert(0, parent)
    os.environ["HANDLER"] = before or f"{name}.handler:handle"
    try:
        yield load_handler(os.environ)
    finally:
        del os.environ["HANDLER"]
        if before is not None:
            os.environ["HANDLER"] = before
