"""A project under docker compose: up with all of its functions, and down with all that came of it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..deploying.errors import BadSettings
from ..deploying.spelling import spelled
from ..project.functions import LANG, Function, declared
from ..project.portable_dir import PORTABLE_DIR, make_portable_dir
from ..project.variables import secret
from . import contexts, engine
from .services import GATEWAY, compose_file

_CONTEXTS_DIR = Path(PORTABLE_DIR, "compose")
_FILE = Path(PORTABLE_DIR, "docker-compose.yml")


@dataclass(frozen=True)
class ComposeProject:
    """The functions of a stack file, and the environment in which compose runs."""

    root: Path
    functions: Sequence[Function]
    environ: Mapping[str, str]

    @classmethod
    def of(cls, stack: Path, environ: Mapping[str, str]) -> ComposeProject:
        """Return the project of a stack file. Raises BadSettings."""
        return cls(stack.absolute().parent, declared(stack, environ), environ)

    def up(self) -> int:
        """Build the images and start what is not running as it should; return compose's exit code.

        Raises DeployError, before anything is started, if something is missing.
        """
        if not self.functions:
            raise BadSettings(f"there is no function with lang: {LANG}: `{spelled('new', 'NAME')}` makes one")
        for one in self.functions:
            if not one.folder.is_dir():
                raise BadSettings(
                    f"{one.name}: there is no folder {str(one.folder)!r}, which stack.yml says is its handler"
                )
        secrets = {name: secret(name, one, self.environ) for one in self.functions for name in _secrets(one)}
        command = self._command()
        contexts.write(self.root, self._write(), self.functions)
        return engine.run([*command, "up", "--build", "--detach", "--remove-orphans"], {**self.environ, **secrets})

    def down(self) -> int:
        """Remove the services, and what was deployed to the gateway; return compose's exit code. Raises DeployError."""
        command = self._command()
        self._write()
        engine.run([*command, "stop", GATEWAY], self.environ)  # it would start again what is removed
        engine.remove_deployed(self.environ.get("NETWORK") or "openfaas", self.environ)
        code = engine.run([*command, "down", "--remove-orphans"], self.environ)
        shutil.rmtree(self.root / _CONTEXTS_DIR, ignore_errors=True)
        return code

    @property
    def url(self) -> str:
        """Return where the gateway is."""
        return f"http://127.0.0.1:{self.environ.get('PORT') or 8080}"

    def _command(self) -> list[str]:
        name = self.environ.get("COMPOSE_PROJECT_NAME") or re.sub("[^a-z0-9_-]", "", self.root.name.lower()).lstrip(
            "_-"
        )
        places = ("--project-directory", str(self.root), "--file", str(self.root / _FILE))
        return [*engine.compose_command(self.environ), *places, "--project-name", name or "portable"]

    def _write(self) -> Mapping[str, Any]:
        """Write the compose file; return its services."""
        whole = compose_file(self.functions, _CONTEXTS_DIR)
        make_portable_dir(self.root)
        path = self.root / _FILE
        path.touch(mode=0o600)
        path.chmod(0o600)  # what environment_file sets is in it
        path.write_text(yaml.safe_dump(whole, sort_keys=False, allow_unicode=True), encoding="utf-8")
        services: Mapping[str, Any] = whole["services"]
        return services


def _secrets(function: Function) -> Sequence[str]:
    return function.deployment.secrets if function.deployment else ()
