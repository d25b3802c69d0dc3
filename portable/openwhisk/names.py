"""The names of what is deployed, where the API has it, and by what annotations we know our own again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from platforms.openwhisk.limits import MAX_NAME_CHARS

from ..deploying.errors import BadSettings

MANAGED_BY = ("managed-by", "portable")
DIGEST = "portable-digest"
"""The digest of the package that an action was made of."""
VERSION = "portable-version"
"""The version that an action got from our last PUT: another one has been changed by somebody else since."""
OURS = (DIGEST, VERSION)

# https://github.com/apache/openwhisk/blob/master/docs/reference.md#entity-names
_NAME = re.compile(rf"\w|\w[\w@ .-]{{0,{MAX_NAME_CHARS - 2}}}[\w@.-]", re.ASCII)


@dataclass(frozen=True)
class ActionName:
    """An action's name and its package's, if it is in one."""

    name: str
    package: str | None = None

    def __post_init__(self) -> None:
        """Raise BadSettings for names that OpenWhisk does not take."""
        _check("action", self.name)
        if self.package is not None:
            _check("package", self.package)
        # https://github.com/apache/openwhisk/blob/master/core/controller/src/main/scala/org/apache/openwhisk/core/controller/Packages.scala
        if self.package == "default":
            raise BadSettings("the package 'default' is reserved: name none for an action in no package")

    def __str__(self) -> str:
        return f"{self.package}/{self.name}" if self.package else self.name

    @property
    def path(self) -> str:
        """Return where the API has the action, below the namespace."""
        return f"actions/{_quoted(str(self))}"

    @property
    def package_path(self) -> str | None:
        """Return where the API has the package, below the namespace."""
        return f"packages/{_quoted(self.package)}" if self.package else None

    def url(self, api_url: str, namespace: str) -> str:
        """Return the URL of the web action; `.http` makes an HTTP reply of its result."""
        return f"{api_url}/web/{_quoted(namespace)}/{_quoted(self.package or 'default')}/{_quoted(self.name)}.http"


def _check(what: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        hint = "; name the package with --package" if "/" in name else ""
        raise BadSettings(
            f"the name of the {what} is {name!r}; it takes up to {MAX_NAME_CHARS} letters, digits, _ @ . - and spaces "
            f"within, and begins with a letter, digit or _{hint}"
        )


def _quoted(text: str) -> str:
    return quote(text, safe="/@")
