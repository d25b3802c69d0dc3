"""Who is measured on Lambda, and the fresh interpreter that each of them is measured in."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
ROOT = HERE.parent
SAMPLE = ROOT / "tests" / "sample"  # the folder in which function/ stands
FLOOR, OURS = "floor: by hand", "ours"


class Module(NamedTuple):
    """The module that a platform imports, or `module:name`, and the folder it is imported from."""

    name: str
    folder: Path


LAMBDA = {
    FLOOR: Module("floor", HERE / "peers"),
    OURS: Module("platforms.aws_lambda.shim", SAMPLE),
    "apig-wsgi": Module("apig_wsgi_app", HERE / "peers"),
    "Powertools": Module("powertools_app", HERE / "peers"),
    "Mangum": Module("mangum_app", HERE / "peers"),
    "serverless-wsgi + Flask": Module("serverless_wsgi_app", HERE / "peers"),
}
PEERS = [name for name in LAMBDA if name not in (FLOOR, OURS)]


def run_child(module: Module, *arguments: str) -> float:
    """Return the number that bench/child.py prints about a module, in an interpreter that has loaded nothing.

    Isolated (-I) and without site (-S): no PYTHONDONTWRITEBYTECODE to forbid the .pyc files that a real deployment
    has, and no .pth file of another contestant to load modules first.
    """
    folders = [str(module.folder), str(ROOT), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    command = [sys.executable, "-I", "-S", str(HERE / "child.py"), module.name, ":".join(folders), *arguments]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={}).stdout)
