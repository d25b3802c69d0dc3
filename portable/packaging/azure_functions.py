"""Build the folder that `func azure functionapp publish` uploads. It calls no API; Azure installs what is required."""

from __future__ import annotations

from pathlib import Path

from ..project.ignored import left_out
from . import contents, requirements
from .built import Built

# on Python 3.13 and newer it is a 2.x, below a 1.x: both are tested
LIBRARY = "azure-functions"
# what Azure looks for at the top: https://learn.microsoft.com/azure/azure-functions/functions-reference-python
_AT_THE_TOP = ("function_app.py", "host.json")
# func would else upload what a local run leaves behind, and its settings, which may be secret
_IGNORE = b".funcignore\n.venv/\n__pycache__/\n*.pyc\nlocal.settings.json\n"


def build(function_dir: Path) -> Built:
    """Return the folder, for every Python from 3.11 on. Raises PackageError."""
    ours = contents.platform_files("azure_functions")
    files = {
        ".funcignore": _IGNORE,
        **{name: ours.pop(f"platforms/azure_functions/{name}") for name in _AT_THE_TOP},
        "requirements.txt": requirements.merged(function_dir, LIBRARY),
        **contents.function_files(function_dir),
        **ours,
    }
    return Built(
        files=files,
        is_zip=False,
        next_commands=(
            "cd {output} && func start --python",
            "cd {output} && func azure functionapp publish APP --python",
        ),
        notes=("everyone may call it; the setting AUTH_LEVEL=function asks callers for a key",),
        left_out=left_out(function_dir),
    )
