"""What the images copy of the tool is enough to run what they run: without an engine, in a folder of just that."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtimes.processes import REPOSITORY_DIR

RUNS = {
    "portable/gateway/Dockerfile": "import portable.gateway.__main__, portable.gateway.providers.docker.provider",
    "portable/serving/Dockerfile": "import portable.serving.__main__, platforms.openfaas.__main__",
}


@pytest.mark.parametrize("dockerfile", RUNS)
def test_image_has_every_module_of_ours_that_it_imports(tmp_path: Path, dockerfile: str) -> None:
    for line in (REPOSITORY_DIR / dockerfile).read_text().splitlines():
        words = line.split()
        if words[:1] == ["COPY"] and words[1].startswith(("platforms", "portable")):
            source = REPOSITORY_DIR / words[1]
            target = tmp_path / words[2] / (source.name if source.is_file() else "")
            target.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copy if source.is_file() else shutil.copytree
            copy(source, target)
    # first on the path: this checkout may be installed too
    code = f"import sys; sys.path[:] = [{str(tmp_path)!r}, *sys.path[1:]]; {RUNS[dockerfile]}; print(portable.__file__)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert ran.stderr == ""
    assert ran.stdout.strip() == str(tmp_path / "portable" / "__init__.py")
