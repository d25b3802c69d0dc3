"""Build the folder that `gcloud functions deploy` uploads. It calls no API; Google installs what is required."""

from __future__ import annotations

from pathlib import Path

from ..project.ignored import left_out
from . import contents, requirements
from .built import Built

# the versions that are like the one under test
FRAMEWORK = "functions-framework~=3.10"
_MAIN = "platforms/google_cloud/main.py"
# gcloud would else upload what a local run leaves behind, too: https://cloud.google.com/sdk/gcloud/reference/topic/gcloudignore
_IGNORE = b".gcloudignore\n__pycache__/\n*.pyc\n"


def build(function_dir: Path) -> Built:
    """Return the folder, for every Python from 3.11 on. Raises PackageError."""
    ours = contents.platform_files("google_cloud")
    files = {
        ".gcloudignore": _IGNORE,
        "main.py": ours.pop(_MAIN),
        "requirements.txt": requirements.merged(function_dir, FRAMEWORK),
        **contents.function_files(function_dir),
        **ours,
    }
    return Built(
        files=files,
        is_zip=False,
        next_commands=(
            "functions-framework --source {output}/main.py --target handle_http --host 127.0.0.1",
            "gcloud functions deploy {name} --gen2 --runtime python312 --source {output} --entry-point handle_http "
            "--trigger-http --no-allow-unauthenticated",
        ),
        notes=("with --allow-unauthenticated everyone may call it; handle_event is the entry point for events",),
        left_out=left_out(function_dir),
    )
