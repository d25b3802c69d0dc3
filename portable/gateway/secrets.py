"""Where secrets are kept: a file each, in a folder of their namespace, which providers show to functions.

`<dir>/<namespace>/<name>`, the folders with mode 0700, the files 0444: a function of any user reads the file that it is
shown, and nobody else gets as far as the file. Values are never logged, and no error has one in its text.
"""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock

from ..stack.errors import Conflict, NotFound, Refused
from ..stack.messages import Secret, check_secret_name

MAX_SECRETS = 1000
_FILE_MODE = 0o444


class SecretStore:
    """The secrets of every namespace, in one folder, which is made when the first is. Methods block briefly."""

    def __init__(self, folder: Path) -> None:
        self._dir = folder
        self._lock = Lock()

    def create(self, secret: Secret) -> None:
        """Keep a new secret: whole, or not at all. Raises Conflict if there is one, Refused if there are too many."""
        path = self.path(secret.namespace, secret.name)
        with self._lock:
            if len(self.list(secret.namespace)) >= MAX_SECRETS:
                raise Refused(f"namespace {secret.namespace!r} has {MAX_SECRETS} secrets already: remove one first")
            self._dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            new_path = path.with_name(".new")  # no secret's name begins with a dot
            new_path.unlink(missing_ok=True)
            _write(new_path, os.O_CREAT | os.O_EXCL, secret.value)
            try:
                path.hardlink_to(new_path)
            except FileExistsError:
                raise Conflict(f"secret {secret.name!r} is there already: use faas-cli secret update") from None
            finally:
                new_path.unlink()

    def update(self, secret: Secret) -> None:
        """Give a secret another value, in the file that running functions see. Raises NotFound."""
        path = self.path(secret.namespace, secret.name)
        with self._lock:
            try:
                path.chmod(0o600)  # its owner may not write it otherwise, unless that is root
            except FileNotFoundError:
                raise _missing(secret.namespace, secret.name) from None
            _write(path, 0, secret.value)

    def delete(self, namespace: str, name: str) -> None:
        """Forget a secret; replicas that run keep what they have of it. Raises NotFound."""
        with self._lock:
            try:
                self.path(namespace, name).unlink()
            except FileNotFoundError:
                raise _missing(namespace, name) from None

    def list(self, namespace: str) -> list[str]:
        """Return the names of a namespace's secrets, sorted; [] if it has none."""
        try:
            return sorted(path.name for path in (self._dir / namespace).iterdir() if not path.name.startswith("."))
        except FileNotFoundError:
            return []

    def exists(self, namespace: str, name: str) -> bool:
        """Whether there is such a secret."""
        return self.path(namespace, name).is_file()

    def path(self, namespace: str, name: str) -> Path:
        """Return where a secret's file is, or would be. Raises Refused for a name that no secret can have."""
        check_secret_name(name)
        check_secret_name(namespace)
        return self._dir.absolute() / namespace / name

    def find(self, namespace: str, name: str) -> Path:
        """Return where the file of a secret that a function needs is. Raises Refused if there is none."""
        path = self.path(namespace, name)
        if not path.is_file():
            raise Refused(f"unable to find secret: {name}; make it with: faas-cli secret create {name}")
        return path


def _missing(namespace: str, name: str) -> NotFound:
    return NotFound(f"there is no secret {name!r} in namespace {namespace!r}: use faas-cli secret create")


def _write(path: Path, flags: int, value: bytes) -> None:
    """Write a file from its beginning, then cut off what is left of the old value: its readers never find it empty."""
    descriptor = os.open(path, os.O_WRONLY | flags, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(value)
        file.truncate()
        os.fchmod(file.fileno(), _FILE_MODE)
