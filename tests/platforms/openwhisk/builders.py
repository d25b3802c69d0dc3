"""What several tests of the shim need."""

from __future__ import annotations

import json
from typing import Any

from platforms.openwhisk.shim import make_main
from portable.emulators import openwhisk as controller
from portable.emulators.messages import Reply


def raw_args(
    *, method: str = "post", path: str = "/", query: str = "", body: Any = "", **headers: str
) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {
        "__ow_method": method,
        "__ow_headers": named,
        "__ow_path": path,
        "__ow_query": query,
        "__ow_body": body,
    }


def reply_to(result: Any, args: dict[str, Any] | None = None) -> Reply:
    """Return what a client gets when the handler returns `result`."""
    native = make_main(lambda event, context: result, {})(args or raw_args())
    json.dumps(native, allow_nan=False)
    return controller.from_native(native)
