"""One function of this machine, served in its own environment: what starts its server, for as long as files change."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from ..deploying.errors import DeployError
from ..deploying.looks import progress
from ..deploying.world import World
from ..project import imports
from ..project.environment import environment
from ..project.functions import Function, find
from ..project.requirement_files import FILE_NAME, contents
from ..project.variables import variable_files, variables
from .reload import Start, run_reloading


@dataclass(frozen=True)
class LocalServer:
    """The server of a platform for the function that `named` and a stack file stand for, with further arguments."""

    world: World
    named: str | None
    stack: Path
    platform: str
    arguments: Sequence[str]

    def run(self) -> int:
        """Serve until a signal, and again when something changes; return the exit code. Raises DeployError."""
        function = self._function()
        start = self._start(function)
        shown = os.path.relpath(function.folder)
        self._say(f"watching {shown}/ for changes; Ctrl-C stops")
        try:
            return run_reloading(start, function.folder, renew=self._renew)
        except OSError as error:
            raise DeployError(f"cannot watch {shown}/: {error}; WATCHFILES_FORCE_POLLING=true may do") from error

    def debug(self, port: int, *, waits: bool) -> NoReturn:
        """Become the server, under debugpy on a port of 127.0.0.1; it `waits` for a debugger. Raises DeployError."""
        debugpy = importlib.util.find_spec("debugpy")
        if not debugpy or not debugpy.submodule_search_locations:
            raise ModuleNotFoundError(name="debugpy")
        start = self._start(self._function())
        python, safe_path, *server = start.command
        # by its folder: it is the tool's, whose other packages are not to be seen
        listen = ("--listen", f"127.0.0.1:{port}", *(["--wait-for-client"] if waits else ()))
        command = [
            python,
            safe_path,
            "-X",
            "frozen_modules=off",
            debugpy.submodule_search_locations[0],
            *listen,
            *server,
        ]
        self._say(f"waiting for a debugger on 127.0.0.1:{port}" if waits else f"debuggers attach to 127.0.0.1:{port}")
        os.execve(python, command, {"PYDEVD_DISABLE_FILE_VALIDATION": "1", **start.environ})  # noqa: S606 - its own Python

    def _function(self) -> Function:
        return find(self.named, self.stack, self.world.environ)

    def _start(self, function: Function) -> Start:
        imports.check(function.folder)
        name = {"FUNCTION_NAME": function.name, "OPENFAAS_NAME": function.name}
        environ = {**name, **self.world.environ, **variables(function, self.world.environ)}
        with progress(self.world) as say:
            made = environment(function, self.world, say=say)
        command = made.command("-m", f"platforms.{self.platform}", "--function", str(function.folder), *self.arguments)
        files = [self.stack.absolute(), *contents(function.folder / FILE_NAME), *variable_files(function)]
        return Start(command, environ, files)

    def _renew(self) -> Start | None:
        try:
            return self._start(self._function())
        except DeployError as error:
            self._say(f"error: {error}; the function is served as it was")
            return None

    def _say(self, line: str) -> None:
        print(line, file=self.world.stderr, flush=True)
