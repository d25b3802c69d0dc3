"""Refuse a function's name that a platform would refuse, or that is taken on this machine."""

from __future__ import annotations

import re
import sys

from platforms.aws_lambda.limits import MAX_NAME_CHARS as LAMBDA_CHARS
from platforms.azure_functions.limits import MIN_NAME_CHARS

from ..deploying.errors import BadSettings

# The deployer's role has the longest name: APP-STAGE-REGION, in as many characters as Lambda's own.
MAX_CHARS = LAMBDA_CHARS - len("-prod-ap-southeast-2")
# A Kubernetes service's, which Google's and Azure's are no stricter than:
# https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#rfc-1035-label-names
_LABEL = re.compile("[a-z][a-z0-9-]*[a-z0-9]")
_OURS = {
    "platforms": "it is the package that ships",
    "portable": "it is the tool",
    "gateway": "it is the host of the local gateway",
    **dict.fromkeys(("template", "build"), "faas-cli keeps its own files in such a folder"),
    **dict.fromkeys(("requirements", "tests", "examples", "docs"), "the project has other files in such a folder"),
    **dict.fromkeys(("null", "true", "false", "yes", "no", "on", "off"), "YAML reads no name there"),
}


def check(name: str) -> None:
    """Raise BadSettings, with what to write, unless every platform takes the name."""
    if not _LABEL.fullmatch(name) or not MIN_NAME_CHARS <= len(name) <= MAX_CHARS:
        raise BadSettings(
            f"{name!r} is a name that not every platform takes: it takes {MIN_NAME_CHARS} to {MAX_CHARS} of a-z, 0-9 "
            f"and '-', begins with a letter and ends with a letter or digit{_suggested(name)}"
        )
    module = name.replace("-", "_")
    reason = _OURS.get(name) or ("Python has a module of that name" if module in sys.stdlib_module_names else None)
    if reason:
        raise BadSettings(f"{name!r} cannot be a function's name, for {reason}: take another one, such as my-{name}")


def _suggested(name: str) -> str:
    """Return what the user may have meant, as the end of a message; nothing if no name is near."""
    near = re.sub("[^a-z0-9]+", "-", name.lower()).lstrip("-0123456789")[:MAX_CHARS].rstrip("-")
    return f"; {near!r} would do" if len(near) >= MIN_NAME_CHARS else ""
