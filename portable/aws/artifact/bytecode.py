"""Modules compiled ahead: /var/task is read-only, so Lambda would compile them in every cold start.

Only a Python of the runtime's version can, whichever one the deployer runs on.
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping

from ...deploying.errors import BadSettings

# The header is of PEP 552 with an unchecked hash: Python takes the bytecode and never looks at the source.
# 3.11 is the first whose marshal writes frozensets in one order.
_COMPILE = """\
import base64, importlib.util, json, marshal, sys
files = {}
for path, text in json.load(sys.stdin).items():
    source = base64.b64decode(text)
    try:
        code = compile(source, "/var/task/" + path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        continue  # it fails if it is imported, and says why
    header = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + importlib.util.source_hash(source)
    files[path] = base64.b64encode(header + marshal.dumps(code)).decode()
json.dump({"tag": sys.implementation.cache_tag, "files": files}, sys.stdout)
"""


def compile_for(runtime: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the bytecode of these files' modules, in `__pycache__` beside them, for a runtime such as `python3.13`.

    Raises BadSettings if there is no such Python here.
    """
    modules = sorted(path for path in files if path.endswith(".py"))
    sources = json.dumps({path: base64.b64encode(files[path]).decode() for path in modules})
    command = [_find(runtime), "-I", "-S", "-W", "ignore", "-c", _COMPILE]
    compiled = json.loads(subprocess.run(command, input=sources, stdout=subprocess.PIPE, text=True, check=True).stdout)
    return {_place(path, compiled["tag"]): base64.b64decode(text) for path, text in compiled["files"].items()}


def _find(runtime: str) -> str:
    for candidate in (sys.executable, shutil.which(runtime)):
        if candidate and _version_of(candidate) == runtime:
            return candidate
    raise BadSettings(
        f"there is no {runtime} here to compile for that runtime: install it (uv python install, pyenv install)"
    )


def _version_of(python: str) -> str:
    tell = "import sys; print('python%d.%d' % sys.version_info[:2])"
    ran = subprocess.run([python, "-I", "-S", "-c", tell], capture_output=True, text=True, check=False)
    return ran.stdout.strip()


def _place(path: str, tag: str) -> str:
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}__pycache__/{name.removesuffix('.py')}.{tag}.pyc"
