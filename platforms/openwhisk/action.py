"""The life of one Docker action: its code comes in once, by `/init`, then activations, one at a time, by `/run`.

Speaks the action interface (https://github.com/apache/openwhisk/blob/master/docs/actions-new.md#action-interface) in
parsed JSON and statuses; it must never know sockets.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from base64 import b64decode
from collections.abc import Callable, Mapping, MutableMapping
from importlib import import_module
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from ..contract import BadRequest
from ..loading import HandlerError

log = logging.getLogger(__name__)
Answer = tuple[int, Any]
END_OF_LOGS = "XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX"


class Action:
    """What `/init` and `/run` act on. Both raise BadRequest for a message that is not what the interface says."""

    def __init__(self, environ: MutableMapping[str, str]) -> None:
        self._environ = environ
        self._main: Callable[[Any], Any] | None = None
        self._activation: set[str] = set()

    def init(self, message: Mapping[str, Any]) -> Answer:
        """Load the function: the zip or the source that came as `code`, or the one in the image if none did."""
        if self._main:
            return 403, {"error": "Cannot initialize the action more than once."}
        value = _object(message, "value")
        for name, setting in _object(value, "env").items():
            _export(self._environ, name, setting)
        code = value.get("code") or ""
        if not isinstance(code, str):
            raise BadRequest(f"value.code is a {type(code).__name__}; a string is expected")
        try:
            self._main = _load(code, str(value.get("main") or "main"), is_zip=bool(value.get("binary")))
        except HandlerError as error:
            log.error("%s", error)
            end_logs()
            return 502, {"error": str(error)}
        return 200, {"ok": True}

    def run(self, message: Mapping[str, Any]) -> Answer:
        """Run one activation; whatever it did, its logs are ended. Raises SystemExit if the function does."""
        if not self._main:
            return 500, {"error": "no action is there to run yet: POST /init first"}
        args = message.get("value", {})
        try:
            self._set_activation({name: value for name, value in message.items() if name != "value"})
            return _run(self._main, args)
        finally:
            end_logs()

    def _set_activation(self, facts: Mapping[str, Any]) -> None:
        """Export the activation's facts as __OW_ variables, and none of the activation before."""
        names = {f"__OW_{name.upper()}": value for name, value in facts.items() if value is not None}
        for gone in self._activation - names.keys():
            self._environ.pop(gone, None)
        self._activation = set(names)
        for name, value in names.items():
            _export(self._environ, name, value)


def end_logs() -> None:
    """Mark on both streams where this activation's logs end; without it OpenWhisk waits for them."""
    for stream in (sys.stdout, sys.stderr):
        print(END_OF_LOGS, file=stream, flush=True)


def _run(main: Callable[[Any], Any], args: Any) -> Answer:
    try:
        result = main(args)
    except Exception as error:
        # as the Python runtime does: https://github.com/apache/openwhisk-runtime-python/blob/master/core/python3Action/lib/launcher.py
        log.exception("the action failed")
        return 200, {"error": str(error)}
    if not isinstance(result, dict | list) or not _is_json(result):
        log.error("the action returned a %s, not a dictionary or array of JSON", type(result).__name__)
        return 502, {"error": "The action did not return a dictionary or array."}
    return 200, result


def _is_json(result: Any) -> bool:
    try:
        json.dumps(result, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _object(message: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = message.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadRequest(f"{name!r} is a {type(value).__name__}; a JSON object is expected")
    return value


def _export(environ: MutableMapping[str, str], name: str, value: Any) -> None:
    try:
        environ[name] = value if isinstance(value, str) else json.dumps(value)
    except (ValueError, OSError) as error:
        raise BadRequest(f"{name!r} cannot be an environment variable: {error}") from error


def _load(code: str, main: str, *, is_zip: bool) -> Callable[[Any], Any]:
    if code and not is_zip:
        return _load_source(code, main)
    if code:
        _unpack(code)
    # importing the shim loads the handler, so it must wait until the function is in its place
    from .shim import main as shim_main

    return shim_main


def _unpack(code: str) -> None:
    folder = _new_folder()
    try:
        with ZipFile(BytesIO(b64decode(code, validate=True))) as archive:
            archive.extractall(folder)
    except (ValueError, BadZipFile) as error:
        raise BadRequest(f"value.code is marked binary and is not a zip in base64: {error}") from error


def _load_source(code: str, main: str) -> Callable[[Any], Any]:
    folder = _new_folder()
    with open(f"{folder}/main__.py", "w", encoding="utf-8", errors="replace") as file:
        file.write(code)
    try:
        found = getattr(import_module("main__"), main, None)
    except SyntaxError as error:
        raise HandlerError(f"cannot load the action: {error.filename}:{error.lineno}: {error.msg}") from error
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        reason = f"{where.filename}:{where.lineno}: {type(error).__name__}: {error}"
        raise HandlerError(f"cannot load the action: {reason}") from error
    if not callable(found):
        raise HandlerError(f"the action defines no function {main!r}; define it, or name another as value.main")
    return found  # type: ignore[no-any-return]


def _new_folder() -> str:
    """Return a new folder, first on sys.path, that lives as long as the process."""
    import atexit
    import shutil
    import tempfile

    folder = tempfile.mkdtemp(prefix="action-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    sys.path.insert(0, folder)
    return folder
