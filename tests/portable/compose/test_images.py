"""What the images copy of the tool is enough to run what they run: without an engine, in a folder of just that."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtimes.processes import REPOSITORY_DIR

# what each imports once it runs, beside what its help needs
LATER = {
    "portable/gateway/Dockerfile": "portable.gateway.app, portable.gateway.providers.docker.provider",
    "portable/serving/Dockerfile": "portable.serving.reload, platforms.openfaas.shim",
}


@pytest.mark.parametrize("dockerfile", LATER)
def test_image_has_every_module_of_ours_that_it_imports(tmp_path: Path, dockerfile: str) -> None:
    text = (REPOSITORY_DIR / dockerfile).read_text()
    for source, folder in copied(text):
        target = tmp_path / folder
        if source.is_file():
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
        else:
            shutil.copytree(source, target)
    _, *arguments = json.loads(re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE)[0])

    for command in ([*arguments, "--help"], ["-c", f"import {LATER[dockerfile]}"]):
        ran = subprocess.run([sys.executable, *command], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stderr) == (0, "")


def copied(dockerfile: str) -> Iterator[tuple[Path, str]]:
    """Yield what is copied of ours, and where to."""
    for sources, target in re.findall(r"^COPY ((?:platforms|portable).*) (\S+)$", dockerfile, re.MULTILINE):
        for source in sources.split():
            yield REPOSITORY_DIR / source, target
