"""The user's handler, loaded into this process with modules of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from platforms.loading import load_handler

from .modules import Modules
from .stepwise import at_work

if TYPE_CHECKING:
    from platforms.loading import Handler


@contextmanager
def loaded(folder: str | Path) -> Iterator[Handler]:
    """Load the handler of a folder, or the one that HANDLER names. Another folder may be loaded meanwhile.

    Most shims load a handler when they are imported: until the next is loaded or called, they find this one.
    Raises HandlerError, or Unavailable if there is no folder.
    """
    if os.environ.get("HANDLER") and not Path(folder).is_dir():
        yield load_handler(os.environ)
        return
    modules = Modules(str(folder))
    with modules.kept():
        yield load(modules)


def load(modules: Modules) -> Handler:
    """Return the handler of a function's folder, which runs with its modules. Raises HandlerError."""
    with modules.at_work():
        return at_work(load_handler(os.environ, modules.folder), modules)
